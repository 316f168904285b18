"""What comes back: "every Monday", "each July", "daily", "Tuesday nights", "twice a week"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules.durations import period
from worker.nlp.temporal.timex import Timex

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_NAMES = frozenset({"ORG", "WORK_OF_ART", "PRODUCT", "FAC"})


def _set(value: str, why: str) -> Timex:
    return Timex(type="SET", value=value, why=why)


def _every_unit(hit: Hit, context: Context) -> Timex | None:
    """"every year", "every two weeks", "every other day"."""
    unit = hit.sense("unit")
    assert unit is not None
    number = count(hit.senses("count")) or (2 if hit.has("other") and context.surface(hit.cell("other")).casefold() == "other" else 1)
    return _set(period(number, unit.gift), "every")


def _every_name(hit: Hit, context: Context) -> Timex | None:
    part = hit.gift("part")
    if hit.has("weekday"):
        return _set(f"XXXX-WXX-{hit.gift('weekday')}" + (f"T{part}" if part else ""), "every-weekday")
    if hit.has("month"):
        return _set(f"XXXX-{int(hit.gift('month')):02d}", "every-month-name")
    if hit.has("season"):
        return _set(f"XXXX-{hit.gift('season')}", "every-season")
    if hit.has("weekend"):
        return _set("XXXX-WXX-WE", "every-weekend")
    return _set(f"XXXX-XX-XXT{part}", "every-part-of-day") if part else None


def _frequency(hit: Hit, context: Context) -> Timex | None:
    """"daily" as a word of the sentence; The Daily Telegraph is a name."""
    cell = hit.cell("frequency")
    if context.token(cell).ent_type_ in _NAMES and context.surface(cell)[0].isupper():
        return None
    return _set(hit.gift("frequency"), "frequency")


def _rate(hit: Hit, context: Context) -> Timex | None:
    """"15 a year", "twice a week": after a number, a price or "once" the article means "each"."""
    unit = hit.sense("unit")
    assert unit is not None
    token = context.token(hit.first)
    head = token.head
    each = head.i > token.i and head.dep_ in ("npadvmod", "nmod", "appos") and _is_counted(context, hit.first - 1)
    if not each and not hit.has("times"):
        return None
    hit.first = hit.cell("article")
    return _set(period(1, unit.gift), "rate")


def _is_counted(context: Context, cell: int) -> bool:
    """A number, a percentage or a counted noun stands before "a year"."""
    token = context.token(cell) if cell >= 0 else None
    return token is not None and (token.like_num or token.text == "%" or token.lower_ in ("percent", "cent", "million", "billion", "times")
                                  or any(child.like_num for child in token.children))


_NAME = "(?:(?P<weekday>ANY_WEEKDAY) (?P<part>PART)?|(?P<month>ANY_MONTH)|(?P<season>ANY_SEASON)|(?P<weekend>WEEKEND))"

RULES = (
    Rule("every-unit", "EVERY (?P<count>COUNT)? (?P<other>MORE)? UNIT_KIND? (?P<unit>ANY_UNITS)", _every_unit),
    Rule("every-name", f"EVERY (?:ORDINAL|MORE)? {_NAME}", _every_name),
    Rule("every-part", "EVERY (?P<part>PART)", _every_name),
    Rule("weekday-parts", "(?P<weekday>ANY_WEEKDAY) (?P<part>PARTS)", _every_name),
    Rule("weekdays", "(?P<weekday>WEEKDAYS)", _every_name),
    Rule("frequency", "(?P<frequency>FREQUENCY)", _frequency),
    Rule("times-a-unit", "(?P<times>TIMES) (?P<article>ARTICLE|EVERY) (?P<unit>UNIT)", _rate),
    Rule("rate", "(?P<article>ARTICLE) (?P<unit>UNIT) (?!AGO|EARLIER|BEFORE|HENCE)", _rate),
)
