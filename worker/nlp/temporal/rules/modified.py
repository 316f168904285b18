"""Words before a time expression that say which part of it, or how exactly: "early next year", "the end of May", "nearly two years"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.moments import Grain, Moment
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import date
from worker.nlp.temporal.vocabulary import listed

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit
    from worker.nlp.temporal.timex import Timex


def _part_of(hit: Hit, context: Context) -> Timex | None:
    """"early 1990", "mid-June", "the end of the year", "late last week"."""
    behind = context.read(hit.last)
    if behind is None or behind[0].type not in ("DATE", "TIME") or behind[0].moment is None:
        return None
    timex, hit.last = behind
    timex.mod = hit.gift("mod")
    return timex


def _earlier(hit: Hit, context: Context) -> Timex | None:
    """"earlier this year" lies before today in it, "later that day" after: no TIMEX3 modifier says so, the value is the whole."""
    behind = context.read(hit.last)
    if behind is None or behind[0].moment is None:
        return None
    timex, hit.last = behind
    return timex


def _about(hit: Hit, context: Context) -> Timex | None:
    """"more than two years", "about 7 p.m.", "around Nov. 1": a date takes only what means "about"."""
    behind = context.read(hit.last)
    if behind is None:
        return None
    timex = behind[0]
    word = context.surface(hit.first).casefold()
    if word in _PREPOSITIONS and not context.is_a(hit.last, *_NUMBERS):
        return None
    if word == "over" and behind[0].type == "DURATION" and not _exceeds(hit, context):
        return None
    offset = timex.why.endswith(("-ago", "-earlier", "-later")) or timex.type in ("DURATION", "TIME")
    if not offset and word not in ("around", "circa"):
        return None
    hit.last = behind[1]
    timex.mod = hit.gift("mod") or timex.mod
    return timex


def _exceeds(hit: Hit, context: Context) -> bool:
    """Tell "for over two years" and "lasted over two years" from "spread over two years", which is during them."""
    before = context.surface(hit.first - 1).casefold()
    return before in _MEASURED or context.token(hit.first).dep_ in ("advmod", "quantmod", "amod") or before in listed("stretch")


#: After these "over" is "more than"; elsewhere it says during which stretch.
_MEASURED = frozenset({"and", "was", "is", "were", "are", "been", "last", "lasts", "lasting", "worked", "stayed", "wait", "waits", "at"})
#: The mid of a week is the fourth day.
_MID_WEEK = 4
_PARTS_OF = {"month": ("day", "week"), "year": ("day", "week", "month"), "season": ("day", "week"), "quarter": ("day", "week", "month")}
#: "over the past few days" says where, "over two years" how much.
_PREPOSITIONS = frozenset({"over", "under", "about", "around", "some", "only", "just"})
_NUMBERS = ("HOUR", "HOUR_24", "DAY_NUMBER", "TWO_DIGITS", "NUMBER", "YEAR", "NUMBER_WORD", "SPOKEN_CENTURY", "ARTICLE", "HALF", "VAGUE",
            "CLOCK", "NOON", "MONTH", "FRACTION")

def _half_of(hit: Hit, context: Context) -> Timex | None:
    """"the first half of the 1990s": TIMEX3 has no value for half a decade, so the whole with a modifier."""
    behind = context.read(hit.last)
    if behind is None or behind[0].type != "DATE" or behind[0].moment is None or behind[0].moment.grain == "year":
        return None
    timex, hit.last = behind
    timex.mod = "START" if hit.number("nth") == 1 else "END"
    return timex


def _nth_unit(hit: Hit, context: Context) -> Timex | None:
    """"the first days of May", "the last week of September", "the last day of 2024": days by number, weeks by the day they hold."""
    behind = context.read(hit.last)
    if behind is None or behind[0].type != "DATE" or behind[0].moment is None or behind[0].mod is not None:
        return None
    timex, last = behind
    whole = timex.moment
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    assert whole is not None
    if grain not in _PARTS_OF.get(whole.grain, ()):
        return None
    nth = hit.number("nth")
    hit.last = last
    if context.is_a(hit.cell("unit"), "UNITS"):
        timex.mod = "END" if not hit.has("nth") else "START" if nth == 1 else None
        return timex
    if not hit.has("nth"):
        box = Moment("day", whole.interval[1].toordinal() - (1 if grain == "day" else _MID_WEEK)).to(grain)
    elif grain == "month":
        box = whole.to("month").shift(nth - 1)
    else:
        box = whole.to("day").shift(nth - 1 if grain == "day" else 7 * (nth - 1) + _MID_WEEK - 1).to(grain)
    return date(box, f"nth-{grain}", timex.anchor)


def _week_of(hit: Hit, context: Context) -> Timex | None:
    """"the week of June 3", "the weekend of 8 June"."""
    behind = context.read(hit.last)
    if behind is None or behind[0].moment is None or behind[0].moment.grain != "day" or behind[0].type != "DATE":
        return None
    timex, last = behind
    assert timex.moment is not None
    grain: Grain = "weekend" if hit.has("weekend") else "week"
    if grain == "week" and hit.gift("unit", 1) != "week":
        return None
    hit.last = last
    return date(timex.moment.to(grain), f"{grain}-of-day", timex.anchor)


RULES = (
    Rule("week-of", "THE (?:(?P<weekend>WEEKEND)|(?P<unit>UNIT)) OF", _week_of),
    Rule("nth-unit-of", "(?:THE|ITS)? (?:(?P<nth>ORDINAL)|LAST|FINAL) (?P<count>COUNT)? (?P<unit>ANY_UNIT) (?:OF|IN)", _nth_unit),
    Rule("half-of", "(?:THE)? (?:(?P<nth>ORDINAL)|LAST|FINAL) HALF OF", _half_of),
    Rule("part-of", "(?:THE)? (?P<mod>EDGE) OF", _part_of),
    Rule("early", "(?:THE)? (?P<mod>EARLY) HYPHEN? IN?", _part_of),
    Rule("earlier-in", "EARLIER IN?", _earlier),
    Rule("about", "(?P<mod>ABOUT)", _about),
)
