"""What bounds an amount: "up to", "at least", "nearly" before it, "or more", "or so", "+" behind it.

The words are lines of `lexicons/bounds.txt`. "Exact" ones ("only", "a total of") bound nothing; a bound may stand before them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from worker.nlp.lexicons import alternatives, entries

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

Modifier = Literal["exact", "about", "at_least", "at_most", "more_than", "less_than", "range"]

_LONGEST = 5
#: Joins a bound to the number: an article, a possessive, a hyphen ("sub-7"), a bracket.
_FILLERS = frozenset({"a", "an", "the", "its", "their", "his", "her", "another", "other"})
_STRENGTH: dict[str, int] = {"exact": 0, "about": 1, "at_least": 2, "at_most": 2, "more_than": 2, "less_than": 2}
#: Before a time these tell when, not how many: "over the past two years", "under the two-year deal".
_PLACES = frozenset({"over", "under", "within", "above", "below", "beyond", "near", "around", "inside of", "plus"})


class Bound(NamedTuple):
    """A modifier and where its words stand: `start` if they stand before the amount, `end` if behind."""

    modifier: Modifier
    start: int
    end: int


def bound_of(copy: Copy, start: int, end: int, *, noun_end: int | None = None) -> Bound:
    """Give the modifier of the amount between two offsets, with the stretch that holds its words too.

    `noun_end` is where the noun that it counts ends: "3,000 people at most".
    """
    behind = _behind(copy, end) or (_behind(copy, noun_end) if noun_end is not None else None)
    modifier, begin = _before(copy, start)
    if behind is not None and _STRENGTH[behind[0]] > _STRENGTH[modifier]:
        return Bound(behind[0], start, behind[1])
    return Bound(modifier, begin, end)


def _before(copy: Copy, start: int) -> tuple[Modifier, int]:
    """Read the words before from the nearest outwards: "at least some 500", "just over 54,000", "as many as 14"."""
    known = _before_words()
    line_start = max(copy.lowered.rfind("\n", 0, start) + 1, start - 60)
    modifier: Modifier = "exact"
    begin = at = start
    while True:
        found = _last_words(copy.lowered, line_start, at, known)
        if found is None:
            break
        words, at = found
        if words in _FILLERS:
            if words == "the" and at < start:
                nearer = _last_words(copy.lowered, line_start, at, known)
                if nearer is None or nearer[0] in _PLACES - {"under", "over"}:
                    break
                if nearer[0] in _PLACES and not copy.lowered.startswith("age", at + 4):
                    break
            continue
        read = known[words]
        if _STRENGTH[read] > _STRENGTH[modifier]:
            modifier, begin = read, at
        elif read != "exact" and modifier != "exact":
            break
    return modifier, begin


def _last_words(lowered: str, line_start: int, at: int, known: dict[str, Modifier]) -> tuple[str, int] | None:
    """Give the longest known words that end at the place, and where they begin."""
    edge = at
    while edge > line_start and lowered[edge - 1] in " \u00a0-":
        edge -= 1
    if edge == line_start:
        return None
    sign = lowered[edge - 1]
    if sign in "~≈∼±≥≤><":
        return sign, edge - 1
    if edge == at:
        return None
    best = None
    begin = edge
    for _ in range(_LONGEST):
        begin = _word_start(lowered, line_start, begin)
        words = lowered[begin:edge]
        if words in known or words in _FILLERS:
            best = (words, begin)
        if begin <= line_start or lowered[begin - 1] != " ":
            break
        begin -= 1
    return best


def _word_start(lowered: str, line_start: int, edge: int) -> int:
    while edge > line_start and not lowered[edge - 1].isspace() and lowered[edge - 1] not in "(,;:—–“\"":
        edge -= 1
    return edge


def _behind(copy: Copy, end: int) -> tuple[Modifier, int] | None:
    match = _behind_pattern().match(copy.lowered, end)
    return (_behind_words()[match[1]], match.end()) if match else None


@cache
def _before_words() -> dict[str, Modifier]:
    return {words: _modifier(modifier) for words, modifier, side in entries("bounds") if side == "before"}


@cache
def _behind_words() -> dict[str, Modifier]:
    return {words: _modifier(modifier) for words, modifier, side in entries("bounds") if side == "after"}


@cache
def _behind_pattern() -> re.Pattern[str]:
    return re.compile(rf" ?({alternatives(_behind_words())})(?![^\W_])")


def _modifier(name: str) -> Modifier:
    modifiers: tuple[Modifier, ...] = ("exact", "about", "at_least", "at_most", "more_than", "less_than")
    return next(modifier for modifier in modifiers if modifier == name)
