"""Time expressions, normalised after TIMEX3 (ISO-TimeML): which day, week, quarter, decade is meant, or how long, or how often.

Extents and values follow TimeML's guidelines as TempEval reads them: no leading prepositions, "last week" and "the past few days" whole,
weeks as `2024-W43`, quarters as `2024-Q4`, untold numbers as `PXD`, "now" as `PRESENT_REF`. A month stays a month: "In June" is `2024-06`.
What stands in the same words and is no time (May the person, The Sun, 2000 people, a score of 3-2) is none. It does not find events
("since the war"), ages without a unit ("aged 55") or how often within a period ("twice").

Written on 22 October 2024, "He left on Monday." gives DATE `2024-10-21`, interval from 2024-10-21 to 2024-10-22, counted from the
reference time.
The grammar is in `worker/nlp/temporal/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from worker.nlp.temporal.grammar import find_timexes
from worker.records import Record, Ref, frozen

if TYPE_CHECKING:
    from worker.nlp.reading import Reading
    from worker.nlp.temporal.timex import Timex

VERSION = 4
NEEDS: tuple[str, ...] = ()
PREFIX = "t"
LANGUAGES = ("en",)


@frozen(kw_only=True)
class IntervalRecord:
    """From (inclusive), to (exclusive): ISO dates, date-times for a TIME; a side that is not known is null."""

    from_: str | None
    to: str | None


@frozen(kw_only=True)
class TimexRecord(Record):
    """One time expression."""

    start: int
    end: int
    text: str
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    #: TIMEX3 value; null where the words name a time that the article does not settle.
    value: str | None
    #: TIMEX3's modifier: START, MID, END, APPROX, LESS_THAN, MORE_THAN, EQUAL_OR_LESS, EQUAL_OR_MORE.
    mod: str | None
    interval: IntervalRecord | None
    #: What the value was counted from: `reference_time`, another timex, or `none`.
    anchor: Ref | Literal["reference_time", "none"]
    why: str


def extract(reading: Reading) -> Iterator[TimexRecord]:
    """Give the time expressions in order of appearance."""
    for timex in find_timexes(reading.doc, reading.columns, reading.text, reading.reference_time.date):
        yield _record(timex, reading.text)


def _record(timex: Timex, text: str) -> TimexRecord:
    anchor = timex.anchor if isinstance(timex.anchor, str) else Ref("timexes", (timex.anchor.start, timex.anchor.end))
    return TimexRecord(
        start=timex.start, end=timex.end, text=text[timex.start:timex.end], type=timex.type, value=timex.value, mod=timex.mod,
        interval=timex.interval and IntervalRecord(from_=timex.interval[0], to=timex.interval[1]), anchor=anchor, why=timex.why)
