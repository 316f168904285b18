"""Quantities: numbers with what they measure or count, bounds that are never averaged, and changes; dates and names are none.

Kinds: count, money (ISO 4217), percent, measure, duration, ordinal, ratio. The value is the number that is said: null for a range, for
"dozens" and for a duration without a number ("a decade"; its length is its timex's value). A duration takes the span of its timex; a
number inside a date is none. What is read lives in `worker/nlp/measures/`.

"up to 12,000 troops" gives value 12000, high 12000, modifier `at_most`, of `troops`; "18 to 25 percent" low 18, high 25, no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from worker.nlp.measures.amounts import Kind
from worker.nlp.measures.bounds import Modifier
from worker.nlp.measures.changes import Direction
from worker.nlp.measures.copy import Copy
from worker.nlp.measures.counted import head_lemma, lemma
from worker.nlp.measures.domains import in_full
from worker.nlp.measures.durations import Timed
from worker.nlp.measures.reader import read_quantities
from worker.records import Record, Ref, frozen

if TYPE_CHECKING:
    from worker.extractors.timexes import TimexRecord
    from worker.nlp.measures.counted import Counted
    from worker.nlp.reading import Reading

VERSION = 4
NEEDS: tuple[str, ...] = ("timexes",)
PREFIX = "n"
LANGUAGES = ("en",)


@frozen()
class CountedRecord:
    """What is counted, as printed."""

    start: int
    end: int
    text: str
    #: The phrase's dictionary form ("special forces member"); of a longer phrase its content words ("old bridge Europe").
    lemma: str
    #: Its head noun's lemma ("member").
    head: str


@frozen(kw_only=True)
class QuantityRecord(Record):
    """One quantity."""

    start: int
    end: int
    text: str
    #: Null where only a range or a vague number is said.
    value: int | float | None
    low: int | float | None
    high: int | float | None
    modifier: Modifier
    change: Direction | None
    #: What a change began at ("from 5,000 to 10,000").
    from_: int | float | None
    unit: str | None
    currency: str | None
    kind: Kind
    of: CountedRecord | None
    #: The quantity that this one is a part of ("280 million of the 1.5 billion").
    part_of: Ref | None
    why: str


def extract(reading: Reading) -> Iterator[QuantityRecord]:
    """Give the article's quantities in order of appearance."""
    copy = Copy(reading.text, reading.columns)
    for quantity in read_quantities(copy, reading.numerals, _timed(reading)):
        of = quantity.of
        yield QuantityRecord(
            start=quantity.start, end=quantity.end, text=reading.text[quantity.start:quantity.end],
            value=quantity.value, low=quantity.low, high=quantity.high, modifier=quantity.modifier,
            change=quantity.change, from_=quantity.origin, unit=quantity.unit, currency=quantity.currency, kind=quantity.kind,
            of=None if of is None else _counted(copy, of),
            part_of=None if quantity.part_of is None else Ref("quantities", quantity.part_of), why=quantity.why)


def _counted(copy: Copy, counted: Counted) -> CountedRecord:
    of = in_full(copy, counted)
    return CountedRecord(of.start, of.end, copy.text[of.start:of.end], lemma(copy, of), head_lemma(copy, of))


def _timed(reading: Reading) -> list[Timed]:
    timexes = cast("Sequence[TimexRecord]", reading.records("timexes"))
    return [Timed(timex.start, timex.end, timex.type, timex.value) for timex in timexes]
