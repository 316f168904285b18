"""Reads all quantities of one article: from its numbers through amounts and ranges to bounds, changes and what is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.measures.ages import UNIT as AGE
from worker.nlp.measures.ages import is_age, says_age
from worker.nlp.measures.bounds import bound_of
from worker.nlp.measures.candidates import candidates
from worker.nlp.measures.changes import Direction, direction_before, direction_behind
from worker.nlp.measures.context import is_origin, with_context, with_following
from worker.nlp.measures.counted import Counted, compound_after, lemma, noun_after, noun_beyond, noun_of
from worker.nlp.measures.durations import Timed, settled
from worker.nlp.measures.factors import find_factors
from worker.nlp.measures.quantity import TIMES, Quantity, bounded
from worker.nlp.measures.ranges import Joined, join
from worker.nlp.measures.units import per_at

if TYPE_CHECKING:
    from worker.nlp.measures.amounts import Amount
    from worker.nlp.measures.copy import Copy
    from worker.nlp.numerals import Numeral

_VAGUE = re.compile(r"\b(?:several|a few|few|many|some) $")
#: "a couple of hundred" is about two hundred.
_COUPLE = re.compile(r"\b(?:an?other |a |the |first |last |next |past )?couple (?:of )?$")
_GOES = re.compile(r"\b(?:go(?:es|ing|ne)?|went|mov(?:ed?|es|ing)|chang(?:ed?|es|ing)|shift(?:s|ed|ing)?|doubl(?:ed?|es|ing)"
                   r"|tripl(?:ed?|es|ing)|halv(?:ed?|es|ing))\b[^.;,]{0,24}$")
_KNOWN = re.compile(r"(?:\bthe|\bits|\bour|\bmy|\btheir|\bhis|\bher|\bthese|\bthose|['’]s?) $")
_TIMES_WORD = re.compile(r" ?(?:times|x)\b")
_COMPARES = re.compile(r" (?:the|as|more|less|higher|larger|bigger|faster|greater|its|their|his|that|those|what|[a-z]+er than)\b")
_SCORE = re.compile(r"(?<![\d.,$€£])(\d{1,3})(?:[-–—]|-for-)(\d{1,3})(?![\d%.,]*\d)")
#: Families of units that a move is told in without a preposition ("gained 45 cents").
_SHARES = frozenset({"percent", "point", "index", "money"})
_FARTHEST = 64


def read_quantities(copy: Copy, numerals: Sequence[Numeral], timexes: Sequence[Timed] = ()) -> list[Quantity]:
    """Give all quantities in order; durations take the spans of their timexes, numbers inside dates are none."""
    amounts = candidates(copy, numerals, timexes)
    changes = frozenset(amount.start for amount in amounts if _moves(copy, amount))
    found: list[Quantity] = []
    for joined in join(copy, amounts, changes=changes):
        if found and _counts_rate(copy, found[-1], joined.start):
            continue
        quantity = _quantity(copy, joined, found)
        if quantity is None:
            continue
        if found and is_origin(copy, quantity, found[-1]):
            before = found[-1]
            direction: Direction | None = before.change
            if direction is None and before.value is not None and quantity.value is not None and before.value != quantity.value:
                direction = "up" if before.value > quantity.value else "down"
            found[-1] = replace(before, origin=quantity.value, change=direction)
        found.append(quantity)
    return settled(copy, [*with_following(copy, found), *find_factors(copy)], timexes)


def _counts_rate(copy: Copy, previous: Quantity, start: int) -> bool:
    """Tell the number inside the rate before: "5.3 murders per 100,000 people"."""
    if previous.unit is None or " per " not in previous.unit:
        return False
    return copy.lowered[previous.end if previous.of is None else max(previous.end, previous.of.end):start] == " per "


def _moves(copy: Copy, amount: Amount) -> bool:
    """Tell whether "from" before the amount belongs to a word of change."""
    head, found, _ = copy.lowered[max(0, amount.start - _FARTHEST):amount.start].rpartition("from ")
    return bool(found) and (direction_before(copy, amount.start, share=True) is not None or _GOES.search(head) is not None)


def _quantity(copy: Copy, joined: Joined, found: Sequence[Quantity]) -> Quantity | None:
    """Give the quantity of one or two joined amounts; None for a score."""
    amount = joined.amount
    if amount.kind == "ordinal":
        of = noun_after(copy, joined.end)
        return Quantity(start=joined.start, end=joined.end, value=amount.value, kind="ordinal", of=of, why="ordinal")
    if joined.share is not None:
        of = None if joined.exchange else noun_after(copy, joined.end) or noun_of(copy, joined.end)
        modifier = bound_of(copy, joined.start, joined.end).modifier
        share = Quantity(start=joined.start, end=joined.end, value=joined.share, kind="ratio", of=of, modifier=modifier, why="one-in")
        return bounded(share)
    counted = _counted(copy, amount)
    if _is_score(copy, amount, joined.low, counted):
        return None
    if says_age(copy, amount) or is_age(copy, amount) or (joined.low is not None and is_age(copy, joined.low)):
        amount, counted = replace(amount, unit=AGE, kind="measure", family="age"), None
    quantity = _described(copy, replace(joined, amount=amount), counted)
    return with_context(copy, quantity, found, bare=amount.bare)


def _counted(copy: Copy, amount: Amount) -> Counted | None:
    """Give what is counted ("1,500 soldiers", "two of the leaders") or measured ("12m tonnes of jet fuel")."""
    direct = (compound_after(copy, amount.end) or noun_after(copy, amount.end)) if amount.bare else None
    if direct is not None and not (amount.numeral.kind == "fraction" and copy.lowered.startswith(" of ", amount.end)):
        return direct
    of = noun_of(copy, amount.end)
    return noun_beyond(copy, amount.end) if of is None and amount.bare and amount.numeral.kind == "fraction" else of


def _is_score(copy: Copy, amount: Amount, low: Amount | None, counted: Counted | None) -> bool:
    """Tell "won 2-1", "a 3-2 vote" and "went 2-for-3" from "15-20 people"."""
    if not amount.bare or not amount.numeral.digits:
        return False
    if low is not None and low.bare and low.value >= amount.value and counted is None:
        return True  # "5 to 4"
    for match in _SCORE.finditer(copy.text, max(0, amount.start - 8), min(len(copy.text), amount.end + 8)):
        if match.start() <= amount.start and amount.end <= match.end():
            return "for" in match[0] or counted is None or not counted.plural or int(match[1]) >= int(match[2])
    return False


def _described(copy: Copy, joined: Joined, counted: Counted | None) -> Quantity:
    """Give the quantity its bounds, its direction, and what it is counted by ("five deaths a day")."""
    amount = joined.amount
    bound = bound_of(copy, joined.start, joined.end, noun_end=counted.end if counted is not None and amount.bare else None)
    if amount.bare and bound.end > joined.end:
        counted = noun_after(copy, bound.end) or counted  # "200 or more paintings"
    kind, unit, end = amount.kind, amount.unit, joined.end
    if amount.bare and (times := _TIMES_WORD.match(copy.lowered, amount.end)):
        unit, end, counted = TIMES, times.end(), None
        if _compares(copy, end):
            kind, counted = "ratio", noun_beyond(copy, end)
    elif amount.bare and counted is not None:
        if not _is_known(copy, joined.start, counted.end) and (rate := per_at(copy, counted.end)) is not None:
            unit = f"{lemma(copy, counted)} per {rate[0]}"
    elif amount.bare and (rate := per_at(copy, amount.end)) is not None:
        unit, end = f"per {rate[0]}", rate[1]
    if amount.numeral.kind == "fraction" and kind == "count":
        kind = "ratio"
    change = None
    if kind != "duration":
        change = direction_before(copy, bound.start, share=amount.family in _SHARES, count=amount.bare)
        change = change or direction_behind(copy, counted.end if counted is not None and amount.bare else end)
    return _bounded(copy, joined, Quantity(
        start=joined.start, end=end, value=amount.value, modifier=bound.modifier, change=change, unit=unit, currency=amount.currency,
        kind=kind, of=counted, why=_why(joined, amount)))


def _is_known(copy: Copy, start: int, end: int) -> bool:
    """Tell known things, whose number is no rate: "the bank's 100,000 bankers every year"."""
    return copy.lowered.startswith((" every ", " each "), end) and _KNOWN.search(copy.lowered, max(0, start - 12), start) is not None


def _compares(copy: Copy, end: int) -> bool:
    """Tell "four times the number" and "6.5 times earnings" from "3,200 times"."""
    if _COMPARES.match(copy.lowered, end):
        return True
    token = copy.token_from(end)
    columns = copy.columns
    return token < columns.size and copy.is_noun(token) and columns.tags[token] != "NNP" and columns.ents[token] not in ("DATE", "TIME")


def _bounded(copy: Copy, joined: Joined, quantity: Quantity) -> Quantity:
    """Give low, high and origin; "several hundred" and "dozens" are at least two of them."""
    amount = joined.amount
    if joined.low is not None:
        low, high = sorted((joined.low.value, amount.value))
        quantity = replace(quantity, value=None, low=low, high=high, modifier="range")
    elif amount.numeral.kind == "indefinite":
        quantity = replace(quantity, value=None, low=2 * amount.value, modifier="at_least")
    elif (begin := _vague_start(copy, joined, _COUPLE)) is not None:
        quantity = replace(quantity, start=begin, value=2 * amount.value, modifier="about")
    elif (begin := _vague_start(copy, joined, _VAGUE)) is not None:
        quantity = replace(quantity, start=begin, value=None, low=2 * amount.value, modifier="at_least")
    else:
        quantity = bounded(quantity)
    if joined.origin is None:
        return quantity
    direction: Direction = "up" if amount.value > joined.origin.value else "down"
    return replace(quantity, origin=joined.origin.value, change=direction)


def _vague_start(copy: Copy, joined: Joined, vague: re.Pattern[str]) -> int | None:
    """Give where "several" begins in "several hundred"; None if the number is told."""
    amount = joined.amount
    if amount.numeral.digits or amount.scale == 1 or amount.value != amount.scale:
        return None
    match = vague.search(copy.lowered, max(0, joined.start - 20), joined.start)
    return match.start() if match else None


def _why(joined: Joined, amount: Amount) -> str:
    if joined.origin is not None:
        return "from-to"
    if joined.low is not None:
        return "range"
    if amount.family == "age":
        return "age"
    if amount.numeral.kind == "indefinite":
        return "plural-number"
    return {"count": "number", "money": "currency", "percent": "percent"}.get(amount.kind, "unit")
