"""Words that point at the present, the past or the future and name no date: "now", "recently", "soon"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.timex import Interval, Timex

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit


def _reference(hit: Hit, context: Context) -> Timex | None:
    value = hit.gift("x")
    before = context.surface(hit.first - 1).casefold()
    if value == "FUTURE_REF" and hit.last - hit.first == 1 and context.surface(hit.first).casefold() == "soon":
        behind = context.surface(hit.last).casefold()
        if before == "as" or behind in ("as", "after", "before") or context.direction(hit.first) == "past":
            return None  # "as soon as", "soon after the vote", "soon became"
    if context.surface(hit.first)[0].isupper() and context.token(hit.first).ent_type_ in ("ORG", "WORK_OF_ART", "PRODUCT"):
        return None
    if context.surface(hit.first).casefold().startswith("at "):
        if context.surface(hit.last)[:1].isalpha() and context.token(hit.last).pos_ in ("PROPN", "PRON", "ADP", "SCONJ"):
            return None  # "at the moment he spoke"
        hit.skip = len("at ")
    why = value.casefold().replace("_", "-")
    return Timex(type="DATE", value=value, why=why, anchor="reference_time", interval=_interval(value, context))


def _adjective(hit: Hit, context: Context) -> Timex | None:
    """"the current system", "a recent filing"; "future earnings" are no date, and "the current" may be water's."""
    if hit.gift("x") == "FUTURE_REF" or context.token(hit.first).pos_ != "ADJ":
        return None
    return _reference(hit, context)


def _interval(value: str, context: Context) -> Interval:
    today, tomorrow = context.today.value, context.today.shift(1).value
    return {"PRESENT_REF": (today, tomorrow), "PAST_REF": (None, today), "FUTURE_REF": (today, None)}[value]


def _the_past(hit: Hit, context: Context) -> Timex | None:
    """"in the past" as a noun; "the past president" is none."""
    if context.surface(hit.last - 1).casefold() != "past" or context.token(hit.last - 1).tag_ != "NN":
        return None
    return Timex(type="DATE", value="PAST_REF", why="past-ref", anchor="reference_time", interval=_interval("PAST_REF", context))


RULES = (
    Rule("the-past", "THE PAST", _the_past),
    Rule("reference", "(?P<x>REFERENCE)", _reference),
    Rule("reference-adjective", "(?P<x>REFERENCE_ADJECTIVE|CURRENT)", _adjective),
)
