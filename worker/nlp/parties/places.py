"""What the gazetteer finds in an article, and whether a mention of a state or its capital means the place, its government or its people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import Kind, Place, gazetteer
from worker.nlp.lexicons import words as lexicon
from worker.nlp.parties.entity import Form, Sense

if TYPE_CHECKING:
    from worker.nlp.columns import Columns


@dataclass(frozen=True, slots=True, kw_only=True)
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
    openings = gazetteer().openings
    token = 0
    while token < columns.size:
        longest = openings.get(columns.words[token].replace("’", "'"))
        found = _longest(columns, token, longest) if longest else None
        if found:
            yield found
            token = found.last
        else:
            token += 1


def _longest(columns: Columns, first: int, longest: int) -> Match | None:
    known = gazetteer()
    for last in range(min(columns.size, first + longest), first, -1):
        text = " ".join(columns.words[first:last]).replace("’", "'")
        if places := known.names.get(text):
            return Match(first=first, last=last, text=text, kind=places[0].kind, form="name", places=places)
        if demonym := known.demonyms.get(text):
            return Match(first=first, last=last, text=text, kind=demonym.places[0].kind, form="demonym", places=demonym.places,
                         plural=demonym.plural)
        if seat := known.seats.get(text):
            return Match(first=first, last=last, text=text, kind="state", form="metonym", places=(seat,))
        if cities := known.cities.get(text):
            return Match(first=first, last=last, text=text, kind="city", form="name", places=cities)
    return None


#: Before a place: where something is or goes ("fighting in Kyiv", "flew to Moscow").
_WHERE = frozenset({"in", "at", "near", "outside", "inside", "around", "across", "through", "throughout", "into", "within", "beyond", "via",
                    "over"})
#: Before a government: with whom or against whom something is done ("sanctions against Moscow", "ties with Pyongyang").
_WITH = frozenset({"with", "against", "between", "by", "among", "versus", "vs.", "from", "for", "on"})


def sense_of(columns: Columns, match: Match) -> Sense | None:
    """Tell what a mention of a place or its people means; null where the grammar does not tell."""
    if match.kind == "organisation":
        return None
    head = _head(columns, match.first, match.last)
    if match.form == "metonym":
        return "government"
    dep = columns.deps[head]
    if match.form == "demonym":
        if dep in ("amod", "compound") and columns.heads[head] >= match.last:
            return "government" if columns.lemmas[columns.heads[head]] in lexicon("government_nouns") else "people"
        return "people"
    if dep == "pobj":
        preposition = columns.words[columns.heads[head]].lower()
        if preposition in _WHERE:
            return "place"
        return "government" if preposition in _WITH else None
    if dep in ("nsubj", "agent"):
        return "government" if columns.lemmas[columns.heads[head]] in lexicon("government_verbs") else None
    if dep == "poss":
        return "government" if columns.lemmas[columns.heads[head]] in lexicon("government_nouns") else None
    return None


def _head(columns: Columns, first: int, last: int) -> int:
    for token in range(last - 1, first - 1, -1):
        if not first <= columns.heads[token] < last or columns.heads[token] == token:
            return token
    return last - 1
