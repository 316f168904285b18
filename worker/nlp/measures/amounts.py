"""An amount: a number with its sign, scale and unit or currency, as it stands in the text ("$3.5m", "-5 yards", "40 hours a week").

It reads one number at a time; ranges, bounds and what is counted are read by the other modules here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from worker.nlp.lexicons import words
from worker.nlp.measures.currencies import Money, country_after, money_after, money_before, sole_currency
from worker.nlp.measures.units import per_at, unit_at
from worker.nlp.numerals import Numeral, number
from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

Kind = Literal["count", "money", "percent", "measure", "duration", "ordinal", "ratio"]

_SCALE_LETTER = re.compile(r" ?(?:([mbtk])|(mil|mill)|(MM?|B|T|K|tr|cr|Cr))(?![^\W_])")
_SCALES = {"m": 10**6, "mil": 10**6, "mill": 10**6, "mm": 10**6, "b": 10**9, "t": 10**12, "tr": 10**12, "cr": 10**7, "k": 10**3}
#: "-5 yards", "minus-130 degrees"; a hyphen after a letter or a digit joins.
_MINUS = re.compile(r"(?:(?<![\w.,%)])(?:[-−–])|\b[Mm]inus[ -])$")
_KINDS: dict[str, Kind] = {"time": "duration", "percent": "percent", "age": "duration"}
#: "7.2 on the Richter scale"; and "16 billion b", where no scale is left for the letter to be.
_ON_SCALE = re.compile(r" on the ([\w-]+) scale\b")
_BITS = re.compile(r" b(?=[.,;:)]|$)")
#: From here on pounds are money; so many words before a small sum tell what it is.
_LARGE, _NEAR = 10**6, 6
_SHARES = frozenset({"percent", "point"})
#: A thousand pounds or dollars in slang.
_GRAND, _THOUSAND = re.compile(r" grand\b(?!-)"), 1000


@frozen(kw_only=True)
class Amount:
    """A number and its unit; `start` and `end` count code points and hold sign, currency and unit."""

    start: int
    end: int
    numeral: Numeral
    value: int | float
    scale: int = 1
    kind: Kind = "count"
    unit: str | None = None
    #: The unit's class in the lexicon, "" if there is none.
    family: str = ""
    currency: str | None = None
    #: The singular noun of the currency, for rates ("dollar per barrel").
    noun: str = ""
    per: str | None = None

    @property
    def bare(self) -> bool:
        """Whether the number stands without a unit or currency."""
        return self.unit is None and self.currency is None and self.kind == "count"


def read_amount(copy: Copy, numeral: Numeral) -> Amount:
    """Give the amount that the number is the heart of."""
    amount = Amount(start=numeral.start, end=numeral.end, numeral=numeral, value=numeral.value, scale=numeral.scale)
    before = money_before(copy, numeral.start) if numeral.digits else None
    if before is not None:
        amount = _with_money(replace(amount, start=before.start), before)
    if numeral.digits:
        amount = _with_sign(copy.text, _with_scale_letter(copy, amount))
    if before is not None:
        return _with_rate(copy, _with_country(copy, amount))
    if (after := money_after(copy, amount.end)) is not None and not _is_weight(copy, amount, after):
        return _with_rate(copy, _with_money(replace(amount, end=after.end), after))
    if (grand := _GRAND.match(copy.lowered, amount.end)) and _is_slang(copy, amount, grand.end()):
        thousands = replace(scaled(amount, _THOUSAND), end=grand.end(), kind="money", unit=None)
        return replace(thousands, currency=sole_currency(copy))
    found = unit_at(copy, amount.end, digits=numeral.digits)
    if found is not None:
        unit = found.unit
        kind = _KINDS.get(unit.kind, "money" if unit.kind == "money" else "measure")
        amount = replace(amount, end=found.end, unit=None if unit.kind == "percent" else unit.name, family=unit.kind, kind=kind)
        return _with_rate(copy, amount)
    if amount.numeral.digits and copy.words_before(amount.start, 1) in (["magnitude"], ["magnitude-"]):
        return replace(amount, unit="magnitude", family="seismic", kind="measure")
    if (scale := _ON_SCALE.match(copy.text, amount.end)) and (found := unit_at(copy, scale.start(1), digits=True)) is not None:
        return replace(amount, unit=found.unit.name, family=found.unit.kind, kind="measure")
    if amount.scale > 1 and (bits := _BITS.match(copy.text, amount.end)):
        return replace(amount, end=bits.end(), unit="bit", family="information", kind="measure")
    return amount


def _is_slang(copy: Copy, amount: Amount, end: int) -> bool:
    """Tell "20 grand" in money from "two grand hotels": nothing that is grand stands behind, and the number is small."""
    token = copy.token_from(end)
    follows = token < copy.columns.size and copy.text[end:copy.columns.starts[token]] in (" ", "-") \
        and (copy.is_noun(token) or copy.columns.tags[token] in ("JJ", "VBN", "HYPH"))
    return amount.scale == 1 and 0 < amount.value < _THOUSAND and not follows


def with_unit_of(amount: Amount, other: Amount) -> Amount:
    """Give the amount the unit and currency that stand only once, at the other ("18 to 25 percent")."""
    return replace(amount, kind=other.kind, unit=other.unit, family=other.family, currency=other.currency, noun=other.noun, per=other.per)


def scaled(amount: Amount, scale: int) -> Amount:
    """Give the amount with the scale that stands only at its neighbour ("1 to 2 thousand")."""
    return replace(amount, value=number(Fraction(str(amount.value)) * scale), scale=scale)


def _with_money(amount: Amount, money: Money) -> Amount:
    return replace(amount, kind="money", currency=money.code, noun=money.noun, unit=None if money.code else money.noun)


def _with_country(copy: Copy, amount: Amount) -> Amount:
    """Read what stands behind an amount whose sign stood before: "$31.20 US", "$300 million dollars"."""
    if amount.noun == "dollar" and (country := country_after(copy.text, amount.end)):
        return replace(amount, currency=country[0], end=country[1])
    return amount


def _with_sign(text: str, amount: Amount) -> Amount:
    match = _MINUS.search(text, max(0, amount.start - 6), amount.start)
    if match is None or text.endswith("plus or ", 0, match.start()):
        return amount
    return replace(amount, start=match.start(), value=-amount.value)


def _with_scale_letter(copy: Copy, amount: Amount) -> Amount:
    """Read "m", "b", "M", "B", "K" as scales where they are no metres and bytes: behind money, or before what can be counted."""
    match = _SCALE_LETTER.match(copy.text, amount.end)
    if match is None or amount.scale != 1 or not isinstance(amount.value, (int, float)):
        return amount
    letter = match[0].strip().lower()
    glued = copy.text[amount.end] != " "
    if amount.kind != "money" and not _counts(copy, match.end(), letter, glued=glued):
        return amount
    return replace(scaled(amount, _SCALES[letter]), end=match.end())


def _counts(copy: Copy, at: int, letter: str, *, glued: bool) -> bool:
    """Tell "35m of its users", "12.3m tonnes", "8 B people" from "50m apart", "16 b"."""
    if letter in ("t", "k") and not glued:
        return False
    if letter in ("mil", "mill", "tr", "cr"):
        return True
    if copy.text[at:at + 1] not in (" ", "-", "\u00a0"):
        return False
    unit = unit_at(copy, at, digits=False)
    if money_after(copy, at) is not None or (unit is not None and unit.unit.kind not in _SHARES):
        return True
    token = copy.token_from(at)
    if token >= copy.columns.size:
        return False
    if copy.columns.words[token] == "of":
        return any(copy.is_plural(other) for other in range(token + 1, min(token + 6, copy.columns.size)))
    for other in range(token, min(token + 4, copy.columns.size)):
        if copy.is_plural(other):
            return True
        if copy.columns.tags[other] not in ("JJ", "NN", "NNP", "VBN", "JJR", "HYPH"):
            return False
    return False


def _is_weight(copy: Copy, amount: Amount, money: Money) -> bool:
    """Tell pounds of weight from pounds sterling: only large sums and articles that speak of money in pounds mean the latter."""
    if money.noun != "pound" or money.code not in ("GBP", None) or " " in copy.text[money.start:money.end]:
        return False
    if amount.scale >= _LARGE or (copy.sterling and not copy.text.startswith(" of ", money.end)):
        return False
    return words("money_words").isdisjoint(copy.words_before(amount.start, _NEAR))


def _with_rate(copy: Copy, amount: Amount) -> Amount:
    if amount.kind == "percent" and "/" not in copy.text[amount.end:amount.end + 2]:
        return amount  # "5 percent a year" is a percentage; the year is the timexes'
    rate = per_at(copy, amount.end, of_money=amount.kind == "money")
    if rate is None:
        return amount
    per, end = rate
    unit = f"{amount.noun if amount.currency else amount.unit} per {per}"
    return replace(amount, end=end, unit=unit, per=per, kind="measure" if amount.kind == "duration" else amount.kind)
