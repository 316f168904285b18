"""What a rule makes of words: a time expression with its TIMEX3 value, and the intervals and clock times that belong to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from worker.nlp.temporal.moments import Moment

Type = Literal["DATE", "TIME", "DURATION", "SET"]
#: From (inclusive), to (exclusive); a side that is not known is None.
Interval = tuple[str | None, str | None]

#: Hours that TIMEX3's parts of a day stand for in intervals; a night ends at six the next morning.
PARTS = {"MO": (6, 12), "MI": (12, 14), "AF": (12, 18), "EV": (18, 24), "NI": (18, 30), "DT": (6, 18)}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as said: `17:00` with its offset from UTC, or a part of the day such as `MO`."""

    #: `HH:MM`, `HH:MM:SS`, `HH` or a code of `PARTS`.
    value: str
    #: `Z`, `+09:00` or nothing if no zone was said.
    offset: str = ""

    @property
    def suffix(self) -> str:
        """What follows the day in a TIMEX3 value: UTC is marked, other zones stand in the interval only, as TimeML's corpora do."""
        return f"T{self.value}{'Z' if self.offset in ('Z', '+00:00') else ''}"

    def interval(self, date: dt.date) -> Interval:
        """Give the minute, the hour or the part of that day, as ISO 8601 date-times with the offset that was said."""
        midnight = dt.datetime.combine(date, dt.time())
        if self.value in PARTS:
            first, last = (midnight + dt.timedelta(hours=hour) for hour in PARTS[self.value])
        else:
            numbers = [int(part) for part in self.value.split(":")]
            steps = (dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1))
            first = midnight + sum((number * step for number, step in zip(numbers, steps, strict=False)), dt.timedelta())
            last = first + steps[len(numbers) - 1]
        offset = "Z" if self.offset == "+00:00" else self.offset
        return f"{first.isoformat()}{offset}", f"{last.isoformat()}{offset}"


@dataclass(slots=True, kw_only=True)
class Timex:
    """One time expression; `start` and `end` are code points, filled in by the scan."""

    type: Type
    value: str | None
    why: str
    mod: str | None = None
    interval: Interval | None = None
    #: What the value was counted from: the reference time, another expression, or nothing.
    anchor: Literal["reference_time", "none"] | Timex = "none"
    #: The box of the calendar, where the expression names one: what later expressions may count from.
    moment: Moment | None = None
    #: The sentence's and the expression's place, for who counts from it.
    start: int = 0
    end: int = 0
    #: A time of day whose day was not said in the same breath: a day named nearby may still claim it.
    floating: Clock | None = None


def date(moment: Moment, why: str, anchor: Literal["reference_time", "none"] | Timex = "none", mod: str | None = None) -> Timex:
    """Make a DATE of a box of the calendar; without a value where the calendar ends (years 1 to 9999)."""
    try:
        _ = moment.start
    except (ValueError, OverflowError):
        return Timex(type="DATE", value=None, why=why, anchor=anchor, mod=mod)
    return Timex(type="DATE", value=moment.value, why=why, anchor=anchor, mod=mod, moment=moment, interval=days(moment))


def maybe_date(moment: Moment | None, why: str, anchor: Literal["reference_time", "none"] | Timex = "none") -> Timex | None:
    """Make a DATE of a box of the calendar, or nothing of none."""
    return None if moment is None else date(moment, why, anchor)


def days(moment: Moment) -> Interval | None:
    """Give the box's interval as ISO dates; None where the calendar ends (years 1 to 9999)."""
    try:
        first, last = moment.interval
    except (ValueError, OverflowError):
        return None
    return first.isoformat(), last.isoformat()


def at(day: Timex, clock: Clock, why: str) -> Timex:
    """Make a TIME of a day and a time of that day.

    Raises:
        ValueError: the calendar does not reach to the day.
    """
    if day.moment is None:
        raise ValueError("the calendar does not reach so far")
    start = day.moment.start
    if clock.value in ("24", "24:00"):
        return Timex(type="TIME", value=f"{day.moment.value}T24:00", why=why, anchor=day.anchor, mod=day.mod, moment=day.moment,
                     interval=Clock("00:00", clock.offset).interval(start + dt.timedelta(days=1)))
    return Timex(type="TIME", value=f"{day.moment.value}{clock.suffix}", why=why, anchor=day.anchor, mod=day.mod, moment=day.moment,
                 interval=clock.interval(start))


def duration(value: str, why: str, mod: str | None = None) -> Timex:
    """Make a DURATION that is anchored nowhere."""
    return Timex(type="DURATION", value=value, why=why, mod=mod)
