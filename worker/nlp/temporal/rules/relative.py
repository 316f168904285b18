"""Dates told from today or from what was named before: "yesterday", "this morning", "last week", "the following month", "that year"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.guards import is_title
from worker.nlp.temporal.moments import Grain, add
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules.durations import reach
from worker.nlp.temporal.timex import Clock, Timex, at, date, duration

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit

#: Parts of the day that the sun tells.
_SUN = frozenset({"dusk", "daybreak", "nightfall", "sunset", "sunrise"})
_BY_SUN = frozenset({"at", "by", "before", "after", "until", "since", "from", "around"})
_BY_CLOCK = frozenset({"in", "during", "throughout", "by"})
_LONG_GRAINS = ("decade", "century", "millennium")


def _day_word(hit: Hit, context: Context) -> Timex | None:
    before = context.surface(hit.first - 1)
    if context.surface(hit.first)[0].isupper() and before.isalpha() and context.token(hit.first - 1).pos_ == "PROPN":
        return None  # USA Today
    return date(context.today.shift(int(hit.gift("x"))), context.surface(hit.first).casefold().replace(" ", "-"), "reference_time")


def _tonight(hit: Hit, context: Context) -> Timex | None:
    night = date(context.today.shift(int(hit.gift("x"))), "tonight", "reference_time")
    return at(night, Clock("NI"), "tonight" if hit.gift("x") == "0" else "last-night")


def _part(hit: Hit, context: Context) -> Timex | None:
    """"this morning", "that night", "the next morning", "the same evening"."""
    part = Clock(hit.gift("part"))
    if context.surface(hit.last - 1).casefold() == "overnight":
        return None
    if hit.has("that") or hit.gift("story", 1) == "story":
        antecedent = context.antecedent("day")
        if antecedent is None or antecedent.moment is None:
            return None
        named = date(antecedent.moment.shift(int(hit.gift("story") or "0")), "story-part-of-day", antecedent)
        return at(named, part, "story-part-of-day")
    shift = int(hit.gift("shift") or hit.gift("story") or "0")
    antecedent = context.antecedent("day") if shift > 0 else None
    if antecedent is not None and antecedent.moment is not None:
        return at(date(antecedent.moment.shift(1), "next-part-of-day", antecedent), part, "next-part-of-day")
    return at(date(context.today.shift(shift), "part-of-day", "reference_time"), part, "part-of-day")


def _the_part(hit: Hit, context: Context) -> Timex | None:
    """"in the morning", "by mid-afternoon", "overnight": of the day named before in the sentence, else of today."""
    word = context.surface(hit.last - 1).casefold()
    overnight, sun = word == "overnight", word in _SUN
    if word.endswith(" dawn"):
        hit.skip = len(word) - len("dawn")
    elif not overnight and not hit.has("early") and context.surface(hit.first - 1).casefold() not in (_BY_SUN if sun else _BY_CLOCK):
        return None
    if (day := _day_behind(hit, context)) is not None:
        return at(day, Clock(hit.gift("part")), "part-of-date")
    if overnight and context.token(hit.last - 1).pos_ != "ADV" and context.token(hit.last - 1).pos_ != "ADJ":
        return None
    if overnight and context.direction(hit.first) == "past":
        return at(date(context.today.shift(-1), "overnight", "reference_time"), Clock("NI"), "overnight")
    return at(day_of_story(context, "part-of-day"), Clock(hit.gift("part")), "part-of-day")


def _day_behind(hit: Hit, context: Context) -> Timex | None:
    """Give the day of "at dawn on Tuesday", "in the afternoon on Oct. 7"; it stays an expression of its own."""
    if context.surface(hit.last).casefold() != "on":
        return None
    behind = context.read(hit.last + 1)
    return behind[0] if behind is not None and behind[0].moment is not None and behind[0].moment.grain == "day" else None


def day_of_story(context: Context, why: str) -> Timex:
    """Give the day that the text is about: the last one named if that is of the past week, else today."""
    named = context.antecedent("day")
    if named is not None and named.moment is not None and 0 <= context.today.index - named.moment.index < 7:
        return date(named.moment, why, named)
    return date(context.today, why, "reference_time")


def _unit(hit: Hit, context: Context) -> Timex | None:
    """"last week", "this year", "the past month", "the current quarter", "the following day"."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    shift = int(hit.gift("shift") or hit.gift("story") or "0")
    if is_title(hit.last - 1, context):
        return None
    if hit.has("lately"):
        shift = -1
    if hit.has("latest"):
        if grain not in ("quarter", "year", "half"):
            return None
        shift = -1
    if grain == "day":
        if not (hit.has("story") or shift == 1):
            return None
        return next_day(context, shift, hit.last - 1)
    if hit.has("story") and hit.gift("story", 1) == "story":
        return from_story(grain, shift, context, hit.last - 1)
    if grain in _LONG_GRAINS and (shift > 0 or (shift < 0 and not hit.has("shift"))):
        # "over the next decade" are ten years from now, not the calendar's decade.
        timex = duration(f"P{hit.gift('unit', 2)}Y", f"past-{grain}" if shift < 0 else f"next-{grain}")
        timex.anchor, timex.interval = "reference_time", reach(context, shift, 1, ("Y", grain, hit.gift("unit", 2)))
        return timex
    if hit.has("fiscal"):
        # Fiscal years are called by the year in which they end; without the company's calendar the calendar's year is the guess.
        year = context.date.year + shift
        return Timex(type="DATE", value=f"FY{year}", why="shifted-fiscal-year", anchor="reference_time") if grain == "year" else None
    if shift < 0 and not hit.has("shift") and grain in ("year", "month", "week"):
        return _past(grain, context)
    name = {-1: "last", 0: "this", 1: "next"}[shift]
    return date(context.today.to(grain).shift(shift), f"{name}-{grain}", "reference_time")


def _past(grain: Grain, context: Context) -> Timex:
    """"the past year": TimeML gives it the value of last year, but it lasts until today."""
    timex = date(context.today.to(grain).shift(-1), f"past-{grain}", "reference_time")
    timex.interval = add(context.today, -1, grain).shift(1).value, context.today.shift(1).value
    return timex


def next_day(context: Context, shift: int, cell: int) -> Timex | None:
    """Give the day so far from the one named before; from today if none was."""
    antecedent = context.antecedent("day")
    if antecedent is None or antecedent.moment is None:
        if shift > 0 and context.direction(cell) == "past":
            return Timex(type="DATE", value=None, why="next-day")  # "he died the next day": after a day that is not named
        return date(context.today.shift(shift), "next-day", "reference_time") if shift else None
    return date(antecedent.moment.shift(shift), "next-day" if shift > 0 else "previous-day", antecedent)


def from_story(grain: Grain, shift: int, context: Context, cell: int) -> Timex | None:
    """Give the box so far from the one of its grain named before; from today's if none was, but "died the following week" is over."""
    antecedent, why = context.antecedent(grain), f"story-{grain}"
    if antecedent is None or antecedent.moment is None:
        if shift > 0 and context.direction(cell) == "past":
            return Timex(type="DATE", value=None, why=why)
        return date(context.today.to(grain).shift(shift), why, "reference_time")
    return date(antecedent.moment.to(grain).shift(shift), why, antecedent)


def _that(hit: Hit, context: Context) -> Timex | None:
    """"that year", "the same day": the box of what was named before."""
    grain: Grain = hit.gift("unit", 1)  # type: ignore[assignment]  # the lexicon's grains are Grains
    antecedent = context.antecedent(grain)
    if antecedent is None or antecedent.moment is None:
        return None
    return date(antecedent.moment.to(grain), f"that-{grain}", antecedent)


_SHIFT = "(?P<shift>LAST|NEXT|THIS) (?P<lately>PAST)? FOLLOWING?"
_DET = "(?:THE|ITS)?"

RULES = (
    Rule("day-word", "(?P<x>DAY_WORD)", _day_word),
    Rule("tonight", "(?P<x>TONIGHT)", _tonight),
    Rule("part-of-day", "(?:(?P<shift>LAST|THIS|NEXT)|THE (?P<story>PAST|FOLLOWING|NEXT)|(?P<that>THAT|THE SAME)) (?P<part>PART)", _part),
    Rule("the-part-of-day", "(?:THE)? (?:(?P<early>EARLY) HYPHEN?)? (?P<part>PART)", _the_part),
    Rule("that-unit", "(?:THAT SAME?|THE SAME) (?P<unit>UNIT)", _that),
    Rule("shifted-unit", f"{_DET} {_SHIFT} (?P<fiscal>FISCAL)? UNIT_KIND? FULL? (?P<unit>UNIT)", _unit),
    Rule("story-unit", f"{_DET} (?P<story>PAST|FOLLOWING) (?P<fiscal>FISCAL)? UNIT_KIND? FULL? (?P<unit>UNIT)", _unit),
    Rule("current-unit", f"{_DET} (?:CURRENT|(?P<latest>LATEST)) (?P<fiscal>FISCAL)? UNIT_KIND? (?P<unit>UNIT)", _unit),
)
