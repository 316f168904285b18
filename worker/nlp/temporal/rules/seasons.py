"""Seasons and holidays: "last summer", "the winter of 1994", "Thanksgiving", "Easter 2016"; holidays of moon calendars stay open."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from worker.nlp.temporal.choice import choose, in_some_year
from worker.nlp.temporal.guards import is_season, is_surname
from worker.nlp.temporal.moments import SEASONS, Moment, calendar_day, day
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Timex, date, maybe_date
from worker.nlp.temporal.vocabulary import feasts

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_RULE = re.compile(r"(\d\d)-(\d)-(-?\d)(?:\+(\d))?")
_NOVEMBER = 11
#: A feast at most so many days from today is meant whatever the tense.
_NEAR_FEAST = 45


def _season(hit: Hit, context: Context) -> Timex | None:
    dated = hit.has("year") or hit.has("shift")
    if not is_season(hit.cell("season"), context, dated=dated):
        return None
    number = SEASONS.index(hit.gift("season"))
    if hit.has("year"):
        return date(Moment("season", hit.number("year") * len(SEASONS) + number), "season-of-year")
    here = context.today.to("season")
    boxes = [Moment("season", (context.date.year + years) * len(SEASONS) + number) for years in (-1, 0, 1)]
    if hit.has("shift"):
        shift = int(hit.gift("shift"))
        if shift == 0 and hit.has("past"):
            shift = -1
        if shift == 0:
            return maybe_date(choose(boxes, context.today, None), "this-season", "reference_time")
        if shift:
            box = choose([box for box in boxes if box != here], context.today, "past" if shift < 0 else "future")
            return maybe_date(box, "last-season" if shift < 0 else "next-season", "reference_time")
    box = choose(boxes, context.today, context.direction(hit.cell("season"), before=hit.first))
    return maybe_date(box, "season", "reference_time")


def _holiday(hit: Hit, context: Context) -> Timex | None:
    when = hit.gift("holiday")
    cell = hit.cell("holiday")
    if when == "-" or not context.surface(cell)[0].isupper() or is_surname(cell, context) or _goes_on(hit, context):
        return None
    if when == "feast":
        return _feast(hit, context)
    if when == "1944-06-06" and context.surface(hit.last).casefold() in ("for", "in", "as"):
        return None  # "D-Day for the bill"
    if hit.has("year"):
        box = holiday(when, hit.number("year"))
        return maybe_date(box, "holiday-of-year")
    direction = context.direction(hit.cell("holiday"), before=hit.first)
    if hit.has("shift"):
        direction = {"-1": "past", "1": "future"}.get(hit.gift("shift"), direction)  # type: ignore[assignment]  # only those two
    near = 0 if hit.has("shift") or context.is_due(hit.first) else 60
    box = in_some_year(lambda year: holiday(when, year), context.today, direction, near)
    return maybe_date(box, "holiday", "reference_time")


def _goes_on(hit: Hit, context: Context) -> bool:
    """Tell Easter Island, Ramadan Kadyrov and "Eid Mubarak": the name goes on behind the holiday's."""
    following = context.tape.token(hit.cell("holiday")) + 1
    doc = context.tape.doc
    while following < len(doc) and doc[following].idx < context.tape.end(hit.cell("holiday")):
        following += 1
    if following >= len(doc) or hit.has("year"):
        return False
    token = doc[following]
    if token.lower_ == "mubarak":
        return True
    return token.pos_ == "PROPN" and token.ent_iob_ == "I" and token.ent_type_ in ("PERSON", "GPE", "LOC", "ORG", "FAC")


def _feast(hit: Hit, context: Context) -> Timex | None:
    """A feast of several days has an interval and no value: TIMEX3 has none for it."""
    length, mod, days = feasts()[hit.gift("holiday", 1)]
    if hit.has("year"):
        boxes = [day(first) for first in days if first.year == hit.number("year")]
        box = boxes[0] if boxes else None
    else:
        near = [day(first) for first in days if abs(first.year - context.date.year) <= 1]
        direction = context.direction(hit.cell("holiday"), before=hit.first)
        closest = choose(near, context.today, None)
        box = closest if closest is not None and abs(closest.index - context.today.index) <= _NEAR_FEAST \
            else choose(near, context.today, direction)
    if box is None:
        return Timex(type="DATE", value=None, why="feast")
    timex = date(box, "feast", "none" if hit.has("year") else "reference_time", mod)
    if length > 1:
        timex.value, timex.moment = None, None
        timex.interval = box.value, box.shift(length).value
    return timex


def holiday(when: str, year: int) -> Moment | None:
    """Give the day of a holiday by the lexicon's rule for it; None if the rule leaves the day open."""
    if when == "election":
        first = dt.date(year, _NOVEMBER, 1)
        monday = first + dt.timedelta(days=-first.weekday() % 7)
        return day(monday + dt.timedelta(days=1))
    if when.startswith("orthodox"):
        return day(orthodox_easter(year)).shift(int(when.removeprefix("orthodox")))
    if len(when) == len("YYYY-MM-DD"):
        return day(dt.date.fromisoformat(when))
    if when.startswith("easter"):
        return day(easter(year)).shift(int(when.removeprefix("easter")))
    if rule := _RULE.fullmatch(when):
        month, weekday, number, more = int(rule[1]), int(rule[2]), int(rule[3]), int(rule[4] or 0)
        first = dt.date(year, month, 1)
        if number < 0:
            last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
            return day(last - dt.timedelta(days=(last.isoweekday() - weekday) % 7))
        return day(first + dt.timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (number - 1))).shift(more)
    return calendar_day(year, int(when[:2]), int(when[3:])) if re.fullmatch(r"\d\d-\d\d", when) else None


def easter(year: int) -> dt.date:
    """Western Easter Sunday by the anonymous Gregorian algorithm (Nature, 1876; Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, number = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, number + 1)


def orthodox_easter(year: int) -> dt.date:
    """Eastern Easter Sunday by Meeus's Julian algorithm (Astronomical Algorithms, chapter 8), in the Gregorian calendar."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, number = divmod(d + e + 114, 31)
    return dt.date(year, month, number + 1) + dt.timedelta(days=year // 100 - year // 400 - 2)


_SHIFT = "(?:(?P<shift>LAST|NEXT|THIS) (?P<past>PAST)? FOLLOWING?)?"

RULES = (
    Rule("season", f"THE? {_SHIFT} (?P<season>ANY_SEASON) (?:(?:OF|COMMA)? (?P<year>YEAR))?", _season),
    Rule("holiday", "THE? (?P<shift>LAST|NEXT|THIS)? (?P<holiday>HOLIDAY) (?:(?:COMMA|OF|IN)? (?P<year>YEAR))?", _holiday),
)
