"""What says its factor without a number of its own: "halved", "doubles", "sixfold", "twice as many"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.nlp.measures.bounds import bound_of
from worker.nlp.measures.changes import Direction, direction_before, factors
from worker.nlp.measures.quantity import TIMES, Quantity, bounded

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

_FOLDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20,
          "hundred": 100}
_FOLD = re.compile(rf"\b(?:({'|'.join(_FOLDS)})-?|([0-9]+(?:\.[0-9]+)?)-)fold\b")
_TWICE = re.compile(r"\b(twice|thrice)(?= (?:the|its|their|that|as (?:many|much|[a-z]+ as))\b)")
_STEMS = ("doubl", "tripl", "trebl", "quadrupl", "quintupl", "halv")
_VERB = re.compile(rf"\b(?:{'|'.join(_STEMS)})[a-z]+\b")


def find_factors(copy: Copy) -> Iterator[Quantity]:
    """Give the article's factors; a verb's change is its own, a suffix's is told by the words before."""
    lowered = copy.lowered
    if "fold" in lowered:
        for match in _FOLD.finditer(lowered):
            value = _FOLDS[match[1]] if match[1] else float(match[2])
            yield _factor(copy, match, value, direction_before(copy, bound_of(copy, match.start(), match.end()).start, share=True))
    if "twice " in lowered or "thrice " in lowered:
        for match in _TWICE.finditer(lowered):
            yield _factor(copy, match, 2 if match[1] == "twice" else 3, None)
    if any(stem in lowered for stem in _STEMS):
        for match in _VERB.finditer(lowered):
            known = factors().get(match[0])
            if known is not None and copy.columns.pos[copy.token_at(match.start())] == "VERB":
                yield _factor(copy, match, known[1], known[0], verb=True)


def _factor(copy: Copy, match: re.Match[str], value: float, change: Direction | None, *, verb: bool = False) -> Quantity:
    start, end = match.span()
    number = int(value) if float(value).is_integer() else value
    return bounded(Quantity(start=start, end=end, value=number, kind="ratio", change=change, modifier=bound_of(copy, start, end).modifier,
                            why="factor-verb" if verb else "multiple", unit=None if verb else TIMES))
