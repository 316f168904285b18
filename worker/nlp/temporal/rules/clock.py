"""Times of day: "9:30 a.m. EST", "18:00 UTC", "noon Saturday", "eight o'clock", with the day that is said beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Clock, Timex, at, date

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_NOON = 12
_LAST_HOUR = 24
_LAST_MINUTE = 59
_AT = frozenset({"at", "by", "from", "until", "till", "to", "before", "after", "around", "about", "since", "between", "and", "past"})


def _clock(hit: Hit, context: Context) -> Timex | None:
    """Digits with a colon are a time with "a.m.", a zone or "at" beside them; else they may be a score, a verse or a record."""
    parts = hit.gift("clock").split(":")
    hour = int(parts[0])
    if hit.has("half"):
        hour = hour % _NOON + int(hit.gift("half"))
    elif not hit.has("zone") and (context.surface(hit.first - 1).casefold() not in _AT
                                  or context.token(hit.first).ent_type_ in ("CARDINAL", "MONEY")):
        return None
    if hour > _LAST_HOUR or (hour == _LAST_HOUR and parts[1] != "00"):
        return None
    return _beside(hit, context, Clock(f"{hour:02d}:" + ":".join(parts[1:]), hit.gift("zone")))


def _hour(hit: Hit, context: Context) -> Timex | None:
    hour = hit.number("hour")
    if not 1 <= hour <= _NOON:
        return None
    if hit.has("half"):
        hour = hour % _NOON + int(hit.gift("half"))
    elif hit.has("part"):
        hour = hour % _NOON + (_NOON if hit.gift("part") in ("AF", "EV") or (hit.gift("part") == "NI" and hour > 5) else 0)
    elif not hit.has("oclock"):
        return None
    return _beside(hit, context, Clock(f"{hour:02d}:00", hit.gift("zone")))


def _military(hit: Hit, context: Context) -> Timex | None:
    """"0800 UTC": four digits are a time only before a zone."""
    text = hit.gift("digits")
    if len(text) != 4 or not text.isdecimal() or int(text[:2]) > _LAST_HOUR or int(text[2:]) > _LAST_MINUTE:
        return None
    return _beside(hit, context, Clock(f"{text[:2]}:{text[2:]}", hit.gift("zone")))


def _noon(hit: Hit, context: Context) -> Timex | None:
    hour = int(hit.gift("noon"))
    if context.surface(hit.first - 1).casefold() == "high":
        return None
    if hour == 0 and not context.is_a(hit.last, "WEEKDAY", "MONTH", "IN") and context.direction(hit.first) == "past":
        return at(date(context.today, "clock", "reference_time"), Clock("00:00", hit.gift("zone")), "clock")  # it is over
    return _beside(hit, context, Clock(f"{hour or _LAST_HOUR:02d}:00" if hour else "24:00", hit.gift("zone")))


def _beside(hit: Hit, context: Context, clock: Clock) -> Timex:
    """Take the day that follows without a comma into the expression; else float until a day of the sentence claims the time."""
    behind = context.read(hit.last)
    if behind is not None and behind[0].type == "DATE" and behind[0].moment is not None and behind[0].moment.grain == "day":
        day, last = behind
        hit.last = last
        return at(day, clock, "clock-and-day")
    timex = at(date(context.today, "clock", "reference_time"), clock, "clock")
    timex.floating = clock
    return timex


def _small_hours(hit: Hit, context: Context) -> Timex | None:
    """"the early hours of Sunday": TIMEX3 has no code for them, so the morning's with a modifier; they end at six."""
    behind = context.read(hit.last)
    if behind is None or behind[0].moment is None or behind[0].moment.grain != "day":
        return None
    day, hit.last = behind
    assert day.moment is not None
    timex = at(date(day.moment, "small-hours", day.anchor), Clock("MO"), "small-hours")
    timex.mod = "START"
    timex.interval = f"{day.moment.value}T00:00:00", f"{day.moment.value}T06:00:00"
    return timex


def _part_of_day(hit: Hit, context: Context) -> Timex | None:
    """"the night of 3 to 4 March", "the morning of Oct. 7, 2023": the part of the day that is said behind it."""
    behind = context.read(hit.last)
    if behind is None or behind[0].type != "DATE" or behind[0].moment is None or behind[0].moment.grain != "day":
        return None
    day, hit.last = behind
    if context.is_a(hit.last, "TO", "HYPHEN") and (end := context.read(hit.last + 1)) is not None and end[0].moment is not None:
        hit.last = end[1]
    timex = at(day, Clock(hit.gift("part")), "part-of-date")
    timex.mod = hit.gift("early") or None
    return timex


_ZONE = "(?:(?P<zone>ZONE))?"
_HALF = "(?:(?P<half>AM_PM))?"

RULES = (
    Rule("clock", f"(?P<clock>CLOCK) {_HALF} {_ZONE}", _clock),
    Rule("hour", f"(?P<hour>HOUR) (?P<half>AM_PM) {_ZONE}", _hour),
    Rule("oclock", "(?P<hour>HOUR|NUMBER_WORD) (?P<oclock>OCLOCK) (?:IN THE (?P<part>PART))?", _hour),
    Rule("hour-of-part", "(?P<hour>HOUR|NUMBER_WORD) IN THE (?P<part>PART)", _hour),
    Rule("military-time", "(?P<digits>[YEAR NUMBER]) (?P<zone>ZONE)", _military),
    Rule("small-hours", "THE? SMALL_HOURS (?:OF|IN)", _small_hours),
    Rule("part-of-date", "THE? (?:(?P<early>EARLY) HYPHEN?)? (?P<part>PART) OF", _part_of_day),
    Rule("noon", f"(?P<noon>NOON) {_ZONE}", _noon),
)
