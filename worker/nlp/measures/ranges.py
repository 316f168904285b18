"""Joins amounts that are one: ranges ("18 to 25 percent", "between $3bn and $5bn"), changes from one to another, and "one in five".

Bounds are never averaged. A unit or scale that stands once serves both ends.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from worker.nlp.measures.amounts import Amount, scaled, with_unit_of
from worker.nlp.measures.changes import direction_before
from worker.nlp.numerals import number
from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

_TO = re.compile(r" ?[-–—~] ?| through |-to-| (?:up )?to (?:about |around |as much as |as many as )?")
_AND = re.compile(r" and (?:about |around |roughly )?")
_OR = re.compile(r" or ")
_OUT_OF = re.compile(r" (?:in|out of|in every|of every)(?: every)? |-(?:in|to|for)-| to ")
_BETWEEN = re.compile(r"\bbetween (?:about |around |roughly |an estimated |some )?$")
_FROM = re.compile(r"\b(?:from|between) (?:about |around |roughly |just |nearly |almost |an estimated |a low of |a high of |as low as "
                   r"|as little as )?$")
#: "four in 10", but no "25 in 1999".
_ROUND, _LARGEST_SHARE, _YEARS = (10, 100, 1000), 9, range(1500, 2100)
#: A level is so many times the step to it at least.
_LEVEL = 2
_HYPHENS = frozenset({"-", "–", "—", ""})
#: Words between the first amount and "to" that tell of other things: "from 20 miles per gallon in 2008 to 29 mpg".
_ASIDE = re.compile(r"(?:,? (?:in|a|at|last|on|the|per|during) [^;:()\n]{1,32}?| [^\W\d_]+(?: [^\W\d_]+)?| \([^()\n]{1,24}\))?,? to "
                    r"(?:about |around |roughly |just |nearly |almost |over |as much as )?")


@frozen(kw_only=True)
class Joined:
    """One quantity's numbers: a single amount, a range (`low` and the amount), or a change (`origin` and the amount)."""

    amount: Amount
    low: Amount | None = None
    origin: Amount | None = None
    #: The share that "one in five" gives, with its second number in `amount`.
    share: float | None = None
    #: Whether the share says how many are given for how many ("2-for-1"): nothing behind it is counted.
    exchange: bool = False
    start: int
    end: int


def join(copy: Copy, amounts: list[Amount], *, changes: frozenset[int]) -> list[Joined]:
    """Join neighbouring amounts, left to right.

    `changes` holds the starts of amounts that a verb of change governs: "from 5 to 10" is a change there, elsewhere a range.
    """
    joined: list[Joined] = []
    at = 0
    while at < len(amounts):
        used, found = _join_at(copy, amounts, at, changes)
        joined.append(found)
        at += used
    return joined


def _join_at(copy: Copy, amounts: list[Amount], at: int, changes: frozenset[int]) -> tuple[int, Joined]:
    first = amounts[at]
    single = Joined(amount=first, start=first.start, end=first.end)
    if at + 1 == len(amounts) or first.kind == "ordinal" or amounts[at + 1].kind == "ordinal":
        return 1, single
    second = amounts[at + 1]
    gap = copy.lowered[first.end:second.start]
    if len(gap) > 48 or "\n" in gap:  # noqa: PLR2004
        return 1, single
    before = copy.lowered[max(0, first.start - 40):first.start]
    if _OUT_OF.fullmatch(gap) and (found := _share(copy, first, second)) is not None:
        return 2, found
    if _TO.fullmatch(gap) or (_AND.fullmatch(gap) and _BETWEEN.search(before)):
        starts = _FROM.search(before)
        if not _alike(first, second) or (gap.strip() in _HYPHENS and not _is_span(first, second)):
            return 1, single
        if gap == " to " and starts is None and _is_level(copy, first, second, before):
            return 1, single
        if second.bare and not first.bare and starts is None and first.currency is None and gap.strip() not in _HYPHENS:
            return 1, single  # "gained 0.7 percent to 6,327"
        if starts is not None and starts[0].startswith("from") and first.start in changes:
            return _change(copy, amounts, at, changes)
        return 2, _range(first, second)
    if _OR.fullmatch(gap) and first.bare and second.currency and second.value <= 10 * first.value:
        first = _completed(first, second)  # "8 or $9"
        return 1, replace(single, amount=first)
    if _OR.fullmatch(gap) and first.bare and second.currency is None and _consecutive(first, second):
        return 2, _range(first, second)
    starts = _FROM.search(before)
    if starts and starts[0].startswith("from") and first.start in changes and _alike(first, second) and _ASIDE.fullmatch(gap):
        return _change(copy, amounts, at, changes)
    return 1, single


def _is_level(copy: Copy, first: Amount, second: Amount, before: str) -> bool:
    """Tell what is reached from a range's end: "grew by 2 million to 10 million", "fell 3p to 245p", "won 51% to 49%"."""
    if first.bare and first.scale == 1:
        return False
    if second.value < first.value:
        return first.kind == second.kind == "percent"
    far = second.value >= _LEVEL * first.value
    return far and (before.endswith("by ") or direction_before(copy, first.start, share=True) is not None)


def _change(copy: Copy, amounts: list[Amount], at: int, changes: frozenset[int]) -> tuple[int, Joined]:
    """Join "from 24.2 to 33-35 billion": what is reached may be a range of its own."""
    used, target = _join_at(copy, amounts, at + 1, changes - {amounts[at + 1].start})
    if target.amount.bare and not amounts[at].bare:
        target = replace(target, amount=with_unit_of(target.amount, amounts[at]))
    origin = _completed(amounts[at], target.amount)
    return used + 1, replace(target, origin=origin, start=amounts[at].start)


def _range(first: Amount, second: Amount) -> Joined:
    low = _completed(first, second)
    high = with_unit_of(second, first) if second.bare and not first.bare else second
    return Joined(amount=high, low=low, start=first.start, end=second.end)


def _completed(first: Amount, second: Amount) -> Amount:
    """Give the first amount what stands only at the second: its scale ("1 to 2 thousand") and its unit."""
    if first.scale == 1 and second.scale > 1 and first.value * second.scale < second.value:
        first = scaled(first, second.scale)
    if (first.bare and not second.bare) or (first.currency and second.currency and second.per and not first.per):
        return with_unit_of(first, second)
    return first


def _alike(first: Amount, second: Amount) -> bool:
    """Tell whether two amounts can bound one range: the same unit, or one of them bare."""
    if first.bare or second.bare:
        return True
    if (first.kind == second.kind == "duration") or (first.unit is not None and first.unit == second.unit):
        return True
    return first.kind == second.kind and first.currency == second.currency and (first.family == second.family)


def _is_span(first: Amount, second: Amount) -> bool:
    """Tell "15-20%" from "-5" and a telephone number: with a hyphen the second is larger."""
    return second.value > first.value or second.scale > first.scale


def _consecutive(first: Amount, second: Amount) -> bool:
    """Tell "two or three days" from "8 or 40"."""
    return 0 < second.value - first.value <= max(2, abs(first.value) * 0.5) and first.numeral.kind == second.numeral.kind == "cardinal"


def _share(copy: Copy, first: Amount, second: Amount) -> Joined | None:
    """Read "one in five", "three out of ten", "outnumbered by 2 to 1", "2-for-1"; "five in 2019" and "two in 10 minutes" are none."""
    if not (first.bare and second.bare) or first.numeral.kind != "cardinal" or first.value <= 0:
        return None
    gap = copy.lowered[first.end:second.start]
    if "for" in gap:  # "a 3-for-2 split": how many are given for how many
        if not first.value > second.value > 0:
            return None  # "went 2-for-3 at the plate"
        ratio = float(number(Fraction(str(first.value)) / Fraction(str(second.value))))
        return Joined(amount=second, share=ratio, exchange=True, start=first.start, end=second.end)
    if "to" in gap:
        return Joined(amount=second, share=first.value, start=first.start, end=second.end) if second.value == 1 < first.value else None
    if first.value >= second.value:
        return None
    said = "out" in gap or "every" in gap
    alike = first.numeral.digits == second.numeral.digits or second.value in _ROUND
    if not said and (not alike or first.value > _LARGEST_SHARE or second.value in _YEARS):
        return None
    share = number(Fraction(str(first.value)) / Fraction(str(second.value)))
    return Joined(amount=second, share=float(share), start=first.start, end=second.end)
