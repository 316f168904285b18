"""Which way an amount moved something: "rose 0.8% to", "up 57%", "a 19% drop", "0.7 percent lower".

The words are lines of `lexicons/change_words.txt` and `change_links.txt`; a verb or adverb stands before its amount in the same
clause, a noun or comparative behind.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from worker.nlp.lexicons import entries

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

Direction = Literal["up", "down"]

#: Words and characters that are searched before an amount.
_FARTHEST_WORDS, _FARTHEST = 6, 64
#: How many words the object of a verb of change may have before "by".
_OBJECT = 3
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_STOPS = re.compile(r"[.;:!?()\n“”\"—]|,(?! )")
_ADVERBS = frozenset({"up", "down", "off"})
_PREPOSITIONS = frozenset({"by", "to", "from", "past", "above", "below", "toward", "towards"})


def direction_before(copy: Copy, start: int, *, share: bool, count: bool = False) -> Direction | None:
    """Give the direction that the words before the amount tell.

    `share` says that it is a percentage or points, `count` that things are counted: "rallied 5%" moves, "rallied 500 workers" does not.
    """
    stretch = copy.lowered[max(0, start - _FARTHEST):start]
    for stop in _STOPS.finditer(stretch):
        stretch = copy.lowered[max(0, start - _FARTHEST) + stop.end():start]
    words = _WORD.findall(stretch)[-_FARTHEST_WORDS:]
    others = 0
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if word in _moves():
            return _direction_of(words, at, share=share, count=count)
        if word not in _links("bridge"):
            others += 1
            if others > (_OBJECT if words[-1] == "by" else 0):  # "grow sales by 35 percent"
                return None
    return None


def direction_behind(copy: Copy, end: int) -> Direction | None:
    """Give the direction that a noun or comparative behind the amount tells: "a 19% drop", "a 28% earnings increase", "5% lower"."""
    match = _WORD.match(copy.lowered, end + 1) if copy.lowered[end:end + 1] in (" ", "-") else None
    if match is None:
        return None
    if (direction := _behind().get(match[0])) is not None:
        return direction
    further = _WORD.match(copy.lowered, match.end() + 1)
    token = copy.token_from(match.end() + 1)
    if further is None or token >= copy.columns.size or copy.columns.tags[token] != "NN":
        return None
    return _behind().get(further[0]) if copy.is_noun(token - 1) else None


@cache
def factors() -> dict[str, tuple[Direction, float]]:
    """Give the verbs that hold their own number: "halved" is half as much."""
    return {entry[0]: (_direction(entry[1]), float(entry[3])) for entry in entries("change_words") if entry[2] == "alone"}


def _direction_of(words: list[str], at: int, *, share: bool, count: bool) -> Direction | None:
    word, rest = words[at], words[at + 1:]
    if word == "up" and rest[:1] == ["to"]:
        return None  # "up to 500" bounds
    if word in _ADVERBS and (not share or word == "off") and at and words[at - 1] not in _links("state"):
        return None  # "putting up a centre", "laying off 5 percent"
    direction, needs_preposition = _moves()[word]
    moved = share or not _PREPOSITIONS.isdisjoint(rest) or not (needs_preposition or count)
    return direction if moved else None


@cache
def _moves() -> dict[str, tuple[Direction, bool]]:
    return {entry[0]: (_direction(entry[1]), entry[2] == "by") for entry in entries("change_words") if entry[2] in ("before", "by")}


@cache
def _behind() -> dict[str, Direction]:
    return {entry[0]: _direction(entry[1]) for entry in entries("change_words") if entry[2] == "after"}


@cache
def _links(kind: str) -> frozenset[str]:
    return frozenset(word for word, of in entries("change_links") if of == kind)


def _direction(name: str) -> Direction:
    return "up" if name == "up" else "down"
