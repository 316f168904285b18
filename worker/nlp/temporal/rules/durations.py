"""Stretches of time: "three days", "the past six months", "a 61-year-old", "decades-long", "a year and a half"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.guards import is_title
from worker.nlp.temporal.moments import Grain, add
from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Interval, Timex, duration
from worker.nlp.temporal.vocabulary import listed

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

_PARTS = {"Y": ("M", 12), "W": ("D", 7), "D": ("TH", 24)}
_CLOCK_PARTS = {"H": ("M", 60), "M": ("S", 60)}


def period(number: float, unit: tuple[str, ...]) -> str:
    """Write a number of the lexicon's unit as an ISO 8601 period: 2.5 years are `P2Y6M`, half an hour is `PT30M`."""
    letter, grain, many = unit[0], unit[1], float(unit[2])
    if letter == "Q":
        letter, many = "M", 3.0  # ISO 8601 knows no quarters
    amount = number * many
    clock = grain.isdigit()
    prefix = "PT" if clock else "P"
    whole, rest = int(amount), amount - int(amount)
    if not rest:
        return f"{prefix}{whole}{letter}"
    smaller = (_CLOCK_PARTS if clock else _PARTS).get(letter)
    if smaller is None or (rest * smaller[1]) % 1:
        return f"{prefix}{amount:g}{letter}"
    small_letter, times = smaller
    small = int(rest * times)
    if small_letter.startswith("T"):
        return (f"P{whole}D" if whole else "P") + f"T{small}{small_letter[1]}"
    return prefix + (f"{whole}{letter}" if whole else "") + f"{small}{small_letter}"


def vague(unit: tuple[str, ...]) -> str:
    """Write an untold number of a unit: `PXD`, `PTXH`."""
    letter = {"century": "C", "quarter": "M"}.get(unit[1], unit[0])
    return f"PTX{letter}" if unit[1].isdigit() else f"PX{letter}"


def _counted(hit: Hit, context: Context) -> Timex | None:
    unit = hit.sense("unit")
    assert unit is not None
    number = count(hit.senses("count") + hit.senses("half"))
    if number is None or not _is_stretch(hit, context):
        return None
    timex = duration(period(number, unit.gift), "age" if hit.has("old") else "duration")
    return _anchored(timex, hit, context, number, unit.gift)


def _is_stretch(hit: Hit, context: Context) -> bool:
    """"60 Minutes" is a name, "three-quarters" a fraction, "$5 a day" a price, "two second-half goals" a half."""
    unit = context.surface(hit.cell("unit")).casefold()
    if is_title(hit.cell("unit"), context) or _names_a_war(hit, context) or context.surface(hit.first - 1).endswith(("$", "£", "€")):
        return False
    if unit == "second":
        return hit.number("count") == 1 or context.is_a(hit.cell("unit") - 1, "HYPHEN")
    return not (unit in ("quarters", "quarter") and (context.is_a(hit.cell("unit") - 1, "HYPHEN") or context.is_a(hit.last, "OF")))


def _names_a_war(hit: Hit, context: Context) -> bool:
    """The Six-Day War, the Thirty Years' War: capitals on both sides of the unit."""
    if not (context.surface(hit.first).istitle() and context.surface(hit.cell("unit")).istitle()):
        return False
    behind = hit.last + context.is_a(hit.last, "POSSESSIVE")
    return context.surface(behind).istitle()


def _anchored(timex: Timex, hit: Hit, context: Context, number: float | None, unit: tuple[str, ...]) -> Timex:
    """Give "the past six months" and "the next two weeks" their place before and after today."""
    shift = hit.gift("shift") or hit.gift("story")
    if shift not in ("-1", "1") or hit.gift("story", 1) == "story":
        return timex
    timex.anchor = "reference_time"
    timex.why = "past-duration" if shift == "-1" else "next-duration"
    timex.interval = reach(context, int(shift), number, unit)
    return timex


def reach(context: Context, sign: int, number: float | None, unit: tuple[str, ...]) -> Interval:
    """Give the stretch of so many units before today (sign -1) or from today on; its far side is open where the number is."""
    today, tomorrow = context.today.value, context.today.shift(1).value
    far = None
    if number is not None and not unit[1].isdigit() and number == int(number):
        grain: Grain = "year" if unit[0] == "Y" else "month" if unit[1] == "half" else unit[1]  # type: ignore[assignment]  # Grains
        try:
            far = add(context.today.shift(1 if sign < 0 else 0), sign * int(number) * int(unit[2]), grain).value
        except (ValueError, OverflowError):
            far = None
    return (far, tomorrow) if sign < 0 else (today, far)


def _ahead(hit: Hit, context: Context) -> Timex | None:
    """"the months ahead", "in the days to come"; "weeks ahead of the vote" is a distance."""
    unit = hit.sense("unit")
    assert unit is not None
    if context.is_a(hit.last, "OF"):
        return None
    timex = duration(vague(unit.gift), "next-duration")
    timex.anchor, timex.interval = "reference_time", (context.today.value, None)
    return timex


def _vague(hit: Hit, context: Context) -> Timex | None:
    unit = hit.sense("unit")
    assert unit is not None
    return _anchored(duration(vague(unit.gift), "vague-duration"), hit, context, None, unit.gift)


def _recent(hit: Hit, context: Context) -> Timex | None:
    """"recent years", "the coming weeks": an untold number before or after today."""
    unit = hit.sense("unit")
    assert unit is not None
    timex = duration(vague(unit.gift), "recent-duration")
    timex.anchor = "reference_time"
    past = hit.gift("reference") == "PAST_REF" or hit.gift("story") == "-1" or hit.gift("shift") == "-1"
    timex.interval = (None, context.today.shift(1).value) if past else (context.today.value, None)
    return timex


def _one(hit: Hit, context: Context) -> Timex | None:
    """"a year", "an hour" as a stretch; "$5 a day" is a rate, "a day when" no time at all."""
    unit = hit.sense("unit")
    assert unit is not None
    if hit.has("half"):
        return duration(period(1 + hit.senses("half")[-1][1].number, unit.gift), "duration")
    if unit.gift[1] == "quarter":
        return None  # "a quarter of the firms"
    stretch = _introduced(hit, context) or context.is_a(hit.first - 1, "ABOUT") or context.is_a(hit.last, "BEFORE")
    if not hit.has("full") and not stretch:
        return None
    return duration(period(1, unit.gift), "duration")


def _halved(hit: Hit, context: Context) -> Timex | None:
    unit = hit.sense("unit")
    assert unit is not None
    return duration(period(0.5, unit.gift), "duration")


def _bare(hit: Hit, context: Context) -> Timex | None:
    """"for years", "in days": an untold number, said without any word for it."""
    unit = hit.sense("unit")
    assert unit is not None
    if not _introduced(hit, context):
        return None
    return duration(vague(unit.gift), "vague-duration")


def _long(hit: Hit, context: Context) -> Timex | None:
    unit = hit.sense("unit")
    assert unit is not None
    many = context.is_a(hit.cell("unit"), "UNITS", "CLOCK_UNITS")
    return duration(vague(unit.gift) if many else period(1, unit.gift), "long")


def _first_of_range(hit: Hit, context: Context) -> Timex | None:
    """"60 and 90 days", "two to three weeks": the first number has its unit from the second."""
    unit, number = hit.sense("unit"), count(hit.senses("count"))
    assert unit is not None
    if number is None:
        return None
    if hit.has("and"):
        hit.last = hit.match.end("count")
        return duration(period(number, unit.gift), "range-start")
    return duration(period(number, unit.gift), "range", "EQUAL_OR_MORE")


def _introduced(hit: Hit, context: Context) -> bool:
    """Tell by the word before that "a year" or "years" is a stretch and neither a rate nor a name."""
    return context.surface(hit.first - 1).casefold() in listed("stretch")


_COUNTED = "(?P<count>COUNT) (?P<half>AND_A_HALF)?"
_KIND = "(?:MORE|UNIT_KIND|FULL|FISCAL|HYPHEN)*"
_WHICH = "(?:ORDINAL|LATEST|FINAL|LAST|SAME)?"
_KIND_OPEN = "(?:MORE|UNIT_KIND|FULL|FISCAL)*"
_TAIL = "(?:HYPHEN? (?P<old>OLD)|HYPHEN? LONG)?"
_SIDE = "(?:THE|ITS)? (?:(?P<shift>LAST|NEXT|THIS)|(?P<story>PAST|FOLLOWING)) ABOUT*"
_NEAR = "(?:THE|ITS)? (?:(?P<reference>REFERENCE_ADJECTIVE)|(?P<story>PAST|FOLLOWING)|(?P<shift>LAST|NEXT))"

RULES = (
    Rule("past-duration", f"{_SIDE} {_COUNTED} {_KIND} (?P<unit>ANY_UNITS)", _counted),
    Rule("ahead", "(?:THE|ITS)? VAGUE? (?P<unit>UNITS|CLOCK_UNITS) AHEAD", _ahead),
    Rule("past-vague-duration", f"{_SIDE} (?P<vague>VAGUE) {_KIND} (?P<unit>UNITS|CLOCK_UNITS)", _vague),
    Rule("recent-duration", f"{_NEAR} (?P<unit>UNITS|CLOCK_UNITS)", _recent),
    Rule("range-start", "(?P<count>COUNT) (?:(?:TO|OR|(?P<and>AND)) COUNT|HYPHEN INTEGER) (?P<unit>UNITS|CLOCK_UNITS)", _first_of_range),
    Rule("the-duration", f"(?:THE|ITS) {_WHICH} (?P<count>COUNT) {_KIND_OPEN} (?P<unit>UNITS|CLOCK_UNITS)", _counted),
    Rule("duration", f"{_COUNTED} {_KIND} (?P<unit>ANY_UNITS) {_TAIL}", _counted),
    Rule("vague-duration", f"(?:THE)? (?P<vague>VAGUE) {_KIND} (?P<unit>UNITS|CLOCK_UNITS) {_TAIL}", _vague),
    Rule("half", "HALF ARTICLE? HYPHEN? (?P<unit>UNIT|CLOCK_UNIT)", _halved),
    Rule("long", "(?P<unit>ANY_UNITS) HYPHEN LONG", _long),
    Rule("and-a-half", "ARTICLE (?P<unit>UNIT|CLOCK_UNIT) (?P<half>AND_A_HALF|AND HALF)", _one),
    Rule("one", "ARTICLE (?P<full>FULL|MORE)? (?P<unit>UNIT|CLOCK_UNIT)", _one),
    Rule("bare", "(?P<unit>UNITS|CLOCK_UNITS)", _bare),
)
