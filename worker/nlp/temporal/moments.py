"""Calendar arithmetic: moments with a granularity (a day, a week, a quarter, a decade) as counted boxes on the time line.

It knows nothing of words. A moment is its grain and the number of its box, so that "three months later" is plus three on the box
number and the granularity of what was said is never lost: `June` stays a month.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Grain = Literal["day", "weekend", "week", "month", "quarter", "half", "season", "year", "decade", "century", "millennium"]

#: From fine to coarse.
ORDER: tuple[Grain, ...] = ("day", "weekend", "week", "month", "quarter", "half", "season", "year", "decade", "century", "millennium")
#: How many months a box holds, for grains that are made of months.
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "season": 3, "year": 12, "decade": 120, "century": 1_200, "millennium": 12_000}
#: TIMEX3's seasons in the order of the year; winter begins in December of the year that names it.
SEASONS = ("SP", "SU", "FA", "WI")
#: The seasons begin with March.
_SEASON_SHIFT = 2
_SATURDAY = 5


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One box of the calendar: day 1 is 1 January of the year 1, month 0 is January of the year 0, week 0 began on that day 1."""

    grain: Grain
    index: int

    @property
    def value(self) -> str:
        """The TIMEX3 value: `2024-10-22`, `2024-W43`, `2024-W43-WE`, `2024-10`, `2024-Q4`, `2024-H2`, `2024-FA`, `2024`, `202`, `20`."""
        index = self.index
        match self.grain:
            case "day":
                return dt.date.fromordinal(index).isoformat()
            case "week" | "weekend":
                year, week, _ = dt.date.fromordinal(index * 7 + 1).isocalendar()
                return f"{year:04d}-W{week:02d}" + ("-WE" if self.grain == "weekend" else "")
            case "month":
                return f"{index // 12:04d}-{index % 12 + 1:02d}"
            case "quarter":
                return f"{index // 4:04d}-Q{index % 4 + 1}"
            case "half":
                return f"{index // 2:04d}-H{index % 2 + 1}"
            case "season":
                return f"{index // 4:04d}-{SEASONS[index % 4]}"
            case "year":
                return f"{index:04d}"
            case "decade":
                return f"{index:03d}"
            case "century":
                return f"{index:02d}"
            case _:
                return f"{index}"

    @property
    def start(self) -> dt.date:
        """The first day of the box.

        Raises:
            ValueError, OverflowError: the calendar does not reach so far (years 1 to 9999).
        """
        match self.grain:
            case "day":
                return dt.date.fromordinal(self.index)
            case "week":
                return dt.date.fromordinal(self.index * 7 + 1)
            case "weekend":
                return dt.date.fromordinal(self.index * 7 + 1 + _SATURDAY)
            case _:
                months = self.index * _MONTHS[self.grain] + (_SEASON_SHIFT if self.grain == "season" else 0)
                return dt.date(months // 12, months % 12 + 1, 1)

    @property
    def interval(self) -> tuple[dt.date, dt.date]:
        """The first day and the day after the last."""
        if self.grain == "weekend":
            return self.start, dt.date.fromordinal(self.index * 7 + 8)
        return self.start, self.shift(1).start

    def shift(self, boxes: int) -> Moment:
        """Go so many boxes of the same grain forward (or back)."""
        return Moment(self.grain, self.index + boxes)

    def to(self, grain: Grain) -> Moment:
        """Give the box of another grain that holds this one's first day."""
        return self if grain == self.grain else box(self.start, grain)


def box(date: dt.date, grain: Grain) -> Moment:
    """Give the box of a grain that holds the day; for a weekend, that of the day's ISO week."""
    match grain:
        case "day":
            return Moment(grain, date.toordinal())
        case "week" | "weekend":
            return Moment(grain, (date.toordinal() - 1) // 7)
        case "season":
            return Moment(grain, (date.year * 12 + date.month - 1 - _SEASON_SHIFT) // 3)
        case _:
            return Moment(grain, (date.year * 12 + date.month - 1) // _MONTHS[grain])


def day(date: dt.date) -> Moment:
    """Give a day's box."""
    return Moment("day", date.toordinal())


def calendar_day(year: int, month: int, number: int) -> Moment | None:
    """Give the box of a day by its numbers; None if there is no such day."""
    try:
        return Moment("day", dt.date(year, month, number).toordinal())
    except ValueError:
        return None


def month_of(year: int, month: int) -> Moment:
    """Give a month's box; months count from 1."""
    return Moment("month", year * 12 + month - 1)


def add(moment: Moment, count: int, grain: Grain) -> Moment:
    """Move a moment by units of a grain of its own or coarser: 31 January plus one month is 28 February."""
    if moment.grain == grain:
        return moment.shift(count)
    if grain == "week" and moment.grain == "day":
        return moment.shift(7 * count)
    if moment.grain == "day" and grain in _MONTHS:
        date = moment.start
        months = date.year * 12 + date.month - 1 + count * _MONTHS[grain]
        year, month = divmod(months, 12)
        last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
        return day(dt.date(year, month + 1, min(date.day, last)))
    if moment.grain in ("month", "quarter", "half", "season", "year") and grain in _MONTHS:
        return moment.shift(count * _MONTHS[grain] // _MONTHS[moment.grain])
    return moment.to(grain).shift(count)
