"""Dates as written: by numbers, by month and day, by month, year, decade and century; the year is supplied where it was not said."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries
from worker.nlp.temporal.choice import choose, in_some_year
from worker.nlp.temporal.guards import is_month
from worker.nlp.temporal.moments import calendar_day, month_of
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.tense import Direction
from worker.nlp.temporal.timex import Clock, Timex, at, date, maybe_date

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?([Zz]|[+-]\d\d:?\d\d)?)?")
#: 9/11 is a day of history by itself.
_CALLED = re.compile(r"(\d)/(\d\d?)")
_SLASHED = re.compile(r"(\d{1,4})([/.])(\d{1,2})\2(\d{4}|\d{2})")
_LONGEST_MONTH = 31
#: A day at most so far from today is meant whatever the tense.
_NEAR_DAYS = 60
#: So many characters at most lie between the months of a list.
_LIST_GAP = 60
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
    if called := _CALLED.fullmatch(text):
        month, number = int(called[1]), int(called[2])
        years = known_days()
        year = years.get((month, number, "/")) or years.get((month, number, context.surface(hit.last).casefold()))
        return None if year is None or context.is_a(hit.last, "OF") else maybe_date(calendar_day(year, month, number), "known-day")
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
    box = calendar_day(year_of(hit, "year"), int(hit.gift("month")), hit.number("day"))
    return maybe_date(box, "month-day-year")


def year_of(hit: Hit, group: str) -> int:
    """Give a group's year in four digits."""
    number = hit.number(group)
    return number if number >= 100 else number + (2000 if number < _CENTURY_TURN else 1900)


def _month_day(hit: Hit, context: Context) -> Timex | None:
    cell = hit.cell("month")
    month, number = int(hit.gift("month")), hit.number("day")
    if not 1 <= number <= _LONGEST_MONTH or not is_month(cell, context, dated=True):
        return None
    if hit.has("shift"):
        box = calendar_day(context.date.year + int(hit.gift("shift")), month, number)
        hit.last = hit.match.start("beside")
        return maybe_date(box, "month-day-shifted-year", "reference_time")
    if hit.has("side"):
        side: Direction = "past" if hit.gift("side") == "-1" else "future"
        box = in_some_year(lambda year: calendar_day(year, month, number), context.today, side, 0)
        return maybe_date(box, "last-month-day", "reference_time")
    if (year := _span_year(hit, context)) is not None:
        box = calendar_day(year, month, number)
        return maybe_date(box, "month-day-of-span")
    if hit.has("day") and context.is_a(hit.first, "THE") and hit.cell("day") == hit.first + 1 and not context.is_a(cell - 1, "OF") \
            and not context.is_a(hit.cell("day"), "NTH", "ORDINAL_WORD") and cell > hit.first + 1:
        hit.first += 1  # "the 7 October attacks": the article belongs to the attacks
    if (known := _known_day(hit, context, month, number)) is not None:
        return known
    direction = context.direction(cell, before=hit.first)
    near = 0 if direction == "past" and context.happened(cell) else _NEAR_DAYS
    box = in_some_year(lambda year: calendar_day(year, month, number), context.today, direction, near)
    return maybe_date(box, "month-day", "reference_time")


def _known_day(hit: Hit, context: Context, month: int, number: int) -> Timex | None:
    """"the Sept. 11 attacks" are those of 2001, whatever the year of writing."""
    what = context.surface(hit.last).casefold()
    year = known_days().get((month, number, what))
    box = None if year is None else calendar_day(year, month, number)
    return maybe_date(box, "known-day") if box is not None and box.index <= context.today.index else None


@cache
def known_days() -> dict[tuple[int, int, str], int]:
    """Give the years of days that news calls by month and day: (month, day, what happened) -> year."""
    return {(int(day[:2]), int(day[3:]), noun): int(year) for day, year, nouns in entries("known_days") for noun in nouns.split()}


def _span_year(hit: Hit, context: Context) -> int | None:
    """"from January 23 to March 9 2014": the first day borrows the year of the second."""
    if not context.is_a(hit.last, "TO", "HYPHEN", "AND") or not context.is_a(hit.last + 1, "MONTH", "MAYBE_MONTH"):
        return None
    if context.is_a(hit.last, "AND") and context.surface(hit.first - 1).casefold() != "between":
        return None
    for cell in (hit.last + 2, hit.last + 3, hit.last + 4):
        if context.is_a(cell, "YEAR"):
            return int(context.tape.sense(cell).number)
        if not context.is_a(cell, "HOUR", "HOUR_24", "DAY_NUMBER", "NTH", "COMMA"):
            return None
    return None


def _month_year(hit: Hit, context: Context) -> Timex | None:
    if not is_month(hit.cell("month"), context, dated=True):
        return None
    return date(month_of(year_of(hit, "year"), int(hit.gift("month"))), "month-year")


def _month_shift(hit: Hit, context: Context) -> Timex | None:
    """"June last year", "January this year"."""
    if not is_month(hit.cell("month"), context, dated=True):
        return None
    hit.last = hit.match.start("beside")
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
    beside = context.found[-1] if context.found else None
    if beside is not None and beside.moment is not None and beside.moment.grain == "month" and _follows(beside, hit, context):
        # "in October, November and January": one list, counted on from its first month.
        return maybe_date(choose([month_of(beside.moment.start.year + years, month) for years in (-1, 0, 1)], beside.moment, None),
                          "month-of-list", beside)
    box = in_some_year(lambda year: month_of(year, month), context.today, context.direction(cell, before=hit.first), 0)
    return maybe_date(box, "month", "reference_time")


def _follows(beside: Timex, hit: Hit, context: Context) -> bool:
    """Tell whether the month goes on a list: near its first, and no verb between ("signed in March and will start in February")."""
    if context.tape.start(hit.first) - beside.end > _LIST_GAP:
        return False
    first, last = context.tape.token(hit.first), context.token(hit.first)
    at = first - 1
    while at >= 0 and last.doc[at].idx >= beside.end:
        if last.doc[at].pos_ in ("VERB", "AUX"):
            return False
        at -= 1
    return True


def _shifted_month(shift: int, month: int, context: Context) -> Timex | None:
    """"last June" is the last one that is over, "next June" the first to begin, "this June" the year's own."""
    here = context.today.to("month")
    if shift == 0:
        return date(month_of(context.date.year, month), "this-month-name", "reference_time")
    boxes = [month_of(context.date.year + years, month) for years in (-1, 0, 1)]
    box = choose([box for box in boxes if box != here], context.today, "past" if shift < 0 else "future")
    return maybe_date(box, "last-month-name" if shift < 0 else "next-month-name", "reference_time")


def _day_of_span(hit: Hit, context: Context) -> Timex | None:
    """"3 to 4 March", "12-14 June 2025", "on 3 and 4 March": the first day has its month from the second."""
    first, last = hit.number("day"), hit.number("end")
    if not 1 <= first < last <= _LONGEST_MONTH or not is_month(hit.cell("month"), context, dated=True):
        return None
    behind = context.read(hit.cell("end"))
    if behind is None or behind[0].moment is None or behind[0].moment.grain != "day":
        return None
    end = behind[0].moment
    hit.last = hit.cell("day") + 1
    return date(end.shift(first - last), "day-of-span", behind[0].anchor)


def _day_of_list(hit: Hit, context: Context) -> Timex | None:
    """"April 24 and 25", "July 4-7": the second day has its month from the first."""
    before = context.found[-1] if context.found else None
    if before is None or before.moment is None or before.moment.grain != "day" or not before.why.startswith("month-day"):
        return None
    number = context.token(hit.last - 1)
    counts = number.dep_ == "nummod" and number.head.i > number.i
    if counts or not 0 <= context.tape.start(hit.first) - before.end <= 1:
        return None
    first = before.moment.start
    box = calendar_day(first.year, first.month, hit.number("day"))
    if box is None or box.index <= before.moment.index:
        return None
    hit.first = hit.cell("day")
    return date(box, "day-of-list", before)


_WEEKDAY = "(?:ANY_WEEKDAY COMMA? )?"
_DAY = "THE? (?P<day>DAY|ORDINAL_WORD)"
_ANY_YEAR = "(?P<year>YEAR|SHORT_YEAR)"
SHIFTED_YEAR = "(?P<shift>LAST|NEXT|THIS) UNIT"
_BESIDE = f"(?P<beside>OF? {SHIFTED_YEAR})"

RULES = (
    Rule("numeric-date", "(?P<x>NUMERIC_DATE)", _numeric),
    Rule("month-day-year", f"{_WEEKDAY}(?P<month>ANY_MONTH) {_DAY} COMMA? {_ANY_YEAR}", _full_date),
    Rule("day-month-year", f"{_WEEKDAY}{_DAY} OF? (?P<month>ANY_MONTH) COMMA? {_ANY_YEAR}", _full_date),
    Rule("month-day", f"(?:(?P<side>LAST|NEXT) PAST?)? {_WEEKDAY}(?P<month>ANY_MONTH) {_DAY} {_BESIDE}?", _month_day),
    Rule("day-of-span", "(?P<day>DAY) (?:TO|HYPHEN|AND) (?P<end>DAY) OF? (?P<month>ANY_MONTH)", _day_of_span),
    Rule("day-month", f"{_WEEKDAY}{_DAY} OF? (?P<month>ANY_MONTH) {_BESIDE}?", _month_day),
    Rule("day-of-list", "(?:AND|TO|HYPHEN) (?P<day>DAY)", _day_of_list),
    Rule("month-year", "(?P<month>ANY_MONTH) (?:OF|COMMA)? (?P<year>YEAR|SHORT_YEAR)", _month_year),
    Rule("month-shifted-year", f"(?P<month>ANY_MONTH) {_BESIDE}", _month_shift),
    Rule("month", "(?P<shift>LAST|NEXT|THIS)? PAST? (?P<month>ANY_MONTH)", _month),
)
