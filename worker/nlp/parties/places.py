"""What the gazetteer finds in an article, and whether a mention of a state or its capital means the place, its government or its people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import Kind, Place, gazetteer
from worker.nlp.lexicons import words as lexicon
from worker.nlp.parties.entity import Form, Sense
from worker.nlp.parties.name import head_of
from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.columns import Columns


@frozen(kw_only=True)
class Match:
    """An entry of the gazetteer as it stands in the text; `first` and `last` are tokens (last exclusive)."""

    first: int
    last: int
    text: str
    kind: Kind
    form: Form
    places: tuple[Place, ...]
    plural: bool = False


def matches(columns: Columns) -> Iterator[Match]:
    """Give the longest entries of the gazetteer from left to right."""
    words, size = columns.words, columns.size
    if len(_openings) > _MOST_OPENINGS:
        _openings.clear()
    opening_of, end = _openings.__getitem__, 0
    for token, opening in enumerate(map(opening_of, words)):
        if not opening or token < end:
            continue
        longest, followers = opening
        # "The" opens many a newspaper's name, "New" many a town's: the next word's first character tells most of them off.
        following = words[token + 1][:1].replace("’", "'") if token + 1 < size else ""
        if following not in followers:
            longest = 1 if "" in followers or words[token].isupper() else 0
        found = _longest(columns, token, longest) if longest else None
        if found:
            yield found
            end = found.last


class _Openings(dict[str, tuple[int, frozenset[str]] | None]):
    """Of how many words the longest entry is that opens with a word, and with which characters it can go on; most words open none."""

    def __missing__(self, word: str) -> tuple[int, frozenset[str]] | None:
        known = gazetteer()
        opening = word
        if word not in known.openings:
            opening = word.replace("’", "'") if "’" in word else ""
            if opening not in known.openings and len(word) > 2 and word.isupper():  # noqa: PLR2004 - "NEW YORK"; shorter ones are acronyms
                opening = word.title()
        longest = known.openings.get(opening, 0)
        self[word] = found = (longest, known.followers[opening]) if longest else None
        return found


_openings = _Openings()
_MOST_OPENINGS = 12_000


def _longest(columns: Columns, first: int, longest: int) -> Match | None:
    known = gazetteer()
    for last in range(min(columns.size, first + longest), first, -1):
        text = " ".join(columns.words[first:last]).replace("’", "'").replace(" - ", "-").replace(" 's", "'s").replace(" ,", ",")
        found = known.look_up(text) or (known.look_up(text.title()) if text.isupper() and len(text) > 3 else None)  # noqa: PLR2004
        if found and text[:4] in ("the ", "The ") and _no_newspaper(columns, first, last):
            continue
        if found:
            kind, form, places, plural = found
            article = last - first > 1 and columns.words[first] in ("The", "the")
            return Match(first=first + article, last=last, text=text, kind=kind, form=form, places=places, plural=plural)
    return None


def _no_newspaper(columns: Columns, first: int, last: int) -> bool:
    """Tell "the Australian prime minister" and "The Australian government" from "The Australian"."""
    if columns.words[first] == "the" and columns.ents[first + 1] not in ("ORG", "WORK_OF_ART"):
        return True
    modifies = columns.heads[last - 1] >= last and columns.deps[last - 1] in ("amod", "compound")
    return modifies and columns.words[last - 1] in gazetteer().demonyms


def place_type(match: Match) -> str:
    """Give the entity type that a match has."""
    if match.kind in ("product", "person"):
        return "PRODUCT" if match.kind == "product" else "PERSON"
    return "NORP" if match.form == "demonym" else match.places[0].type


#: Before a place: where something is or goes ("fighting in Kyiv", "flew to Moscow").
_WHERE = frozenset({"in", "at", "near", "outside", "inside", "around", "across", "through", "throughout", "into", "within", "beyond", "via",
                    "over", "toward", "towards"})
#: Before a government: with whom or against whom something is done ("sanctions against Moscow", "ties with Pyongyang").
_WITH = frozenset({"with", "against", "between", "by", "among", "versus", "vs.", "on"})


def sense_of(columns: Columns, match: Match) -> tuple[Sense | None, tuple[Place, ...], Form]:
    """Tell what a mention of a place or its people means (null where the grammar does not tell), and for which place it then stands."""
    if match.form == "metonym":
        return "government", match.places, "metonym"
    if match.kind in ("organisation", "product", "person"):
        return None, match.places, match.form
    if match.form == "demonym":
        return _of_demonym(columns, match), match.places, "demonym"
    sense = _of_place(columns, match)
    state = gazetteer().capitals.get(match.text) if match.kind != "state" else None
    if state is not None and sense == "government":
        return sense, (state,), "metonym"
    if match.kind == "city":
        return "place", match.places, "name"
    return sense, match.places, match.form


def _of_demonym(columns: Columns, match: Match) -> Sense:
    head = head_of(columns, match.first, match.last)
    governor = columns.heads[head]
    if columns.deps[head] in ("amod", "compound", "nmod") and governor >= match.last:
        return "government" if columns.low_lemmas[governor] in lexicon("government_nouns") else "people"
    return "people"


def _of_place(columns: Columns, match: Match) -> Sense | None:
    head = head_of(columns, match.first, match.last)
    dep, governor = columns.deps[head], columns.heads[head]
    seen = 0
    while dep in ("conj", "appos") and seen < 4:  # noqa: PLR2004 - "between Seoul and Pyongyang": the first of a list tells for all
        head, seen = governor, seen + 1
        dep, governor = columns.deps[head], columns.heads[head]
    lemma = columns.low_lemmas[governor]
    if dep == "pobj":
        return _after_preposition(columns, columns.lowers[governor], columns.heads[governor])
    if dep in ("nsubj", "agent") and columns.pos[governor] in ("VERB", "AUX"):
        return _as_subject(columns, governor, lemma)
    if dep in ("poss", "compound", "nmod") and lemma in lexicon("government_nouns"):
        return "government"
    if dep in ("dobj", "dative") and lemma in lexicon("government_verbs"):
        return "government"
    return None


def _after_preposition(columns: Columns, preposition: str, governor: int) -> Sense | None:
    if preposition in _WHERE:
        return "place"
    if preposition in _WITH:
        return "government"
    lemma = columns.low_lemmas[governor]
    if preposition in ("to", "from", "for", "of") and lemma in lexicon("government_ties"):
        return "government"
    if preposition == "to" and lemma in lexicon("giving_verbs"):
        return "government"
    return None


def _as_subject(columns: Columns, verb: int, lemma: str) -> Sense | None:
    if lemma in lexicon("government_verbs"):
        return "government"
    if lemma == "be":
        for child in columns.children[verb]:
            if columns.deps[child] == "acomp" and columns.lemmas[child] in lexicon("government_adjectives"):
                return "government"
    return None
