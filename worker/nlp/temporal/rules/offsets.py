"""Dates at a distance from today or from what was named before: "two years ago", "a month later", "the day before"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.moments import Grain, Moment, add
from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules.relative import from_story, next_day
from worker.nlp.temporal.timex import Timex, date

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

#: "a decade ago" is a year, and so is "a century ago": what is counted in tens of years is not meant by the ten.
_COUNTED: dict[str, tuple[Grain, int]] = {"decade": ("year", 10), "century": ("year", 100), "millennium": ("year", 1000)}
_MONTHS_A_YEAR = 12
#: Expressions that compare: "up from 5% a year earlier" counts from what is compared, not from another comparison.
_COMPARED = ("years-earlier", "years-ago", "last-year", "year-ago", "year-ago-quarter", "quarter-a-year-ago")


def _ago(hit: Hit, context: Context) -> Timex | None:
    if not hit.has("unit"):
        return Timex(type="DATE", value="PAST_REF", why="vague-ago", anchor="reference_time", interval=(None, context.today.value))
    if (number := _amount(hit)) is None:
        return None
    unit = hit.sense("unit")
    assert unit is not None
    if unit.gift[1].isdigit():
        return None
    if unit.gift[1] == "year" and number == 1 and (quarter := _quarter_of_story(context)) is not None:
        # "$1.1 million in the third quarter, from $900,000 a year ago": the third quarter of that year.
        assert quarter.moment is not None
        year = quarter.moment.shift((context.date.year - 1 - quarter.moment.start.year) * 4)
        return date(year, "quarter-a-year-ago", quarter)
    if context.surface(hit.last).casefold() == "today" and unit.gift[1] in ("week", "month", "year", "decade") and number == int(number):
        # "a year ago today" is a day.
        grain, times = _COUNTED.get(unit.gift[1], (unit.gift[1], 1))
        hit.last += 1
        return date(add(context.today, -int(number) * times, grain), "years-ago-today", "reference_time")  # type: ignore[arg-type]  # Grains
    mod = "APPROX" if hit.has("range") else None
    return date(offset(context.today, number, unit.gift, -1), f"{unit.gift[1]}s-ago", "reference_time", mod)


def _quarter_of_story(context: Context) -> Timex | None:
    """Give the quarter that one of the last two expressions named, if it is of this year or just over."""
    for timex in reversed(context.found[-2:]):
        if timex.moment is not None and timex.moment.grain == "quarter" and context.today.to("quarter").index - timex.moment.index <= 3:
            return timex
    return None


def _hence(hit: Hit, context: Context) -> Timex | None:
    number, unit = _amount(hit), hit.sense("unit")
    if number is None or unit is None or unit.gift[1].isdigit():
        return None
    exact = context.surface(hit.last - 1).casefold().endswith("today") and unit.gift[1] == "week" and number == int(number)
    box = context.today.shift(int(number) * int(unit.gift[2]) * 7) if exact else offset(context.today, number, unit.gift, 1)
    return date(box, f"{unit.gift[1]}s-hence", "reference_time")


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
    antecedent = context.antecedent(_COUNTED.get(grain, (grain, 1))[0], but=_COMPARED if grain == "year" else ())
    if antecedent is None or antecedent.moment is None:
        if sign > 0:
            return None
        return date(offset(context.today, number, unit.gift, sign), f"{grain}s-earlier", "reference_time")
    why = f"{grain}s-{'earlier' if sign < 0 else 'later'}"
    if grain == "year" and antecedent.moment.grain in ("month", "quarter", "half") and antecedent in context.found[-2:]:
        # "In February sales rose 43% from a year earlier": the February before.
        return date(add(antecedent.moment, sign * int(number), "year"), why, antecedent)
    return date(offset(antecedent.moment, number, unit.gift, sign), why, antecedent)


def _unit_before(hit: Hit, context: Context) -> Timex | None:
    """"the day before", "the year after", where nothing follows that it is before or after of."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    if not _ends_clause(hit.last, context):
        return None
    if grain == "day":
        return next_day(context, int(hit.gift("way")), hit.last - 1)
    return from_story(grain, int(hit.gift("way")), context, hit.last - 1)


def _ends_clause(cell: int, context: Context) -> bool:
    following = context.surface(cell)
    return not following or not following[0].isalnum()


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


def _amount(hit: Hit) -> float | None:
    number = count(hit.senses("count") + hit.senses("half"))
    if hit.has("one"):
        return 1 + (number or 0)
    return number


def _before_day(hit: Hit, context: Context) -> Timex | None:
    """"two days before Christmas", "a week after March 3"."""
    number, unit = _amount(hit), hit.sense("unit")
    behind = context.read(hit.last)
    if number is None or unit is None or unit.gift[1].isdigit() or number != int(number) or behind is None:
        return None
    timex, last = behind
    if timex.type != "DATE" or timex.moment is None or timex.moment.grain != "day" or unit.gift[1] not in ("day", "week", "month", "year"):
        return None
    hit.last = last
    sign, grain = int(hit.gift("way")), unit.gift[1]
    box = add(timex.moment, sign * int(number) * int(unit.gift[2]), grain)  # type: ignore[arg-type]  # the lexicon's grains are Grains
    return date(box if grain in ("day", "week") else box.to("month"), f"{grain}s-from-day", timex.anchor)


_LEAD = "(?:(?P<count>COUNT) (?P<half>AND_A_HALF)?|(?P<one>ARTICLE))"

RULES = (
    Rule("and-a-half-ago", "(?P<one>ARTICLE) (?P<unit>UNIT) (?P<half>AND_A_HALF) AGO", _ago),
    Rule("vague-ago", "ABOUT? (?P<vague>VAGUE?) (?:UNITS|CLOCK_UNITS) AGO", _ago),
    Rule("range-ago", "(?P<count>COUNT) (?P<range>(?:TO|OR) COUNT|HYPHEN INTEGER) (?P<unit>UNITS) AGO", _ago),
    Rule("ago", f"{_LEAD} MORE? (?P<unit>ANY_UNIT) AGO", _ago),
    Rule("hence", f"{_LEAD} (?P<unit>ANY_UNIT) HENCE", _hence),
    Rule("before-day", f"{_LEAD} (?P<unit>ANY_UNIT) (?P<way>BEFORE)", _before_day),
    Rule("earlier", f"{_LEAD} HYPHEN? (?P<unit>ANY_UNIT) (?P<way>EARLIER|BEFORE)", _earlier),
    Rule("the-unit-before", "THE (?P<unit>UNIT) (?P<way>BEFORE)", _unit_before),
)
