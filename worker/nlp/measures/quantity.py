"""One quantity as the rules hand it on; the record in `worker/extractors/quantities.py` says the fields' meaning."""

from __future__ import annotations

from dataclasses import replace

from worker.nlp.measures.amounts import Kind
from worker.nlp.measures.bounds import Modifier
from worker.nlp.measures.changes import Direction
from worker.nlp.measures.counted import Counted
from worker.records import frozen

#: The unit of how often ("3,200 times") and of how many times as much ("fourfold"): both are counted by themselves.
TIMES = "count"


@frozen(kw_only=True)
class Quantity:
    """A quantity; `start` and `end` count code points of the text."""

    start: int
    end: int
    value: int | float | None
    low: int | float | None = None
    high: int | float | None = None
    modifier: Modifier = "exact"
    change: Direction | None = None
    #: What a change began at.
    origin: int | float | None = None
    unit: str | None = None
    currency: str | None = None
    kind: Kind
    of: Counted | None = None
    #: The place of the quantity that this one is a part of.
    part_of: tuple[int, int] | None = None
    why: str


def bounded(quantity: Quantity) -> Quantity:
    """Give the quantity the low or high that its modifier tells."""
    match quantity.modifier:
        case "at_most" | "less_than":
            return replace(quantity, high=quantity.value)
        case "at_least" | "more_than":
            return replace(quantity, low=quantity.value)
        case _:
            return quantity
