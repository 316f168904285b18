"""Words before a time expression that say which part of it, or how exactly: "early next year", "the end of May", "nearly two years"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.rule import Rule

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
    offset = timex.why.endswith(("-ago", "-earlier", "-later")) or timex.type in ("DURATION", "TIME")
    if not offset and word not in ("around", "circa"):
        return None
    hit.last = behind[1]
    timex.mod = hit.gift("mod") or timex.mod
    return timex


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


RULES = (
    Rule("half-of", "(?:THE)? (?:(?P<nth>ORDINAL)|LAST|FINAL) HALF OF", _half_of),
    Rule("part-of", "(?:THE)? (?P<mod>EDGE) OF", _part_of),
    Rule("early", "(?:THE)? (?P<mod>EARLY) HYPHEN? IN?", _part_of),
    Rule("earlier-in", "EARLIER IN?", _earlier),
    Rule("about", "(?P<mod>ABOUT)", _about),
)
