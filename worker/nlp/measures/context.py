"""What a quantity takes from the one beside it: "rose 64 points to 4,577", "435 homes by sale and 187 by tender", "2 of the 3 leaders"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.measures.ages import UNIT as AGE
from worker.nlp.measures.counted import lemma
from worker.nlp.measures.quantity import Quantity

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

#: The same change said otherwise ("down 68 points, or 1.2%", "fell 9% (998 points)") or of another ("were down 2.3%, Burton by 2.6%").
_AS_WELL = re.compile(r", |,? and |,? or (?:about |around |nearly |just |more than )?| \(|,? (?:and )?[\w&' ]{2,30} by ")
_FROM_BEHIND = re.compile(r"(?: (?:in|a|at|last|on|during) [^,.;:()\n\d]{1,32}?)?(?:,? (?:up|down|compared))?,? from"
                          r" (?:about |around |just |nearly |over )?")
_TOGETHER = re.compile(r",? (?:and|or|to) (?:about |around |nearly |over |more than |at least )?")
_LEVEL = re.compile(r"\b(?:to|at|on)\b")
_AND = re.compile(r"\b(?:and|or|while|whilst|but)\b")
_BESIDE = re.compile(r"\b(?:and|or|while|whilst|but|compared (?:to|with)|versus|vs|than|from|against)\b")
_PART_OF = re.compile(r" (?:out )?of (?:all )?"
                      r"(?:the |its |their |his |her |those |these |some |about |around |nearly |more than |over )*")
_OF_THE = re.compile(r"\bof (?:the |its |their |those )?$")
_DIVIDED = re.compile(r" (?:[\w-]+ ){0,5}(?:divided|split|organi[sz]ed|grouped) (?:up )?(?:in)?to (?:about |at least )?")
_LISTED = frozenset({", ", " and ", ", and ", " or "})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_FARTHEST = 120
#: Numbers of the same things are seldom further apart.
_ONE_ORDER = 30
_SEARCHED = 4


def with_context(copy: Copy, quantity: Quantity, found: Sequence[Quantity], *, bare: bool) -> Quantity:
    """Give the quantity what only the ones before it say; `bare` says that its number has no unit of its own."""
    previous = found[-1] if found else None
    if previous is None or not _same_sentence(copy, previous, quantity):
        return quantity
    if previous.change is not None and quantity.change is None and quantity.kind in ("percent", "measure", "money") \
            and _AS_WELL.fullmatch(copy.lowered, _behind(previous, quantity), quantity.start):
        quantity = replace(quantity, change=previous.change)
    if copy.lowered.startswith("from ", max(0, quantity.start - len("from "))) and quantity.origin is None:
        quantity = replace(quantity, change=None)
    if bare and quantity.of is None and quantity.kind == "count":
        if previous.unit == AGE and copy.lowered[previous.end:quantity.start] in _LISTED:
            return replace(quantity, kind="measure", unit=AGE)  # "aged 2, 4 and 6"
        if _is_whole(copy, previous, quantity):
            return replace(quantity, of=previous.of, part_of=(previous.start, previous.end))  # "Of the 250 passengers, 240"
        return _completed(copy, quantity, found)
    return quantity


def _is_whole(copy: Copy, previous: Quantity, quantity: Quantity) -> bool:
    """Tell whether the number before names the whole: "of the 250 passengers, 240 survived"."""
    if previous.kind != "count" or previous.of is None or copy.lowered[_behind(previous, quantity):quantity.start] != ", ":
        return False
    return _OF_THE.search(copy.lowered, max(0, previous.start - 12), previous.start) is not None


def _behind(previous: Quantity, quantity: Quantity) -> int:
    """Give where the earlier quantity ends, with the noun that it counts."""
    of = previous.of
    return of.end if of is not None and previous.end <= of.end <= quantity.start else previous.end


def is_origin(copy: Copy, quantity: Quantity, previous: Quantity) -> bool:
    """Tell whether the quantity is where the one before it came from: "rose to $7.36 billion from $6.78 billion"."""
    same = previous.kind == quantity.kind != "duration" and previous.unit == quantity.unit and previous.currency == quantity.currency
    return quantity.value is not None and same and quantity.change is None \
        and _FROM_BEHIND.fullmatch(copy.lowered, _behind(previous, quantity), quantity.start) is not None


def with_following(copy: Copy, found: Sequence[Quantity]) -> list[Quantity]:
    """Give the quantities what only the next one says: its noun ("500 and 1,000 songs"), and which is a part of which."""
    result = list(found)
    for at in range(len(result) - 1):
        quantity, after = result[at], result[at + 1]
        bare = quantity.kind == "count" and quantity.unit is None
        if bare and quantity.of is None and after.kind == "count" and after.of is not None \
                and _TOGETHER.fullmatch(copy.lowered, quantity.end, after.start):
            result[at] = replace(quantity, of=after.of, unit=after.unit)
        elif after.kind in ("count", "money", "measure") and _PART_OF.fullmatch(copy.lowered, quantity.end, after.start):
            inherits = bare and after.kind != "count"
            part = replace(quantity, part_of=(after.start, after.end))
            result[at] = replace(part, kind=after.kind, unit=after.unit, currency=after.currency, of=after.of) if inherits else part
        elif after.kind == "count" and _DIVIDED.fullmatch(copy.lowered, quantity.end, after.start):
            result[at + 1] = replace(after, part_of=(quantity.start, quantity.end))
    return result


def _completed(copy: Copy, quantity: Quantity, found: Sequence[Quantity]) -> Quantity:
    """Give a bare number the unit or noun of the one in the same sentence that it stands beside."""
    nearest = True
    for other in reversed(found[-_SEARCHED:]):
        gap = copy.lowered[other.end:quantity.start]
        if len(gap) > _FARTHEST or not _same_sentence(copy, other, quantity):
            break
        if nearest and other.unit == "point" and _LEVEL.search(gap):
            return replace(quantity, kind=other.kind, unit=other.unit)
        nearest = nearest and other.kind == "percent"
        if not _BESIDE.search(gap) or not _comparable(quantity, other):
            continue
        if other.kind == "count" and other.of is not None:
            if other.unit is not None and " per " in other.unit and _has_verb(copy, other.end, quantity.start):
                continue  # "makes 1,000 cars a week and employs 3,500"
            unit = other.unit if quantity.unit is None or other.unit is not None else f"{lemma(copy, other.of)} {quantity.unit}"
            return replace(quantity, of=other.of, unit=unit)
        if other.kind in ("money", "measure") and quantity.unit is None and _AND.search(gap):
            return replace(quantity, kind=other.kind, unit=other.unit, currency=other.currency)
    return quantity


def _has_verb(copy: Copy, start: int, end: int) -> bool:
    tags = copy.columns.tags
    return any(tags[token] in _FINITE for token in range(copy.token_at(start), copy.token_at(end)))


def _same_sentence(copy: Copy, one: Quantity, other: Quantity) -> bool:
    return copy.same_sentence(copy.token_at(one.start), copy.token_at(other.start))


def _comparable(one: Quantity, other: Quantity) -> bool:
    """Tell whether two numbers are of one order, as numbers of the same things are."""
    sizes = [next((abs(value) for value in (quantity.value, quantity.high, quantity.low) if value is not None), 0)
             for quantity in (one, other)]
    return 0 < max(sizes) <= _ONE_ORDER * min(sizes)
