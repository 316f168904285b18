"""Weekdays and weekends: by tense and cue ("on Monday" of what is past), by "last", "this" and "next", by the week they are said of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.guards import is_day_name
from worker.nlp.temporal.moments import Moment
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Timex, date

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit
    from worker.nlp.temporal.tense import Direction

_DAYS = 7


def on_weekday(today: Moment, weekday: int, direction: Direction | None) -> Moment:
    """Give the last day (today included) of that name or, looking ahead, the next (today included); weekdays count from Monday, 1."""
    ahead = (weekday - today.start.isoweekday()) % _DAYS
    return today.shift(ahead if direction == "future" else ahead - (_DAYS if ahead else 0))


def _weekday(hit: Hit, context: Context) -> Timex | None:
    cell = hit.cell("day")
    if not is_day_name(cell, context, dated=hit.last - hit.first > 1 or context.is_a(hit.last, "PART")):
        return None
    weekday = int(hit.gift("day"))
    today = context.today
    if hit.has("story"):
        return _story_weekday(hit, context, weekday)
    if hit.has("shift"):
        shift = int(hit.gift("shift"))
        if shift < 0 or hit.has("past"):
            return date(on_weekday(today.shift(-1), weekday, "past"), "last-weekday", "reference_time")
        if shift > 0:
            return date(on_weekday(today.shift(1), weekday, "future"), "next-weekday", "reference_time")
        direction = context.direction(cell, before=hit.first)
        return date(on_weekday(today, weekday, "past" if direction == "past" else "future"), "this-weekday", "reference_time")
    if hit.first == cell and context.surface(cell - 1).casefold() == "a" and not _modifies(cell, context):
        return Timex(type="DATE", value=f"XXXX-WXX-{weekday}", why="some-weekday")  # "we read them on a Monday"
    direction = context.direction(cell, before=hit.first)
    start = _span_start(hit, context)
    if start is None or start.moment is None:
        return date(on_weekday(today, weekday, direction), f"weekday-{direction or 'past'}", "reference_time")
    if direction == "past":
        # "lasted from Monday to Wednesday": the Monday before that Wednesday.
        end = on_weekday(today, weekday, direction)
        first = date(end.shift(-((end.index - start.moment.index) % _DAYS)), "weekday-past", "reference_time")
        start.value, start.interval, start.moment = first.value, first.interval, first.moment
    else:
        end = on_weekday(start.moment.shift(1), weekday, "future")
    return date(end, f"weekday-{direction or 'future'}", "reference_time")


def _modifies(cell: int, context: Context) -> bool:
    """Tell "a Monday meeting", which is one, from "on a Monday"."""
    return context.is_a(cell + 1, "PART") or context.token(cell).dep_ in ("compound", "nmod")


def _span_start(hit: Hit, context: Context) -> Timex | None:
    """Give the weekday that opens a span: "from Monday to Wednesday", "Monday-Friday"."""
    before = context.found[-1] if context.found else None
    if before is None or not before.why.startswith("weekday-") or before.type != "DATE" or not context.is_a(hit.first - 1, "TO", "HYPHEN"):
        return None
    return before if context.tape.end(hit.first - 2) == before.end else None


def _week_after(hit: Hit, context: Context) -> Timex | None:
    """"Tuesday week", "a week on Tuesday": a week after the coming one."""
    cell = hit.cell("day")
    named = context.surface(hit.cell("unit")).casefold() == "week"
    linked = not hit.has("on") or context.surface(hit.cell("on")).casefold() in ("on", "from")
    goes_on = not hit.has("on") and (context.surface(hit.last)[:1].isalpha() and context.token(hit.last).pos_ in ("NOUN", "PROPN", "ADP"))
    if not named or not linked or goes_on or context.is_a(hit.last, "HYPHEN") or not is_day_name(cell, context, dated=True):
        return None
    return date(on_weekday(context.today, int(hit.gift("day")), "future").shift(_DAYS), "week-after-weekday", "reference_time")


def _nth_weekday(hit: Hit, context: Context) -> Timex | None:
    """"the first Tuesday in November", "the last Friday of May 2023"."""
    behind = context.read(hit.last)
    if behind is None or behind[0].moment is None or behind[0].moment.grain != "month":
        return None
    month, weekday = behind[0].moment, int(hit.gift("day"))
    nth = hit.number("nth")
    if not hit.has("nth"):
        box = on_weekday(Moment("day", month.interval[1].toordinal() - 1), weekday, "past")
    else:
        box = on_weekday(month.to("day"), weekday, "future").shift(_DAYS * (nth - 1))
    if box.to("month") != month:
        return None
    hit.last = behind[1]
    return date(box, "nth-weekday", behind[0].anchor)


def _story_weekday(hit: Hit, context: Context, weekday: int) -> Timex:
    """"the following Monday" counts from what was named before, "the coming Monday" from today."""
    shift = int(hit.gift("story"))
    antecedent = context.antecedent("day") if hit.gift("story", 1) == "story" else None
    start = antecedent.moment if antecedent is not None and antecedent.moment is not None else context.today
    box = on_weekday(start.shift(shift), weekday, "past" if shift < 0 else "future")
    return date(box, "story-weekday" if antecedent else "last-weekday" if shift < 0 else "next-weekday", antecedent or "reference_time")


def _weekday_of_week(hit: Hit, context: Context) -> Timex | None:
    """"Monday last week", "Tuesday of this week", "a week on Monday" is not read."""
    if hit.gift("unit", 1) != "week":
        return None
    week = context.today.to("week").shift(int(hit.gift("shift")))
    return date(Moment("day", week.index * _DAYS + int(hit.gift("day"))), "weekday-of-week", "reference_time")


def _weekend(hit: Hit, context: Context) -> Timex | None:
    here = context.today.to("weekend")
    if hit.has("story") and hit.gift("story", 1) == "story" and (antecedent := context.antecedent("week")) is not None:
        assert antecedent.moment is not None
        return date(antecedent.moment.to("weekend").shift(int(hit.gift("story"))), "story-weekend", antecedent)
    shift = hit.gift("shift") or hit.gift("story")
    back = context.direction(hit.last - 1, before=hit.first) == "past"
    saturday = 6
    if shift == "-1" or (shift in ("", "0") and back and context.date.isoweekday() < saturday):
        return date(here.shift(-1), "last-weekend", "reference_time")
    if shift == "1":
        return date(here.shift(1), "next-weekend", "reference_time")
    if shift == "" and not back and context.direction(hit.last - 1, before=hit.first) is None and not hit.has("the"):
        return None
    return date(here, "this-weekend", "reference_time")


_SIDE = "THE? (?P<shift>LAST|NEXT|THIS) (?P<past>PAST)? FOLLOWING?|THE (?P<story>PAST|FOLLOWING)"

RULES = (
    Rule("weekday-of-week", "(?P<day>ANY_WEEKDAY) OF? THE? (?P<shift>LAST|NEXT|THIS|PAST|FOLLOWING) (?P<unit>UNIT)", _weekday_of_week),
    Rule("nth-weekday", "THE? (?:(?P<nth>ORDINAL)|LAST|FINAL) (?P<day>ANY_WEEKDAY) (?:OF|IN)", _nth_weekday),
    Rule("weekday-week", "(?P<day>ANY_WEEKDAY) (?P<unit>UNIT)", _week_after),
    Rule("week-on-weekday", "ARTICLE (?P<unit>UNIT) (?P<on>IN|FROM) (?P<day>ANY_WEEKDAY)", _week_after),
    Rule("weekday", f"(?:{_SIDE})? (?P<day>ANY_WEEKDAY)", _weekday),
    Rule("weekend", f"(?:{_SIDE}|(?P<the>THE)) (?P<unit>WEEKEND)", _weekend),
)
