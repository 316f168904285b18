"""Digits and what clings to them, cut into cells of the tape: clock times, numeric dates, decades, ordinals, years."""

from __future__ import annotations

import re
from functools import lru_cache

from worker.nlp.temporal.alphabet import LETTERS, OTHER
from worker.nlp.temporal.vocabulary import NOTHING, Sense, word

Cell = tuple[int, int, Sense]

#: A stretch of text around digits that is cut anew, whatever the tokenizer made of it.
STRETCH = re.compile(r"\d(?:[\w:/‐‑–’'-]|[.,](?=\d))*")

_PARTS = re.compile(
    r"""
      (?P<stamp>\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?(?!\w))
    | (?P<slashed>\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?![\w/])|\d{1,2}\.\d{1,2}\.\d{4}(?![\w.])|\d{4}/\d{1,2}/\d{1,2}(?![\w/]))
    | (?P<called>(?:9/11|7/7)(?![\w/]))
    | (?P<fraction>\d/\d(?![\w/]))
    | (?P<season>(?:1[5-9]|20)\d\d[-–/‑](?:\d\d)(?![\w/-]))
    | (?P<clock>(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\d:]))
    | (?P<dotted>(?:[1-9]|1[0-2])\.[0-5]\d(?=[ap]\.?m))
    | (?P<decade>(?:1[1-9]|20)?\d0[’']?s(?!\w))
    | (?P<nth>\d{1,3}(?:st|nd|rd|th)(?!\w))
    | (?P<quarter>[Qq][1-4](?!\w)|[1-4]Q(?=\d\d(?!\w)|(?!\w)))
    | (?P<half>[Hh][12](?!\w)|[12]H(?!\w))
    | (?P<fiscal>FY(?:\d{4}|\d\d)(?!\w))
    | (?P<junk>[^\W\d_]+\d\w*|\d+(?:\.\d+){2,}|\d+[.,:/]?\d*(?=(?!(?:am|pm|hrs?|mins?|secs?)(?!\w))[^\W\d_]))
    | (?P<number>\d+(?:,\d{3})*(?:\.\d+)?|[½¼¾])
    | (?P<word>[^\W\d_]+)
    | (?P<mark>.)
    """,
    re.VERBOSE,
)
_YEARS = range(1000, 2200)
#: A longer stretch is no time, and to try would take time that grows with the square.
_LONGEST = 200


#: What may stand before the apostrophe of '96: a space, a bracket or a dash, no letter and no closing quotation mark.
_OPEN = " \n\t(–—-["


def shortened(text: str, start: int, cells: tuple[Cell, ...]) -> tuple[Cell, ...] | None:
    """Read '96 and '90s, whose digits begin at `start` of the text; the apostrophe becomes a part of the cell."""
    if start < 1 or text[start - 1] not in "'’‘" or (start > 1 and text[start - 2] not in _OPEN) or len(cells) != 1:
        return None
    _, end, sense = cells[0]
    if sense.letter == LETTERS["DECADE"]:
        return ((-1, end, sense),)
    if end == 2 and text[start + 2:start + 3] not in ("'", "’"):
        return ((-1, end, Sense(LETTERS["SHORT_YEAR"], (), _full_year(int(sense.number)))),)
    return None


@lru_cache(maxsize=8192)
def cut(text: str) -> tuple[Cell, ...]:
    """Cut a stretch without spaces into cells (start, end, sense); offsets count from its beginning."""
    if len(text) > _LONGEST:
        return ((0, len(text), Sense(OTHER)),)
    cells = []
    for part in _PARTS.finditer(text):
        kind = part.lastgroup or "mark"
        cells.append((part.start(), part.end(), _sense(kind, part[0])))
    return tuple(cells)


def _sense(kind: str, text: str) -> Sense:
    match kind:
        case "stamp" | "slashed" | "called":
            return Sense(LETTERS["NUMERIC_DATE"], (text,))
        case "clock" | "dotted":
            return Sense(LETTERS["CLOCK"], (text.replace(".", ":"),))
        case "season":
            return _season(text)
        case "decade":
            return Sense(LETTERS["DECADE"], (re.sub(r"\D", "", text),))
        case "nth":
            number = int(text[:-2])
            return Sense(LETTERS["NTH" if 1 <= number <= 31 else "NTH_LARGE"], (), number)
        case "quarter":
            return Sense(LETTERS["QUARTER_CODE"], (), int(text.strip("Qq")[:1]))
        case "half":
            return Sense(LETTERS["HALF_CODE"], (), int(text.strip("Hh")))
        case "fiscal":
            return Sense(LETTERS["FISCAL_CODE"], (), _full_year(int(text[2:])))
        case "fraction":
            return Sense(LETTERS["FRACTION"], (), int(text[0]) / int(text[2])) if text[2] != "0" else NOTHING
        case "number":
            return _number(text)
        case "word" | "mark":
            return word(text.casefold())
        case _:
            return Sense(OTHER)


def _season(text: str) -> Sense:
    """`2009-10` is a season, `2007-09` a span of years: the second part is later; `2024-03` is a month."""
    first, second = int(text[:4]), int(text[-2:])
    last = first // 100 * 100 + second + (100 if second == 0 and first % 100 == 99 else 0)
    if first < last:
        return Sense(LETTERS["SEASON_YEAR"], (str(last),), first)
    if text[4] == "-" and 1 <= second <= 12:
        return Sense(LETTERS["NUMERIC_DATE"], (text,))
    return NOTHING


def _number(text: str) -> Sense:
    if text in "½¼¾":
        return Sense(LETTERS["FRACTION"], (), {"½": 0.5, "¼": 0.25, "¾": 0.75}[text])
    if not text.isascii():
        return NOTHING
    if not text.isdecimal():
        return Sense(LETTERS["NUMBER"], (text,), float(text.replace(",", "")))
    value = int(text)
    if len(text) == 4 and value in _YEARS:
        return Sense(LETTERS["YEAR"], (text,), value)
    for name, limit in (("HOUR", 12), ("HOUR_24", 24), ("DAY_NUMBER", 31), ("TWO_DIGITS", 99)):
        if value <= limit and len(text) <= 2:
            return Sense(LETTERS[name], (text,), value)
    return Sense(LETTERS["NUMBER"], (text,), value if len(text) < 16 else 0)


def _full_year(number: int) -> int:
    """A year of two digits is taken from 1970 to 2069, as POSIX does."""
    if number > 99:
        return number
    return number + (2000 if number < 69 else 1900)
