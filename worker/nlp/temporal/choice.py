"""Which of several boxes is meant when the year (or the week) was not said: the last one, the next one or the nearest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from worker.nlp.temporal.moments import Moment

if TYPE_CHECKING:
    from worker.nlp.temporal.tense import Direction

#: 29 February comes back after at most eight years.
_LEAP_REACH = 8


def choose(candidates: Iterable[Moment | None], today: Moment, direction: Direction | None) -> Moment | None:
    """Give the last box that has begun, the first that has not ended, or the one nearest to today; today's own box serves all three."""
    here = [candidate for candidate in candidates if candidate is not None]
    if not here:
        return None
    now = today.to(here[0].grain)
    if direction == "past":
        return max((box for box in here if box.index <= now.index), default=None, key=_index)
    if direction == "future":
        return min((box for box in here if box.index >= now.index), default=None, key=_index)
    return min(here, key=lambda box: (abs(box.index - now.index), box.index))


def in_some_year(make: Callable[[int], Moment | None], today: Moment, direction: Direction | None, near: int) -> Moment | None:
    """Choose among the years around today the one whose box, made by `make(year)`, is meant.

    A box at most `near` boxes from today is meant whatever the tense: "extended the offer to Nov. 16" looks ahead with a past verb.
    """
    year = today.start.year
    boxes = [make(year + shift) for shift in (-1, 0, 1)]
    nearest = choose(boxes, today, None)
    if nearest is not None and abs(nearest.index - today.to(nearest.grain).index) <= near:
        return nearest
    found = choose(boxes, today, direction)
    return found or choose((make(year + shift) for shift in range(-_LEAP_REACH, _LEAP_REACH + 1)), today, direction)


def _index(box: Moment) -> int:
    return box.index
