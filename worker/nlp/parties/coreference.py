"""Coreference: which pronouns and descriptions stand for which party. It prefers to leave a pronoun open to tying it wrongly.

The article is walked once from left to right. A description is tied by apposition, by "X is a ...", by a role that the party has, or by the
same noun before it ("a senior official ... the official"). A pronoun takes the best candidate of the last sentences that agrees with
it and that grammar allows; if a thing fits best, "it" stays open.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries, words
from worker.nlp.parties.agreement import gender_of, noun_gender
from worker.nlp.parties.descriptions import Describer
from worker.nlp.parties.entity import Gender
from worker.nlp.parties.evidence import group_nouns, person_nouns
from worker.nlp.parties.merging import Party
from worker.nlp.parties.name import Name, head_of
from worker.nlp.parties.phrases import noun_key, phrase_at
from worker.nlp.parties.salience import Anaphor, Candidate, barred, clause_of, score
from worker.nlp.relatives import means_clause

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.voices import Voices

#: How many sentences back a pronoun looks.
_REACH = {"person": 3, "thing": 1, "both": 2}
#: The best candidate must lead the next one by so much, or the pronoun stays open.
_LEAD = 3.0
_THINGS = frozenset({"ORG", "GPE", "FAC", "LOC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW", ""})
_TYPES = {"person": frozenset({"PERSON"}), "thing": _THINGS, "both": _THINGS | {"PERSON", "NORP"}}
#: Of a sentence that never ends only the latest candidates are tried.
_MOST_CANDIDATES = 60
#: Tags of words that can stand for a party.
_PERSONAL = frozenset({"PRP", "PRP$"})
_REFERRING = _PERSONAL | {"NN", "NNS", "WP", "WP$", "WDT"}
#: Nouns that only modify another.
_MODIFYING = frozenset({"compound", "nmod", "amod", "npadvmod"})
_REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves"})
_FIRST = frozenset({"i", "me", "my", "mine", "myself"})
_SECOND = frozenset({"you", "your", "yourself"})
_OTHERS = frozenset({"they", "them", "their", "theirs", "themselves"})


def resolve(columns: Columns, parties: list[Party], voices: Voices) -> list[Party]:
    """Add the pronouns and descriptions to the parties' mentions; give all parties, also those that are only described."""
    walk = _Walk(columns, parties, voices)
    walk.run()
    return sorted((party for party in walk.parties if party.names), key=lambda party: party.names[0].first)


class _Walk:
    """One walk through an article; holds the candidates met so far, by sentence."""

    def __init__(self, columns: Columns, parties: list[Party], voices: Voices) -> None:
        self.columns = columns
        self.voices = voices
        self.parties = list(parties)
        self.by_sentence: dict[int, list[Candidate]] = {}
        self.names: dict[int, tuple[Party, Name]] = {}
        self.covered: set[int] = set()
        for party in parties:
            if party.type == "PERSON":
                party.gender = gender_of(columns, party)
            for name in party.names:
                self.names[head_of(columns, name.first, name.last)] = (party, name)
                self.covered.update(range(name.first, name.last))
        self.describer = Describer(columns, self.names, self.covered)

    def run(self) -> None:
        columns, names, covered = self.columns, self.names, self.covered
        pronouns = _pronouns()
        for token, tag in enumerate(columns.tags):
            if tag not in _REFERRING and token not in names:
                continue
            if token in names:
                party, name = names[token]
                if name.form != "demonym":
                    self.see(party, token, party.type, party.gender, plural=party.plural)
                self.describer.met(party, token)
            elif tag in ("NN", "NNS"):
                if token not in covered:
                    self.noun(token, plural=tag == "NNS")
            elif tag in _PERSONAL:
                word = columns.lowers[token]
                if word in pronouns:
                    self.pronoun(token, word, *pronouns[word])
            elif tag in ("WP", "WP$", "WDT"):
                self.relative(token)
        personal = [token for token, tag in enumerate(columns.tags) if tag in _PERSONAL]
        self.own_speech(personal)
        self.others_in_speech(personal)

    def own_speech(self, pronouns: list[int]) -> None:
        """"I" between quotation marks and in the answers of an interview, "you" in its questions."""
        columns, voices = self.columns, self.voices
        voices.settle(self.parties)
        guest = voices.interviewee()
        for token in pronouns:
            word, party = columns.lowers[token], None
            if word in _FIRST:
                party = voices.speaker_at(token) if voices.quoted(token) else guest
                if party is guest and guest is not None and voices.is_question(token):
                    party = None
            elif word in _SECOND and guest is not None and not voices.quoted(token) and voices.is_question(token):
                party = guest
            if party is not None:
                party.names.append(Name(token, token + 1, party.type, "own-speech", token, "pronoun"))

    def others_in_speech(self, pronouns: list[int]) -> None:
        """"They" between quotation marks is neither who speaks nor for whom a spokesman speaks: "They bombed us," said the rebels."""
        columns, voices = self.columns, self.voices
        barred_from: dict[int, list[Party]] = {
            token: voices.own_sides(token) for token in pronouns if columns.lowers[token] in _OTHERS and voices.quoted(token)}
        for party in self.parties if barred_from else ():
            party.names[:] = [name for name in party.names if name.form != "pronoun" or all(
                party is not other for other in barred_from.get(name.first, ()))]

    def see(self, party: Party | None, head: int, kind: str, gender: Gender | None, *, plural: bool) -> None:
        sentence = self.columns.sents[head]
        candidate = Candidate(party, head, sentence, kind, gender, plural, self.voices.regions[head] is not None)
        met = self.by_sentence.get(sentence)
        if met is None:
            self.by_sentence[sentence] = [candidate]
        else:
            met.append(candidate)

    def add(self, party: Party, first: int, last: int, head: int, why: str, *, pronoun: bool) -> None:
        party.names.append(Name(first, last, party.type, why, first, "pronoun" if pronoun else "nominal"))
        self.see(party, head, party.type, party.gender, plural=party.plural)
        self.describer.met(party, head)

    def noun(self, token: int, *, plural: bool) -> None:
        columns = self.columns
        if columns.deps[token] in _MODIFYING:
            return
        lemma = columns.low_lemmas[token]
        if lemma not in _describing():
            self.see(None, token, "", None, plural=plural)
            return
        phrase = phrase_at(columns, token)
        found = self.describer.find(phrase, self.parties)
        if found is None:
            party = Party(type=phrase.type, name="", names=[], plural=phrase.plural, gender=noun_gender(lemma))
            self.parties.append(party)
            self.add(party, phrase.first, phrase.last, token, "described", pronoun=False)
        else:
            party, why = found
            party.gender = party.gender or noun_gender(lemma)
            self.add(party, phrase.first, phrase.last, token, why, pronoun=False)
        party.nouns.add(noun_key(columns, token))
        if party.type == phrase.type:
            party.modifiers |= self.describer.modifiers(phrase)

    def relative(self, token: int) -> None:
        """"who", "which": the noun that the clause hangs on."""
        columns = self.columns
        if columns.lowers[token] not in ("who", "which"):
            return
        verb = clause_of(columns, token)
        if means_clause(columns, token, verb):
            return
        known = self.names.get(columns.heads[verb]) if columns.deps[verb] == "relcl" else None
        if known and known[1].form != "demonym":
            self.voices.relatives[token] = known[0]

    def pronoun(self, token: int, word: str, gender: Gender | None, number: str, kind: str) -> None:
        columns = self.columns
        if kind == "thing" and _pleonastic(columns, token):
            return
        ranked = sorted(self.rated(token, word, gender, number, kind), key=lambda pair: (-pair[0], pair[1].head))
        best = _leader(ranked)
        if best is None or best.party is None:
            return
        if gender and best.party.gender is None and word in ("he", "she"):
            best.party.gender = gender  # a possessive is too often tied to the wrong one to rule others out
        self.add(best.party, token, token + 1, token, "pronoun", pronoun=True)

    def rated(self, token: int, word: str, gender: Gender | None, number: str, kind: str) -> list[tuple[float, Candidate]]:
        columns = self.columns
        quoted = self.voices.quoted(token)
        speaker = self.voices.speaker_at(token)
        here = columns.sents[token]
        types, type_points, found = _TYPES[kind], _TYPE_POINTS[kind], []
        pronoun = Anaphor(columns, token)
        for sentence in range(max(0, here - _REACH[kind]), here + 1):
            for candidate in self.by_sentence.get(sentence, ())[-_MOST_CANDIDATES:]:
                if candidate.type not in types or not _agrees(candidate, gender, number):
                    continue
                if speaker is not None and candidate.party is speaker:
                    continue
                if sentence == here:
                    if word in _REFLEXIVE:
                        if clause_of(columns, candidate.head) != pronoun.clause:
                            continue
                    elif barred(columns, candidate.head, pronoun):
                        continue
                points = score(columns, candidate, pronoun, quoted=quoted, mentions=len(candidate.party.names) if candidate.party else 1)
                if gender and candidate.gender == gender:
                    points += 12
                points = points + type_points.get(candidate.type, 0.0) + (10 if candidate.plural and number == "p" else 0)
                found.append((points, candidate))
        return found


#: Which types a pronoun prefers: "it" a thing or an organisation, rather than a state; "they" people.
_TYPE_POINTS: dict[str, dict[str, float]] = {"person": {}, "thing": {"ORG": 12.0, "GPE": 4.0, "LOC": -12.0, "FAC": -6.0},
                                             "both": {"PERSON": 8.0, "ORG": 2.0, "GPE": -4.0}}


def _leader(ranked: list[tuple[float, Candidate]]) -> Candidate | None:
    """Give the first candidate unless another party is as good."""
    if not ranked:
        return None
    points, best = ranked[0]
    for other_points, other in ranked[1:]:
        if other.party is not best.party or best.party is None:
            return best if points - other_points >= _LEAD else None
    return best


def _agrees(candidate: Candidate, gender: Gender | None, number: str) -> bool:
    known = candidate.party.gender if candidate.party is not None else candidate.gender
    if gender and known and known != gender:
        return False
    if number == "s":
        return not candidate.plural
    # "They" for one person is rare in news; an organisation is often "they".
    return candidate.plural or candidate.type in ("ORG", "NORP")


def _pleonastic(columns: Columns, token: int) -> bool:
    """Tell "it is likely that", "it seems", "it rained": nothing is meant."""
    if columns.lowers[token] != "it":
        return False
    verb = columns.heads[token]
    lemma = columns.lemmas[verb]
    if columns.lemmas[token - 1] in words("it_making_verbs") and _looks_ahead(columns, token + 1):
        return True
    if columns.deps[token] == "expl" or lemma in words("empty_it_verbs"):
        return True
    if lemma == "be" and any(columns.deps[child] == "attr" and columns.lemmas[child] in words("empty_it_nouns")
                             for child in columns.children[verb]):
        return True
    if lemma == "be" or columns.deps[token] == "nsubjpass":
        clauses = ("ccomp", "xcomp", "csubj", "advcl", "acl", "relcl")
        return any(columns.deps[child] in clauses and child > verb for child in _below(columns, verb))
    return False


def _looks_ahead(columns: Columns, after: int) -> bool:
    """Tell "finds it hard to", "makes it clear that", "find it to be": the clause that follows is meant."""
    return any(columns.lowers[token] in ("to", "that") for token in range(after, min(after + 3, columns.size)))


def _below(columns: Columns, verb: int) -> list[int]:
    """Give a verb's children and those of its predicate ("it is likely that")."""
    predicates = [child for child in columns.children[verb] if columns.deps[child] in ("acomp", "attr")]
    return columns.children[verb] + [below for child in predicates for below in columns.children[child]]


@cache
def _describing() -> frozenset[str]:
    """Give the nouns that can describe somebody."""
    return frozenset(person_nouns()) | frozenset(group_nouns())


@cache
def _pronouns() -> dict[str, tuple[Gender | None, str, str]]:
    genders: dict[str, Gender | None] = {"m": "male", "f": "female", "": None}
    return {word: (genders[gender], number, kind) for word, gender, number, kind in entries("pronouns")
            if number and word.lower() not in _FIRST and word not in ("we", "us", "our", "ours", "ourselves")}
