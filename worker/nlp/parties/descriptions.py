"""Descriptions: which party "the president", "the company" or "a senior official" stands for, if it is one that was met before."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import gazetteer
from worker.nlp.lexicons import entries, words
from worker.nlp.parties.aliases import head_word
from worker.nlp.parties.phrases import Phrase, noun_key

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.merging import Party
    from worker.nlp.parties.name import Name

#: How many sentences back a description of a person, an organisation or a place looks.
_REACH = {"PERSON": 12, "ORG": 6, "GPE": 6}
_SHORT_REACH = 4
_NEW = frozenset({"another", "other", "new", "second", "third", "different", "former", "next", "previous", "same", "such"})


class Describer:
    """Ties descriptions to parties; told of every mention in order."""

    def __init__(self, columns: Columns, names: dict[int, tuple[Party, Name]], covered: set[int]) -> None:
        self.columns = columns
        self.names = names
        self.covered = covered
        #: Parties with the sentence of their last mention, the latest last.
        self.latest: dict[int, tuple[Party, int]] = {}

    def met(self, party: Party, token: int) -> None:
        """Note a mention."""
        self.latest.pop(id(party), None)
        self.latest[id(party)] = (party, self.columns.sents[token])

    def find(self, phrase: Phrase, parties: list[Party]) -> tuple[Party, str] | None:
        """Give the party that a description stands for, and why."""
        del parties
        return self._by_syntax(phrase) or self._of_state(phrase) or self._by_noun(phrase)

    def _of_state(self, phrase: Phrase) -> tuple[Party, str] | None:
        """"the Russian government", "the government of Canada": a state by its government."""
        columns = self.columns
        if columns.lemmas[phrase.head] not in ("government", "regime") or phrase.plural:
            return None
        for child in columns.children[phrase.head]:
            owners = [child, *columns.children[child]] if columns.words[child] == "of" else [child]
            for owner in owners:
                if owner in self.names and len(self.names[owner][0].places) == 1 and self.names[owner][0].places[0].kind == "state":
                    return self.names[owner][0], "state-government"
        return None

    def _by_syntax(self, phrase: Phrase) -> tuple[Party, str] | None:
        """"Jane Roe, the minister", "the minister, Jane Roe", "Jane Roe is the minister"."""
        columns, head = self.columns, phrase.head
        governor, dep = columns.heads[head], columns.deps[head]
        if dep == "appos" and governor in self.names and self._fits(self.names[governor][0], phrase):
            return self.names[governor][0], "apposition"
        for child in columns.children[head]:
            if columns.deps[child] == "appos" and child in self.names and self._fits(self.names[child][0], phrase):
                return self.names[child][0], "apposition"
        if (party := self._over_place(phrase)) is not None:
            return party, "apposition"
        if dep == "attr" and columns.lemmas[governor] in ("be", "become", "remain"):
            if any(columns.deps[child] == "neg" for child in columns.children[governor]):
                return None
            for child in columns.children[governor]:
                if columns.deps[child] == "nsubj" and child in self.names and self._fits(self.names[child][0], phrase):
                    return self.names[child][0], "predicate"
        return None

    def _over_place(self, phrase: Phrase) -> Party | None:
        """"The mayor of Lindenau, Jane Roe,": the parser ties the name to the town, grammar to the mayor."""
        columns = self.columns
        for link in columns.children[phrase.head]:
            for place in columns.children[link] if columns.lowers[link] in ("of", "for", "at") and phrase.type == "PERSON" else ():
                holder = self.names.get(place)
                if holder is None or holder[0].type == "PERSON":
                    continue
                for child in columns.children[place]:
                    if columns.deps[child] == "appos" and child in self.names and self._fits(self.names[child][0], phrase):
                        return self.names[child][0]
        return None

    def _fits(self, party: Party, phrase: Phrase) -> bool:
        return party.type == phrase.type and party.plural == phrase.plural

    def _by_noun(self, phrase: Phrase) -> tuple[Party, str] | None:
        """"the official" after "a senior official"; "the company" after a company, "the president" after a president."""
        columns = self.columns
        if phrase.indefinite:
            return None
        lemma, key = columns.low_lemmas[phrase.head], noun_key(columns, phrase.head)
        said = self.modifiers(phrase)
        if not (phrase.definite or said) or self._is_new(phrase):
            return None
        here = columns.sents[phrase.head]
        reach = _REACH.get(phrase.type, _SHORT_REACH)
        kinds: list[tuple[float, Party]] = []
        kind, plural = phrase.type, phrase.plural
        is_place = kind in ("GPE", "LOC")
        for party, sentence in reversed(self.latest.values()):
            if here - sentence > reach:
                break
            if party.plural != plural:
                continue
            if party.type != kind and not (is_place and party.type in ("GPE", "LOC")) and not (key == "government" and key in party.nouns):
                continue
            if key in party.nouns and (said <= party.modifiers if phrase.definite else said == party.modifiers):
                if party.name and phrase.type == "PERSON" and self._rivals(party, key, said):
                    return None
                return party, "role" if party.offices else "same-noun"
            if party.name and phrase.type != "PERSON" and _named_kind(party, lemma) \
                    and (not said or (phrase.type == "ORG" and len(said) == 1 and here - sentence == 1 and _of_state(party, said))):
                kinds.append((min(len(party.names), 8) - 1.5 * (here - sentence), party))
        if kinds:
            return max(kinds, key=lambda pair: pair[0])[1], "kind"
        return None

    def _rivals(self, party: Party, noun: str, said: set[str]) -> bool:
        """Two presidents in one article: "the president" stays open."""
        return any(other is not party and other.name and noun in other.nouns and said <= other.modifiers
                   for other, _ in self.latest.values())

    def _is_new(self, phrase: Phrase) -> bool:
        lemmas = self.columns.low_lemmas
        return any(child < phrase.head and lemmas[child] in _NEW for child in self.columns.children[phrase.head])

    def modifiers(self, phrase: Phrase) -> set[str]:
        """Give what the description says besides its noun: "russian" of "the Russian president"."""
        if phrase.last - phrase.first == 1:
            return set()
        lowers, deps, head = self.columns.lowers, self.columns.deps, phrase.head
        said = {lowers[token] for token in range(phrase.first, phrase.last)
                if token != head and deps[token] not in ("det", "punct", "case")}
        return said - words("lesser_titles")


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    return {lemma: tuple(kind.strip() for kind in kinds.split(";") if kind.strip()) for lemma, _, *rest in entries("group_nouns")
            for kinds in (rest[0] if rest else "",)}


def _of_state(party: Party, said: set[str]) -> bool:
    """Tell whether "the US manufacturer" can be the party: not if it is known to belong to another state."""
    home = party.places[0].state if len(party.places) == 1 else None
    for word in said:
        found = gazetteer().look_up(word.title()) or gazetteer().look_up(word.upper())
        if found and found[0] == "state" and home and all(place.state != home for place in found[2]):
            return False
    return True


def _named_kind(party: Party, lemma: str) -> bool:
    """Tell whether a noun fits a named party: "the ministry" the Foreign Ministry, "the country" a state, "the company" a company."""
    kinds = _kinds().get(lemma, ())
    sort = party.places[0].sort or party.places[0].kind if len(party.places) == 1 else None
    if sort in kinds:
        return True
    word = head_word(party.name)
    if word.lower() in kinds:
        return True
    if "company" in kinds and party.type == "ORG":
        return sort is None and word not in words("public_bodies")
    return not kinds and party.type == "ORG"
