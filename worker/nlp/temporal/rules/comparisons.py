"""Quarters, years and days that are told by what the text is about: "the quarter", "the same period last year"."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from worker.nlp.temporal.moments import Grain, add, day
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules.relative import day_of_story
from worker.nlp.temporal.timex import Timex, date, duration, maybe_date

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_PERIODS = ("month", "quarter", "half", "season", "week", "day")
_IN_UNIT = frozenset({"for", "in", "during", "throughout", "over", "through", "by"})
_IN_DAY = frozenset({"in", "end", "ended", "ending", "ends", "finish", "finished", "close", "closed", "during", "throughout", "start",
                     "started", "of"})
#: "the year of the flood", "the day when": the words after it say which one.
_OF_UNIT = frozenset({"of", "when", "that", "after", "before", "following", "i", "we", "he", "she", "they", "it"})
_LATE_IN_YEAR = 7
#: How exactly "this time last year" is meant.
_ABOUT: dict[str, Grain] = {"year": "month", "month": "week", "week": "day"}


def _same_period(hit: Hit, context: Context) -> Timex | None:
    """"the same period last year", "the corresponding quarter of 2009": the box named before, in the other year."""
    recent = reversed(context.found[-3:])
    antecedent = next((timex for timex in recent if timex.moment is not None and timex.moment.grain in _PERIODS), None)
    if hit.has("year"):
        shift = hit.number("year")
        if antecedent is None or antecedent.moment is None:
            return None
        return date(add(antecedent.moment, shift - antecedent.moment.start.year, "year"), "same-period", antecedent)
    if hit.gift("unit", 1) != "year":
        return None
    if antecedent is None or antecedent.moment is None:
        return date(context.today.to("year").shift(-1), "same-period-last-year", "reference_time")
    years = context.date.year - 1 - antecedent.moment.start.year
    return date(add(antecedent.moment, min(years, 0) or -1, "year"), "same-period-last-year", antecedent)


def _this_time(hit: Hit, context: Context) -> Timex | None:
    """"this time last year": about the month; "at this time last week" about the day."""
    grain = hit.gift("unit", 1)
    words = context.surface(hit.cell("unit") - 2).casefold()
    if grain not in _ABOUT or not words.endswith(("time", "point", "stage")):
        return None
    if context.surface(hit.first).casefold().startswith("at "):
        hit.skip = len("at ")
    box = add(context.today, int(hit.gift("shift")), grain)  # type: ignore[arg-type]  # the lexicon's grains are Grains
    return date(box.to(_ABOUT[grain]), "this-time", "reference_time", "APPROX")


def _year_ago(hit: Hit, context: Context) -> Timex | None:
    """"the year-ago quarter", "year-earlier": a year before the quarter that the text is about."""
    if hit.gift("unit", 1) != "year":
        return None
    antecedent = next((timex for timex in reversed(context.found) if timex.moment is not None and timex.moment.grain == "quarter"), None)
    if antecedent is None or antecedent.moment is None:
        return date(context.today.to("year").shift(-1), "year-ago", "reference_time")
    quarter = antecedent.moment
    this_year = quarter.index // 4 >= context.date.year - (context.date.month <= 3)
    return date(quarter.shift(-4) if this_year else quarter, "year-ago-quarter", antecedent)


def _the_unit(hit: Hit, context: Context) -> Timex | None:
    """"the quarter", "for the year", "later in the day": the current one, or the one that the text is about."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    before = context.surface(hit.first - 1).casefold()
    if grain == "quarter":
        if context.surface(hit.last).casefold() in ("ended", "ending", "of", "final"):
            return None
        quarters = [timex for timex in context.found if timex.moment is not None and timex.moment.grain == "quarter"]
        if quarters:
            latest = max(quarters, key=lambda timex: timex.moment.index if timex.moment else 0)
            return maybe_date(latest.moment, "the-quarter", latest)
        return date(context.today.to("quarter").shift(-1), "the-quarter", "reference_time") if before in _IN_UNIT else None
    if grain == "day":
        idiom = before == "of" and context.surface(hit.first - 4).casefold() == "at"  # "at the end of the day"
        if idiom or before not in _IN_DAY or context.surface(hit.last).casefold() in _OF_UNIT:
            return None
        return day_of_story(context, "the-day")
    if context.surface(hit.last).casefold() in ("ended", "ending", "to"):
        return duration("P1" + hit.gift("unit"), "the-unit") if grain in ("year", "month", "week") else None
    if grain not in ("year", "month", "week") or context.surface(hit.last).casefold() in _OF_UNIT:
        return None
    if before not in _IN_UNIT and not (before == "of" and context.is_a(hit.first - 2, "EDGE", "UNITS", "UNIT")):
        return None
    return date(context.today.to(grain), f"the-{grain}", "reference_time")


def _year_end(hit: Hit, context: Context) -> Timex | None:
    """"by year end", "at year's end": its last day."""
    if hit.gift("unit", 1) != "year":
        return None
    back = context.direction(hit.first) == "past" and context.date.month < _LATE_IN_YEAR
    year = context.date.year - back
    return date(day(dt.date(year, 12, 31)), "year-end", "reference_time")


RULES = (
    Rule("same-period", "THE? SAME (?:PERIOD|UNIT) (?:OF|IN)? THE? (?:LAST|PAST) (?P<unit>UNIT)", _same_period),
    Rule("same-period-of-year", "THE? SAME (?:PERIOD|UNIT) (?:OF|IN) (?P<year>YEAR)", _same_period),
    Rule("same-period-ago", "THE? SAME (?:PERIOD|UNIT) ARTICLE (?P<unit>UNIT) (?:AGO|EARLIER)", _same_period),
    Rule("this-time", "(?:REFERENCE|THIS PERIOD) (?P<shift>LAST|NEXT) (?P<unit>UNIT)", _this_time),
    Rule("year-ago", "THE? (?P<unit>UNIT) HYPHEN (?:AGO|EARLIER) (?:HYPHEN? UNIT|PERIOD|ORDINAL HYPHEN? UNIT)?", _year_ago),
    Rule("year-end", "(?P<unit>UNIT) (?:HYPHEN|POSSESSIVE)? EDGE (?!OF)", _year_end),
    Rule("the-unit", "THE FISCAL? FULL? (?P<unit>UNIT)", _the_unit),
)
