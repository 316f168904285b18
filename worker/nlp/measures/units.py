"""Units of measure: which one stands at a place of the text, alone ("km", "square miles") or per another ("km/h", "barrels a day").

The units are lines of `lexicons/units.txt`; SI prefixes and squares and cubes of lengths are made from them. Money is elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from worker.nlp.lexicons import alternatives, entries, words

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

_PREFIXES = {"k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta", "m": "milli", "μ": "micro", "n": "nano", "p": "pico",
             "c": "centi", "d": "deci", "h": "hecto"}
_POWERS = {"square": "square", "sq": "square", "sq.": "square", "cubic": "cubic", "cu": "cubic", "cu.": "cubic"}
_POWER = re.compile(r"(square|sq\.?|cubic|cu\.?)[ -]")
_GAP = re.compile(r"[ \u00a0\u202f\u2009]?-?|-? ?")
#: What makes a rate: "$52 a barrel", "miles per hour", "km/h", "52,000 barrel-a-day", "twice each year".
_PER = re.compile(r"(?: per |-per-| ?/ ?)|( an? |-an?-| each | every )")
_BOUNDARY = r"(?![^\W_])"
#: One capital letter is a unit only where nothing but the number can own it.
_LONE = re.compile(r"[A-Z]")
#: Behind "a year": the year is a time, not what something is counted by.
_WHEN = re.compile(r"s? (?:earlier|later|ago|before|after|prior|previously)\b|-")
_SENTENCE_ENDS = re.compile(r"\s*(?:$|\n|(?<=\s)[A-Z“\"‘])")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"[0-9][0-9,]* ")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's English singular name and its class (`time`, `age`, `percent`, `money`, `length` ...)."""

    name: str
    kind: str


class Found(NamedTuple):
    """A unit and where its words end."""

    unit: Unit
    end: int


def unit_at(copy: Copy, at: int, *, digits: bool) -> Found | None:
    """Give the unit whose words begin at the place, after one space or hyphen; symbols stand behind digits only."""
    begin = _skip(copy.text, at)
    found = _named(copy, begin)
    if found is None and digits and not copy.text[begin:begin + 1].isspace():
        found = _symbol(copy.text, begin, glued=begin == at)
    return found


def spelled(word: str) -> str | None:
    """Give the name that stands here for a unit's word, whatever its spelling: "liter" is litre."""
    unit = _words().get(word.lower())
    return unit.name if unit else None


def per_at(copy: Copy, at: int, *, of_money: bool = False) -> tuple[str, int] | None:
    """Give what the amount before the place is counted by ("hour" of "miles per hour") and where that ends."""
    match = _PER.match(copy.text, at)
    if match is None:
        return None
    begin = match.end()
    if number := _NUMBER.match(copy.text, begin):
        noun = _noun_at(copy, number.end())  # "per 100,000 people"
        return (f"{number[0]}{noun[0]}", noun[1]) if noun and match[1] is None else None
    found = _named(copy, begin) or (None if match[1] else _symbol(copy.text, begin, glued="/" in match[0]))
    if found is not None and match[1] is not None and _WHEN.match(copy.lowered, found.end):
        return None
    if found is not None and not copy.text[begin:begin + 1].isdigit() and found.unit.kind != "percent":
        return found.unit.name, found.end
    noun = _noun_at(copy, begin)
    if noun is None:
        return None
    # "an" and "a" make a rate of things only where people sell or share by them ("$20 a head", "a share").
    return noun if match[1] is None or (noun[0] in words("rate_nouns") and of_money) else None


def known_units() -> frozenset[str]:
    """Give the names of all units, with the squares and cubes of lengths; rates are made as they are met."""
    units = {*_words().values(), *_symbols().values()}
    powers = (f"{power} {unit.name}" for unit in units if unit.kind == "length" for power in ("square", "cubic"))
    return frozenset((*(unit.name for unit in units), *powers))


def _skip(text: str, at: int) -> int:
    match = _GAP.match(text, at)
    return match.end() if match else at


def _noun_at(copy: Copy, at: int) -> tuple[str, int] | None:
    token = copy.token_at(at)
    columns = copy.columns
    if columns.starts[token] != at or columns.tags[token] not in ("NN", "NNS", "NNP"):
        return None
    return columns.low_lemmas[token], columns.ends[token]


def _named(copy: Copy, at: int) -> Found | None:
    first = _FIRST_WORD.match(copy.lowered, at)
    firsts, pattern = _word_index()
    if first is None or first[0] not in firsts:
        return None  # most words are no units: one look-up tells
    power = _POWER.match(copy.lowered, at)
    if power is None:
        match = pattern.match(copy.lowered, at)
        return Found(_words()[match[0]], match.end()) if match else None
    found = _named(copy, power.end()) or _symbol(copy.text, power.end(), glued=True)
    if found is None or found.unit.kind != "length":
        return None
    name = _POWERS[power[1]]
    return Found(Unit(f"{name} {found.unit.name}", "area" if name == "square" else "volume"), found.end)


def _symbol(text: str, at: int, *, glued: bool) -> Found | None:
    match = _symbol_pattern().match(text, at)
    if match is None:
        match = _any_case_pattern().match(text, at)
        return Found(_any_case()[match[0].lower()], match.end()) if match else None
    symbol = match[0]
    if text[match.end():match.end() + 1] == "-" and text[match.end() + 1:match.end() + 2].isalnum() and len(symbol) == 1:
        return None  # "30 F-35s"
    rate = text.startswith(" per ", match.end())
    if _LONE.fullmatch(symbol) and not glued and not rate and text[match.end():match.end() + 2].strip().isalnum():
        return None
    if symbol == "R" and not rate:  # roentgens are met in rates only, other R's are not
        return None
    if symbol == "in" and not glued:  # "11 in London"
        return None
    unit, end = _symbols()[symbol], match.end()
    if symbol.endswith(".") and symbol[:-1] in _symbols() and _SENTENCE_ENDS.match(text, end):
        return Found(_symbols()[symbol[:-1]], end - 1)  # the point is the sentence's
    return Found(unit, end)


@cache
def _word_index() -> tuple[frozenset[str], re.Pattern[str]]:
    """Give the words that a unit's name may begin with, and the pattern of all names."""
    firsts = frozenset(match[0] for form in (*_words(), *_POWERS) if (match := _FIRST_WORD.match(form)))
    return firsts, re.compile(alternatives(_words()) + _BOUNDARY)


@cache
def _symbol_pattern() -> re.Pattern[str]:
    return re.compile(alternatives(_symbols()) + _BOUNDARY)


@cache
def _any_case_pattern() -> re.Pattern[str]:
    return re.compile(alternatives(_any_case()) + _BOUNDARY, re.IGNORECASE)


@cache
def _any_case() -> dict[str, Unit]:
    """Symbols of three letters and more that no change of case can mistake ("Ghz", "KWH"); MW and mW are two letters."""
    spelled: dict[str, set[Unit]] = {}
    for symbol, unit in _symbols().items():
        if len(symbol) > 2 and symbol.isalpha() and symbol.isascii():  # noqa: PLR2004
            spelled.setdefault(symbol.lower(), set()).add(unit)
    return {symbol: units.pop() for symbol, units in spelled.items() if len(units) == 1}


@cache
def _words() -> dict[str, Unit]:
    """Every word of every unit, singular and plural, with SI prefixes ("kilowatt hours")."""
    found: dict[str, Unit] = {}
    for name, kind, forms, _, prefixes in _lines():
        for singular, plural in forms:
            for prefix in ("", *(_PREFIXES[letter] for letter in prefixes)):
                unit = Unit(_metric(prefix + name) if prefix else name, kind)
                for form in (singular, plural):
                    found.setdefault(prefix + form, unit)
                    if " " in form:
                        found.setdefault((prefix + form).replace(" ", "-"), unit)
    return found


@cache
def _symbols() -> dict[str, Unit]:
    """Every symbol with its SI prefixes; a symbol of its own wins over a prefixed one (kt is a knot)."""
    found: dict[str, Unit] = {}
    made: dict[str, Unit] = {}
    for name, kind, _, symbols, prefixes in _lines():
        for number, symbol in enumerate(symbols):
            found.setdefault(symbol, Unit(name, kind))
            if number == 0:
                for letter in prefixes:
                    for sign in ("μ", "µ", "u") if letter == "μ" else (letter,):
                        made.setdefault(sign + symbol, Unit(_metric(_PREFIXES[letter] + name), kind))
    return made | found


def _metric(name: str) -> str:
    """A gigatonne is written in one word, whatever a tonne is called here."""
    return name.replace("metric ton", "ton")


def _lines() -> Iterator[tuple[str, str, list[tuple[str, str]], list[str], list[str]]]:
    for name, kind, *rest in entries("units"):
        forms = [form.strip().partition("/") for form in (rest[0] if rest else "").split(",") if form.strip()]
        pairs = [(singular, plural or f"{singular}s") for singular, _, plural in forms]
        if kind == "time":
            pairs.append((name, name + "s"))
        symbols = rest[1].split() if len(rest) > 1 else []
        prefixes = rest[2].split() if len(rest) > 2 else []  # noqa: PLR2004 - the fifth field
        yield name, kind, pairs, symbols, prefixes
