"""Money: which currency stands before or after a number, as an ISO 4217 code, and whose dollar a bare dollar is.

The currencies are lines of `lexicons/currencies.txt`. A noun that several countries share ("peso") is told by its adjective, else
by the one country of them that the article names, else by the default that the lexicon marks; else the code stays open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import alternatives, entries

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

_GAP = re.compile(r"[ \u00a0]?-?")
#: "US $58", "HK $3.7 billion": the country stands apart from its sign.
_APART = re.compile(r"(?<![A-Za-z'’])(?:(US|U\.S\.|USD|CAD|AUD|HK|HKD|NZ|NZD|S|SGD|NT) ?|([CAR]))$")
_OF_APART = {"US": "USD", "U.S.": "USD", "USD": "USD", "CAD": "CAD", "AUD": "AUD", "HK": "HKD", "HKD": "HKD", "NZ": "NZD", "NZD": "NZD",
             "S": "SGD", "SGD": "SGD", "NT": "TWD", "C": "CAD", "A": "AUD", "R": "BRL"}
#: "$31.20 US", "$249 USD".
_BEHIND = re.compile(r" ?(?:(USD|CAD|AUD|NZD|HKD|SGD)(?![^\W_])"
                     r"|(US|U\.S\.|Canadian|Australian|American)(?: dollars?\b|(?= (?:a|an|per)\b|[.,;:)]|$)))")
_OF_BEHIND = {**_OF_APART, "Canadian": "CAD", "Australian": "AUD", "American": "USD"}
_LONGEST_SYMBOL = 5
_FIRST_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Money:
    """A currency's place and code; `code` is None for a noun that could be several, and `noun` is what rates are built with."""

    start: int
    end: int
    code: str | None
    noun: str


@dataclass(frozen=True, slots=True)
class _Noun:
    code: str
    singular: str
    adjectives: tuple[str, ...]
    default: bool


def money_before(copy: Copy, at: int) -> Money | None:
    """Give the sign or code that stands directly before the number ("$", "US $", "RM", "EUR")."""
    text = copy.text
    edge = at - 1 if text[at - 1:at] in (" ", "\u00a0") else at
    if edge <= 0:
        return None
    symbols = _symbols()
    if text[edge - 1] not in _last_characters():
        return None
    for length in range(min(_LONGEST_SYMBOL, edge), 0, -1):
        sign = text[edge - length:edge]
        code = symbols.get(sign)
        if code is None or (sign[0].isalpha() and text[edge - length - 1:edge - length].isalnum()):
            continue
        if sign.isalpha() and edge != at and len(sign) < 3 and sign not in ("Rs", "RM", "Rp", "Tk"):  # noqa: PLR2004
            continue  # "S 5" and "R 5" are no money
        begin = edge - length
        if sign == "$" and (apart := _APART.search(text, max(0, begin - 5), begin)):
            code = _OF_APART[apart[1] or apart[2]]
            return Money(apart.start(), at, code, _noun_of(code))
        if sign == "$":
            code = bare_dollar(copy)
        return Money(begin, at, code, _noun_of(code))
    return None


def money_after(copy: Copy, at: int) -> Money | None:
    """Give the noun, sign or code that stands after the number ("1,200€", "92 million yuan", "5m Canadian dollars", "-dollar")."""
    text = copy.text
    gap = _GAP.match(text, at)
    begin = gap.end() if gap else at
    first = _FIRST_WORD.match(copy.lowered, begin)
    firsts, pattern = _noun_index()
    if first is not None and first[0] in firsts:
        match = pattern.match(copy.lowered, begin)
        if match is not None and not (match[0] == "mark" and text[at:begin] == " "):  # "above the 5,000 mark": a level, no coin
            return _by_noun(copy, match)
    if not text[begin:begin + 1].isupper() and text[begin:begin + 1] not in _first_signs():
        return None
    match = _sign_pattern().match(text, begin)
    if match is None:
        return None
    code = _symbols()[match[0]]
    return Money(begin, match.end(), code, _noun_of(code))


def country_after(text: str, at: int) -> tuple[str, int] | None:
    """Give the code and the end of a country behind an amount in dollars ("$31.20 US")."""
    match = _BEHIND.match(text, at)
    return (_OF_BEHIND[match[1] or match[2]], match.end()) if match else None


def bare_dollar(copy: Copy) -> str:
    """Tell whose dollar "$" is: the United States' unless the article says that all its dollars are another's."""
    if copy.dollar is None:
        match = _said_pattern().search(copy.lowered) if " dollars" in copy.lowered else None
        copy.dollar = "USD" if match is None else next(
            noun.code for noun in _nouns()["dollar"] if match[1] in (word.lower() for word in noun.adjectives))
    return copy.dollar


def sole_currency(copy: Copy) -> str | None:
    """Give the pound or dollar that the article counts in, None if it shows neither sign or both."""
    if copy.sterling == ("$" in copy.text):
        return None
    return "GBP" if copy.sterling else bare_dollar(copy)


def _by_noun(copy: Copy, match: re.Match[str]) -> Money:
    adjective, form = match["adjective"], match["noun"]
    nouns = _nouns()[form]
    if adjective:
        fitting = [noun for noun in nouns if adjective in (word.lower() for word in noun.adjectives)]
        return Money(match.start(), match.end(), fitting[0].code if fitting else None, nouns[0].singular)
    if form not in copy.currencies:
        copy.currencies[form] = nouns[0].code if len({noun.code for noun in nouns}) == 1 else _by_context(copy, form, nouns)
    code = copy.currencies[form]
    return Money(match.start(), match.end(), code, nouns[0].singular)


def _by_context(copy: Copy, form: str, nouns: tuple[_Noun, ...]) -> str | None:
    """A dollar is the United States' by default; a peso is the one country's that the article names."""
    if form in ("dollar", "dollars"):
        return bare_dollar(copy)
    named = {noun.code for noun in nouns if any(re.search(rf"\b{re.escape(word)}\b", copy.text) for word in noun.adjectives)}
    if len(named) == 1:
        return named.pop()
    return next((noun.code for noun in nouns if noun.default and (not named or noun.code in named)), None)


@cache
def _noun_of(code: str) -> str:
    return next((fields[1].partition("/")[0].rstrip("*") for fields in entries("currencies") if fields[0] == code), code.lower())


@cache
def _symbols() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, _, *rest in entries("currencies"):
        for symbol in (rest[1].split() if len(rest) > 1 else []):
            found.setdefault(symbol, code)
        found.setdefault(code, code)
    return found


@cache
def _last_characters() -> frozenset[str]:
    return frozenset(symbol[-1] for symbol in _symbols())


@cache
def _nouns() -> dict[str, tuple[_Noun, ...]]:
    found: dict[str, tuple[_Noun, ...]] = {}
    for code, forms, *rest in entries("currencies"):
        singular, _, plural = forms.replace("*", "").partition("/")
        noun = _Noun(code, singular, tuple(word.strip() for word in rest[0].split(",") if word.strip()) if rest else (), "*" in forms)
        for form in {singular, plural or f"{singular}s"}:
            found[form] = (*found.get(form, ()), noun)
    return found


@cache
def _first_signs() -> frozenset[str]:
    return frozenset(symbol[0] for symbol in _symbols() if not symbol[0].isascii()) | {"z"}


@cache
def _noun_index() -> tuple[frozenset[str], re.Pattern[str]]:
    """Give the words that a currency's name may begin with, and the pattern of all names."""
    adjectives = {word.lower() for nouns in _nouns().values() for noun in nouns for word in noun.adjectives}
    firsts = frozenset(match[0] for form in (*_nouns(), *adjectives) if (match := _FIRST_WORD.match(form)))
    return firsts, re.compile(
        rf"(?:(?P<adjective>{alternatives(adjectives)})[ -])?(?P<noun>{alternatives(_nouns())})(?![^\W_])")


@cache
def _sign_pattern() -> re.Pattern[str]:
    """Signs and codes behind the number: those of letters are ISO codes or of two letters at least ("kr", "zł")."""
    behind = [symbol for symbol in _symbols() if not symbol[0].isascii() or (symbol.isalpha() and symbol.isupper() and len(symbol) == 3)]  # noqa: PLR2004
    return re.compile(alternatives([*behind, "RMB", "Kč", "zł"]) + r"(?![^\W_])")


@cache
def _said_pattern() -> re.Pattern[str]:
    names = {word.lower() for noun in _nouns()["dollar"] for word in noun.adjectives}
    return re.compile(rf"\b(?:all|figures|prices|sums|amounts)\b[^.\n]{{0,40}}\bin ({alternatives(names)}) dollars\b")
