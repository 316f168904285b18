"""The numbers of an article that are quantities, each with its unit: the others are refused here, by themselves or by their neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.measures.amounts import Amount, read_amount, with_unit_of
from worker.nlp.measures.counted import noun_after
from worker.nlp.measures.durations import Timed, in_date
from worker.nlp.measures.refusals import looks_a_year, refusal
from worker.nlp.measures.units import unit_at

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy
    from worker.nlp.numerals import Numeral

_PART_OF_UNIT = re.compile(r" (?:of )?(?:an? |one )")
#: Joins of digits that are one date, version or score.
_GLUE = frozenset({"-", "–", "/", ":", ".", "—"})
_LISTS = frozenset({" and ", ", ", " or "})
_LAST_OF_LIST = frozenset({" and ", ", and ", " or "})
_BETWEEN_ENDS = re.compile(r" ?[-–—] ?| to ")
#: A smaller number before "to" and a year is no end of a range of things ("from 5 to 2020").
_LEAST_OF_THINGS = 100


def candidates(copy: Copy, numerals: Sequence[Numeral], timexes: Sequence[Timed]) -> list[Amount]:
    """Give the amounts that are quantities, in order."""
    found: list[Amount] = []
    end, refused_end = 0, -1
    refused: str | None = None
    dates = [(timex.start, timex.end) for timex in timexes if timex.type != "DURATION"]
    for number, numeral in enumerate(numerals):
        if numeral.start < end:
            continue  # "per 100,000 people": a part of the unit before
        amount = _amount(copy, numeral)
        gap = copy.text[refused_end:numeral.start] if refused_end >= 0 else ""
        if refused is not None and amount.bare and _goes_with(copy, amount, gap, refused):
            refused_end = numeral.end
            continue
        dated = (amount.bare or amount.kind == "ordinal") and in_date(dates, amount.start, amount.end)
        refused = "date" if dated else refusal(copy, amount)
        if refused == "year" and _bounds_count(copy, amount, numerals, number):
            refused = None
        if refused is not None:
            refused_end = numeral.end
            continue
        refused_end, end = -1, amount.end
        found.append(amount)
    _share_units(copy, found)
    return found


def _amount(copy: Copy, numeral: Numeral) -> Amount:
    """Give the number with its unit, also behind "of" and "a": "thousands of dollars", "half a mile", "a quarter of a percentage point"."""
    if numeral.kind == "ordinal":
        return Amount(start=numeral.start, end=numeral.end, numeral=numeral, value=numeral.value, kind="ordinal")
    amount = read_amount(copy, numeral)
    if not amount.bare or numeral.kind == "cardinal":
        return amount
    at = numeral.end
    if numeral.kind == "indefinite":
        at = numeral.end + len(" of") if copy.lowered.startswith(" of ", numeral.end) else -1
    else:
        gap = _PART_OF_UNIT.match(copy.lowered, numeral.end)
        at = gap.end() - 1 if gap is not None and unit_at(copy, gap.end(), digits=False) is not None else -1
    if at < 0:
        return amount
    whole = read_amount(copy, replace(numeral, end=at))
    return amount if whole.bare else replace(whole, numeral=numeral)


def _goes_with(copy: Copy, amount: Amount, gap: str, refused: str) -> bool:
    """Tell the rest of what was refused: "2014-15", "between 1600 and 1900", "Resolutions 2254 and 2118"."""
    if gap in _GLUE:
        return True
    if refused == "year":
        return gap in (" to ", " and ") and looks_a_year(amount.numeral)
    return gap in _LISTS and refused in ("label", "part of a code") and noun_after(copy, amount.end) is None


def _bounds_count(copy: Copy, amount: Amount, numerals: Sequence[Numeral], number: int) -> bool:
    """Tell "2000 - 2500 calories" and "from 1000 to 2000 hires" from years: the other end has a unit or is no year."""
    if number + 1 < len(numerals):
        other = numerals[number + 1]
        rising = other.value > amount.value and copy.words_before(amount.start, 1) not in (["in"], ["since"])
        if rising and _BETWEEN_ENDS.fullmatch(copy.text, amount.end, other.start) and not read_amount(copy, other).bare:
            return True
    if number == 0:
        return False
    other = numerals[number - 1]
    counts = other.digits and other.value >= _LEAST_OF_THINGS and not looks_a_year(other)
    return counts and _BETWEEN_ENDS.fullmatch(copy.text, other.end, amount.start) is not None


def _share_units(copy: Copy, amounts: list[Amount]) -> None:
    """Give the members of a list the unit that only its last one has: "5.3, 3, 3.9 and 11.3 per cent"."""
    for at in range(len(amounts) - 1, 0, -1):
        amount, before = amounts[at], amounts[at - 1]
        if not before.bare or amount.bare or amount.kind in ("ordinal", "duration") or before.numeral.digits != amount.numeral.digits:
            continue
        gap = copy.lowered[before.end:amount.start]
        in_list = gap in _LAST_OF_LIST or (gap == ", " and at + 1 < len(amounts) and amounts[at + 1].kind == amount.kind)
        if in_list and amount.currency is None:
            amounts[at - 1] = with_unit_of(before, amount)
