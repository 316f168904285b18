"""Dates as written: by numbers, by month and day, by month, year, decade and century; the year is supplied where it was not said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.nlp.temporal.choice import choose, in_some_year
from worker.nlp.temporal.guards import is_month, is_year
from worker.nlp.temporal.moments import Grain, Moment, calendar_day, month_of
from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Clock, Timex, at, date, maybe_date

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?([Zz]|[+-]\d\d:?\d\d)?)?")
_SLASHED = re.compile(r"(\d{1,4})([/.])(\d{1,2})\2(\d{4}|\d{2})")
_MONTHS = 12
#: Years of two digits up to this one belong to this century.
_CENTURY_TURN = 69


def _numeric(hit: Hit, context: Context) -> Timex | None:
    text = hit.gift("x")
    if stamp := _STAMP.fullmatch(text):
        box = calendar_day(int(stamp[1]), int(stamp[2]), int(stamp[3]))
        if box is None:
            return None
        whole = date(box, "numeric-date")
        return at(whole, Clock(stamp[4], (stamp[5] or "").upper()), "numeric-date-time") if stamp[4] else whole
    if re.fullmatch(r"\d{4}-\d\d", text):
        return date(month_of(int(text[:4]), int(text[5:])), "numeric-month")
    if not (parts := _SLASHED.fullmatch(text)):
        return None
    first, second, last = int(parts[1]), int(parts[3]), int(parts[4])
    if len(parts[1]) == 4:
        box = calendar_day(first, second, last)
        return maybe_date(box, "numeric-date")
    year = last if len(parts[4]) == 4 else last + (2000 if last < _CENTURY_TURN else 1900)
    orders = [(first, second), (second, first)] if parts[2] == "/" else [(second, first)]
    boxes = [box for month, number in orders if (box := calendar_day(year, month, number))]
    # 7/8/07 is read as the American 8 July would be wrong: month first, unless only the other order is a day, or only it is near today.
    if not boxes:
        return None
    near = [box for box in boxes if abs(box.index - context.today.index) <= 1]
    return date((near or boxes)[0], "numeric-date")


def _full_date(hit: Hit, context: Context) -> Timex | None:
    if not is_month(hit.cell("month"), context, dated=True):
        return None
    box = calendar_day(_year(hit, "year"), int(hit.gift("month")), hit.number("day"))
    return maybe_date(box, "month-day-year")


def _year(hit: Hit, group: str) -> int:
    number = hit.number(group)
    return number if number >= 100 else number + (2000 if number < _CENTURY_TURN else 1900)


def _month_day(hit: Hit, context: Context) -> Timex | None:
    cell = hit.cell("month")
    month, number = int(hit.gift("month")), hit.number("day")
    if not 1 <= number <= 31 or not is_month(cell, context, dated=True):
        return None
    if hit.has("shift"):
        box = calendar_day(context.date.year + int(hit.gift("shift")), month, number)
        return maybe_date(box, "month-day-shifted-year", "reference_time")
    if (year := _span_year(hit, context)) is not None:
        box = calendar_day(year, month, number)
        return maybe_date(box, "month-day-of-span")
    box = in_some_year(lambda year: calendar_day(year, month, number), context.today, context.direction(cell, before=hit.first))
    return maybe_date(box, "month-day", "reference_time")


def _span_year(hit: Hit, context: Context) -> int | None:
    """"from January 23 to March 9 2014": the first day borrows the year of the second."""
    if not context.is_a(hit.last, "TO", "HYPHEN", "AND") or not context.is_a(hit.last + 1, "MONTH", "MAYBE_MONTH"):
        return None
    if context.is_a(hit.last, "AND") and context.surface(hit.first - 1).casefold() != "between":
        return None
    for cell in (hit.last + 2, hit.last + 3, hit.last + 4):
        if context.is_a(cell, "YEAR"):
            return int(context.tape.senses[cell].number)
        if not context.is_a(cell, "HOUR", "HOUR_24", "DAY_NUMBER", "NTH", "COMMA"):
            return None
    return None


def _month_year(hit: Hit, context: Context) -> Timex | None:
    if not is_month(hit.cell("month"), context, dated=True):
        return None
    return date(month_of(_year(hit, "year"), int(hit.gift("month"))), "month-year")


def _month_shift(hit: Hit, context: Context) -> Timex | None:
    """"June last year", "January this year"."""
    if not is_month(hit.cell("month"), context, dated=True):
        return None
    return date(month_of(context.date.year + int(hit.gift("shift")), int(hit.gift("month"))), "month-shifted-year", "reference_time")


def _month(hit: Hit, context: Context) -> Timex | None:
    cell = hit.cell("month")
    month = int(hit.gift("month"))
    if not is_month(cell, context, dated=hit.has("shift")):
        return None
    if hit.has("shift"):
        return _shifted_month(int(hit.gift("shift")), month, context)
    if (year := _span_year(hit, context)) is not None:
        return date(month_of(year, month), "month-of-span")
    box = in_some_year(lambda year: month_of(year, month), context.today, context.direction(cell, before=hit.first))
    return maybe_date(box, "month", "reference_time")


def _shifted_month(shift: int, month: int, context: Context) -> Timex | None:
    """"last June" is the last one that is over, "next June" the first to begin, "this June" the year's own."""
    here = context.today.to("month")
    if shift == 0:
        return date(month_of(context.date.year, month), "this-month-name", "reference_time")
    boxes = [month_of(context.date.year + years, month) for years in (-1, 0, 1)]
    box = choose([box for box in boxes if box != here], context.today, "past" if shift < 0 else "future")
    return maybe_date(box, "last-month-name" if shift < 0 else "next-month-name", "reference_time")


def _bare_year(hit: Hit, context: Context) -> Timex | None:
    if not is_year(hit.cell("year"), context):
        return None
    return date(Moment("year", hit.number("year")), "year")


def _spoken_year(hit: Hit, context: Context) -> Timex | None:
    """"nineteen ninety-six", as broadcasts spell it."""
    first, rest = hit.number("century"), count(hit.senses("rest"))
    if rest is None or not 10 <= rest <= 99 or first not in (18, 19, 20):
        return None
    return date(Moment("year", first * 100 + int(rest)), "spoken-year")


def _short_year(hit: Hit, context: Context) -> Timex | None:
    return date(Moment("year", _year(hit, "year")), "short-year")


def _season_year(hit: Hit, context: Context) -> Timex | None:
    """"the 2009-10 season", fiscal 2009/10: two calendar years in one."""
    first = hit.number("x")
    return Timex(type="DATE", value=f"{first}/{first + 1}", why="season-year", interval=(f"{first}-01-01", f"{first + 2}-01-01"))


def _decade(hit: Hit, context: Context) -> Timex | None:
    digits = hit.gift("decade")
    if len(digits) == 2:
        if int(digits) % 10:
            return None
        digits = f"{'20' if digits in ('00', '10') else '19'}{digits}"
        if context.surface(hit.cell("decade"))[0].isdigit() and not hit.has("the"):
            return None
    elif digits.endswith("00"):
        # "the 1900s" is the century as often as the decade; TIMEX3 would need to choose.
        return date(Moment("century", int(digits) // 100), "hundreds")
    return date(Moment("decade", int(digits) // 10), "decade")


def _named_decade(hit: Hit, context: Context) -> Timex | None:
    """"the sixties" are the 1960s; a person "in his sixties" is no date."""
    return date(Moment("decade", 190 + int(hit.gift("decade")) // 10), "decade-name")


def _century(hit: Hit, context: Context) -> Timex | None:
    number = hit.number("nth")
    if hit.gift("unit", 1) != "century" or not 1 <= number <= 30:
        return None
    return date(Moment("century", number - 1), "century")


def _fiscal_year(hit: Hit, context: Context) -> Timex | None:
    """A fiscal year is named, but when it begins depends on who reports: no interval."""
    return Timex(type="DATE", value=f"FY{hit.number('year')}", why="fiscal-year")


def _quarter(hit: Hit, context: Context) -> Timex | None:
    unit = hit.sense("unit")
    grain: Grain = "half" if hit.has("half") or (unit is not None and unit.gift[0] == "0.5") else "quarter"
    if unit is not None and grain == "quarter" and unit.gift[1] != "quarter":
        return None
    boxes = 2 if grain == "half" else 4
    number = boxes if hit.has("final") else hit.number("nth")
    if not 1 <= number <= boxes:
        return None
    if hit.has("fiscal"):
        return _fiscal_quarter(hit, number)
    if hit.has("year"):
        return date(Moment(grain, hit.number("year") * boxes + number - 1), f"{grain}-of-year")
    if hit.has("shift"):
        year = context.date.year + int(hit.gift("shift"))
        return date(Moment(grain, year * boxes + number - 1), f"{grain}-of-shifted-year", "reference_time")
    if hit.has("final"):
        return None
    direction = context.direction(hit.last - 1, before=hit.first)
    box = in_some_year(lambda year: Moment(grain, year * boxes + number - 1), context.today, direction)
    if box is not None and direction == "past" and context.today.to(grain).index - box.index > boxes // 2:
        # "cuts announced for the fourth quarter" look ahead whatever their verb's tense: the nearest one is meant.
        box = in_some_year(lambda year: Moment(grain, year * boxes + number - 1), context.today, None)
    return maybe_date(box, grain, "reference_time")


def _fiscal_quarter(hit: Hit, number: int) -> Timex | None:
    """The quarter of a fiscal year has no place in the calendar that the text tells."""
    value = f"FY{hit.number('year')}-Q{number}" if hit.has("year") else None
    return Timex(type="DATE", value=value, why="fiscal-quarter")


_WEEKDAY = "(?:ANY_WEEKDAY COMMA? )?"
_ANY_YEAR = "(?P<year>YEAR|SHORT_YEAR)"
_SHIFTED_YEAR = "(?P<shift>LAST|NEXT|THIS) UNIT"
_NTH_QUARTER = "(?:THE|ITS)? (?P<fiscal>FISCAL)? HYPHEN? (?:(?P<nth>ORDINAL)|(?P<final>LAST|FINAL)) HYPHEN? (?P<unit>UNIT|HALF)"
_OF_YEAR = f"(?:(?:OF|IN|COMMA)? (?:THE? FISCAL? UNIT?) (?P<year>YEAR)|(?:OF|IN)? {_SHIFTED_YEAR})"
_CODE = "(?P<nth>QUARTER_CODE|(?P<half>HALF_CODE))"

RULES = (
    Rule("numeric-date", "(?P<x>NUMERIC_DATE)", _numeric),
    Rule("month-day-year", f"{_WEEKDAY}(?P<month>ANY_MONTH) THE? (?P<day>DAY|ORDINAL_WORD) COMMA? {_ANY_YEAR}", _full_date),
    Rule("day-month-year", f"{_WEEKDAY}THE? (?P<day>DAY|ORDINAL_WORD) OF? (?P<month>ANY_MONTH) COMMA? {_ANY_YEAR}", _full_date),
    Rule("month-day", f"{_WEEKDAY}(?P<month>ANY_MONTH) THE? (?P<day>DAY|ORDINAL_WORD) (?:OF? {_SHIFTED_YEAR})?", _month_day),
    Rule("day-month", f"{_WEEKDAY}THE? (?P<day>DAY|ORDINAL_WORD) OF? (?P<month>ANY_MONTH) (?:OF? {_SHIFTED_YEAR})?", _month_day),
    Rule("month-year", "(?P<month>ANY_MONTH) (?:OF|COMMA)? (?P<year>YEAR|SHORT_YEAR)", _month_year),
    Rule("month-shifted-year", f"(?P<month>ANY_MONTH) OF? {_SHIFTED_YEAR}", _month_shift),
    Rule("month", "(?P<shift>LAST|NEXT|THIS)? PAST? (?P<month>ANY_MONTH)", _month),
    Rule("quarter-of-year", f"{_NTH_QUARTER} {_OF_YEAR}", _quarter),
    Rule("year-quarter", "THE? (?P<year>YEAR) (?P<nth>ORDINAL) HYPHEN? (?P<unit>UNIT|HALF)", _quarter),
    Rule("shifted-year-quarter", f"{_SHIFTED_YEAR} POSSESSIVE (?P<nth>ORDINAL) HYPHEN? (?P<unit>UNIT|HALF)", _quarter),
    Rule("quarter-code-of-year", f"{_CODE} {_OF_YEAR}", _quarter),
    Rule("year-quarter-code", f"(?P<year>YEAR) HYPHEN? {_CODE}", _quarter),
    Rule("quarter", _NTH_QUARTER, _quarter),
    Rule("quarter-code", _CODE, _quarter),
    Rule("fiscal-year", "THE? FISCAL UNIT? (?P<year>YEAR)", _fiscal_year),
    Rule("fiscal-code", "(?P<year>FISCAL_CODE)", _fiscal_year),
    Rule("century", "THE? (?P<nth>ORDINAL) HYPHEN? (?P<unit>UNIT)", _century),
    Rule("season-year", "(?P<x>SEASON_YEAR)", _season_year),
    Rule("decade", "(?P<the>THE)? (?P<decade>DECADE)", _decade),
    Rule("decade-name", "THE (?P<decade>DECADE_WORD)", _named_decade),
    Rule("spoken-year", "(?P<century>SPOKEN_CENTURY) (?P<rest>ANY_NUMBER (?:HYPHEN ANY_NUMBER)?)", _spoken_year),
    Rule("short-year", "(?P<year>SHORT_YEAR)", _short_year),
    Rule("year", "(?:THE UNIT)? (?P<year>YEAR)", _bare_year),
)
