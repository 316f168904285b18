"""Dates told from today or from what was named before: "yesterday", "last week", "two years ago", "a month later", "that year"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.moments import Grain, Moment, add
from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Clock, Timex, at, date, duration

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

#: "a decade ago" is a year, and so is "a century ago": what is counted in tens of years is not meant by the ten.
_COUNTED: dict[str, tuple[Grain, int]] = {"decade": ("year", 10), "century": ("year", 100), "millennium": ("year", 1000)}
_MONTHS_A_YEAR = 12


def _day_word(hit: Hit, context: Context) -> Timex | None:
    if context.surface(hit.first)[0].isupper() and context.token(hit.first).ent_type_ in ("ORG", "WORK_OF_ART", "PRODUCT"):
        return None  # USA Today
    return date(context.today.shift(int(hit.gift("x"))), context.surface(hit.first).casefold().replace(" ", "-"), "reference_time")


def _tonight(hit: Hit, context: Context) -> Timex | None:
    day = date(context.today.shift(int(hit.gift("x"))), "tonight", "reference_time")
    return at(day, Clock("NI"), "tonight" if hit.gift("x") == "0" else "last-night")


def _part(hit: Hit, context: Context) -> Timex | None:
    """"this morning", "that night", "the next morning", "the same evening"."""
    part = Clock(hit.gift("part"))
    if hit.has("that") or hit.gift("story", 1) == "story":
        antecedent = context.antecedent("day")
        if antecedent is None or antecedent.moment is None:
            return None
        day = date(antecedent.moment.shift(int(hit.gift("story") or "0")), "story-part-of-day", antecedent)
        return at(day, part, "story-part-of-day")
    shift = int(hit.gift("shift") or hit.gift("story") or "0")
    antecedent = context.antecedent("day") if shift > 0 else None
    if antecedent is not None and antecedent.moment is not None:
        return at(date(antecedent.moment.shift(1), "next-part-of-day", antecedent), part, "next-part-of-day")
    return at(date(context.today.shift(shift), "part-of-day", "reference_time"), part, "part-of-day")


def _unit(hit: Hit, context: Context) -> Timex | None:
    """"last week", "this year", "the past month", "the current quarter", "the following day"."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    shift = int(hit.gift("shift") or hit.gift("story") or "0")
    if hit.has("latest"):
        if grain not in ("quarter", "year", "half"):
            return None
        shift = -1
    if grain == "day":
        if not (hit.has("story") or shift == 1):
            return None
        return _next_day(hit, context, shift)
    if hit.has("story") and hit.gift("story", 1) == "story":
        return _from_story(grain, shift, context, f"story-{grain}")
    if shift < 0 and grain in _COUNTED and not hit.has("shift"):
        return duration(f"P{hit.gift('unit', 2)}Y", f"past-{grain}")
    if hit.has("fiscal"):
        # Fiscal years are called by the year in which they end; without the company's calendar the calendar's year is the guess.
        year = context.date.year + shift
        return Timex(type="DATE", value=f"FY{year}", why="shifted-fiscal-year", anchor="reference_time") if grain == "year" else None
    name = {-1: "last", 0: "this", 1: "next"}[shift]
    return date(context.today.to(grain).shift(shift), f"{name}-{grain}", "reference_time")


def _next_day(hit: Hit, context: Context, shift: int) -> Timex | None:
    antecedent = context.antecedent("day")
    if antecedent is None or antecedent.moment is None:
        return date(context.today.shift(shift), "next-day", "reference_time") if shift else None
    return date(antecedent.moment.shift(shift), "next-day" if shift > 0 else "previous-day", antecedent)


def _from_story(grain: Grain, shift: int, context: Context, why: str) -> Timex | None:
    antecedent = context.antecedent(grain)
    if antecedent is None or antecedent.moment is None:
        return date(context.today.to(grain).shift(shift), why, "reference_time")
    return date(antecedent.moment.to(grain).shift(shift), why, antecedent)


def _that(hit: Hit, context: Context) -> Timex | None:
    """"that year", "the same day": the box of what was named before."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    antecedent = context.antecedent(grain)
    if antecedent is None or antecedent.moment is None:
        return None
    return date(antecedent.moment.to(grain), f"that-{grain}", antecedent)


def offset(start: Moment, number: float, unit: tuple[str, ...], sign: int) -> Moment:
    """Go `number` units of the lexicon's (letter, grain, how many) from a box, keeping the unit's own granularity."""
    grain: Grain = unit[1]  # type: ignore[assignment]  # the lexicon's grains are Grains
    times = float(unit[2]) if unit[0] != "Y" else 1
    grain, tens = _COUNTED.get(grain, (grain, 1))
    amount = number * times * tens
    if amount != int(amount):
        if grain == "year":
            return add(start.to("month"), sign * round(amount * _MONTHS_A_YEAR), "month").to("month")
        if grain == "week":
            return add(start.to("day"), sign * round(amount * 7), "day")
        amount = round(amount)
    if grain == "half":
        grain = "month"
    return add(start.to(grain), sign * int(amount), grain)


def _ago(hit: Hit, context: Context) -> Timex | None:
    if hit.has("vague"):
        return Timex(type="DATE", value="PAST_REF", why="vague-ago", anchor="reference_time", interval=(None, context.today.value))
    if (number := _amount(hit)) is None:
        return None
    unit = hit.sense("unit")
    assert unit is not None
    if unit.gift[1].isdigit():
        return None
    return date(offset(context.today, number, unit.gift, -1), f"{unit.gift[1]}s-ago", "reference_time")


def _amount(hit: Hit) -> float | None:
    cells = hit.senses("count") + (hit.senses("half") if hit.has("half") else [])
    number = count(cells)
    return number if number is not None else (1.0 if hit.has("one") else None)


def _hence(hit: Hit, context: Context) -> Timex | None:
    number, unit = _amount(hit), hit.sense("unit")
    if number is None or unit is None or unit.gift[1].isdigit():
        return None
    return date(offset(context.today, number, unit.gift, 1), f"{unit.gift[1]}s-hence", "reference_time")


def _earlier(hit: Hit, context: Context) -> Timex | None:
    """"two days earlier" counts from what was named before; "a year later than planned" is a stretch of time."""
    unit = hit.sense("unit")
    assert unit is not None
    number = _amount(hit)
    if context.surface(hit.last).casefold() == "than" or number is None or unit.gift[1].isdigit():
        return None
    sign = int(hit.gift("way"))
    if hit.has("way") and context.is_a(hit.cell("way"), "BEFORE") and not _ends_clause(hit.last, context):
        return None
    grain: Grain = unit.gift[1]  # type: ignore[assignment]  # the lexicon's grains are Grains
    antecedent = context.antecedent(_COUNTED.get(grain, (grain, 1))[0])
    if antecedent is None or antecedent.moment is None:
        if sign > 0:
            return None
        return date(offset(context.today, number, unit.gift, sign), f"{grain}s-earlier", "reference_time")
    why = f"{grain}s-{'earlier' if sign < 0 else 'later'}"
    return date(offset(antecedent.moment, number, unit.gift, sign), why, antecedent)


def _unit_before(hit: Hit, context: Context) -> Timex | None:
    """"the day before", "the year after", where nothing follows that it is before or after of."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    if not _ends_clause(hit.last, context):
        return None
    if grain == "day":
        return _next_day(hit, context, int(hit.gift("way")))
    return _from_story(grain, int(hit.gift("way")), context, f"story-{grain}")


def _ends_clause(cell: int, context: Context) -> bool:
    following = context.surface(cell)
    return not following or not following[0].isalnum()


_LEAD = "(?:(?P<count>COUNT) (?P<half>AND_A_HALF)?|(?P<one>ARTICLE))"
_DET = "(?:THE|ITS)?"

RULES = (
    Rule("day-word", "(?P<x>DAY_WORD)", _day_word),
    Rule("tonight", "(?P<x>TONIGHT)", _tonight),
    Rule("part-of-day", "(?:(?P<shift>LAST|THIS|NEXT)|THE (?P<story>PAST|FOLLOWING|NEXT)|(?P<that>THAT|THE SAME)) (?P<part>PART)", _part),
    Rule("vague-ago", "ABOUT? (?P<vague>VAGUE?) UNITS AGO", _ago),
    Rule("ago", f"{_LEAD} MORE? (?P<unit>ANY_UNIT) AGO", _ago),
    Rule("hence", f"{_LEAD} (?P<unit>ANY_UNIT) HENCE", _hence),
    Rule("earlier", f"{_LEAD} HYPHEN? (?P<unit>ANY_UNIT) (?P<way>EARLIER|BEFORE)", _earlier),
    Rule("the-unit-before", "THE (?P<unit>UNIT) (?P<way>BEFORE)", _unit_before),
    Rule("that-unit", "(?:THAT SAME?|THE SAME) (?P<unit>UNIT)", _that),
    Rule("shifted-unit", f"{_DET} (?P<shift>LAST|NEXT|THIS) PAST? FOLLOWING? (?P<fiscal>FISCAL)? UNIT_KIND? FULL? (?P<unit>UNIT)", _unit),
    Rule("story-unit", f"{_DET} (?P<story>PAST|FOLLOWING) (?P<fiscal>FISCAL)? UNIT_KIND? FULL? (?P<unit>UNIT)", _unit),
    Rule("current-unit", f"{_DET} (?:CURRENT|(?P<latest>LATEST)) (?P<fiscal>FISCAL)? UNIT_KIND? (?P<unit>UNIT)", _unit),
)
