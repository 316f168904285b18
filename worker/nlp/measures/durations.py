"""Agrees quantities with timexes: a duration stands as both with one span, and a number inside a date is no quantity.

It reads the timexes' places, types and TIMEX3 values; how they are found is the business of `worker/nlp/temporal/`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from worker.nlp.measures.quantity import Quantity
from worker.nlp.measures.units import unit_at

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

#: TIMEX3's letters: before T for dates, behind it for times.
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day", "TH": "hour", "TM": "minute", "TS": "second"}
_VALUE = re.compile(r"P(T?)(?:[0-9.]+|X)([A-Z]+)")
#: Timexes and quantities are in order, and no more than so many hold one another.
_NESTED, _BEYOND = 3, 1 << 60
_WORD = re.compile(r"[^\W\d_]+")


class Timed(NamedTuple):
    """A timex as it concerns quantities."""

    start: int
    end: int
    type: str
    value: str | None


def in_date(dates: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether a number without a unit is a part of a date, clock time or set ("9 May", "every 2nd"), and not the whole of it."""
    at = bisect_right(dates, (start, _BEYOND)) - 1
    return any(end <= last and (first < start or end < last) for first, last in dates[max(0, at - _NESTED):at + 1])


def settled(copy: Copy, quantities: Sequence[Quantity], timexes: Sequence[Timed]) -> list[Quantity]:
    """Give the quantities in order, durations with their timexes' spans, and those durations that no number says ("a decade")."""
    starts = [timex.start for timex in timexes]
    found = []
    for quantity in quantities:
        near = timexes[max(0, bisect_right(starts, quantity.start) - 1 - _NESTED):bisect_right(starts, quantity.end)]
        found.append(_spanned(quantity, near) if near else quantity)
    found.sort(key=lambda quantity: (quantity.start, quantity.end))
    taken = [(quantity.start, quantity.end) for quantity in found]
    found.extend(_wordless(copy, [timex for timex in timexes if timex.type == "DURATION"], taken))
    found.sort(key=lambda quantity: (quantity.start, quantity.end))
    return found


def _spanned(quantity: Quantity, timexes: Sequence[Timed]) -> Quantity:
    for timex in timexes:
        within = timex.start <= quantity.start and quantity.end <= timex.end
        if within and quantity.kind == "duration" and timex.type == "DURATION":
            return replace(quantity, start=timex.start, end=timex.end)
    for timex in timexes:
        if timex.start < quantity.start < timex.end < quantity.end:
            return replace(quantity, start=timex.start)
        if quantity.start < timex.start < quantity.end < timex.end:
            return replace(quantity, end=timex.end)
    return quantity


def _wordless(copy: Copy, durations: Sequence[Timed], taken: Sequence[tuple[int, int]]) -> Iterator[Quantity]:
    """Read "a decade", "the past few days", "recent years": no number is said, so none is given; the length is the timex's value."""
    for timex in durations:
        match = _VALUE.fullmatch(timex.value or "")
        at = bisect_right(taken, (timex.start, _BEYOND))
        near = taken[max(0, at - 1 - _NESTED):at + _NESTED]
        if match is None or any(start < timex.end and timex.start < end for start, end in near):
            continue
        unit = _UNITS.get(match[1] + match[2])
        for word in _WORD.finditer(copy.lowered, timex.start, timex.end):
            if (named := unit_at(copy, word.start(), digits=False)) is not None and named.unit.kind == "time":
                unit = named.unit.name  # "a decade" is P10Y
        if unit is not None:
            yield Quantity(start=timex.start, end=timex.end, value=None, unit=unit, kind="duration", why="duration")
