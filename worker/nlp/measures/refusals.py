"""Which numbers are no quantities by their characters: parts of codes, dates, clock times, telephone numbers, versions, list numbers.

A reason is given as a word, so that a test can say why. Numbers with a unit or currency are refused only by what is glued to their
digits; a date is refused here by its shape alone, the timexes know the others. Names and pronouns are judged by `names.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.nlp.measures.counted import noun_after
from worker.nlp.measures.names import name_refusal, word_refusal

if TYPE_CHECKING:
    from worker.nlp.measures.amounts import Amount
    from worker.nlp.measures.copy import Copy
    from worker.nlp.numerals import Numeral

_CLOCK_AFTER = re.compile(r" ?(?:[ap]\.? ?m\b|o['’]clock|h\b(?= (?:GMT|UTC|local))|(?:GMT|UTC|BST|EST|EDT|PST|PDT|CET|CEST|IST|ET|PT)\b)")
_MONTH = (r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
          r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?")
_MONTH_BEFORE = re.compile(_MONTH + r",? (?:the )?(?:\d{1,2}(?:st|nd|rd|th)?(?:,? | ?[-–—] ?| and | to ))?$")
_MONTH_AFTER = re.compile(r"(?:st|nd|rd|th)?(?: ?[-–—] ?\d{1,2}| (?:and|to) \d{1,2})?(?: of|,)? " + _MONTH
                          + r"(?! [a-z]*(?:be|have|not)\b)")
_DAY_AND_YEAR = re.compile(r"\d{1,2}, (?:19|20)\d\d\b")
_LAST_DAY = 31
_LONG_NUMBER = re.compile(r"(?:\+|\b)[0-9(][0-9() .–-]{5,}[0-9]")
#: A telephone number's digits at least, and its longest group at most.
_FEWEST_DIGITS, _LONGEST_GROUP = 7, 5
_STREET = re.compile(r" (?:[A-Z][\w'’.-]* ){1,3}"
                     r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Square|Place|Terrace|Way|Court|Crescent)\b")
_JOINS_BEFORE = re.compile(r"(?:\d-for|\b(?:sub|minus|plus|over|under|near|to|and|or|now|then|US)"
                           r"|[\d%) $£€]|\W|\d(?:mm|cm|km|kg|m|bn|g|p|k))$")
_OPENS_LIST = re.compile(r"(?:^|\n)[ \t]*$")
_CLOSES_LIST = re.compile(r"[.)] ")
_LIST_NUMBER = re.compile(r"[.)] [A-Z]")
_RATING = re.compile(r": \d{1,2}(?:/10)? [A-Z]")
_FRACTION = re.compile(r"(?:^|[ -])(\d+)/(\d+)$")
_FRACTION_BOTTOMS = frozenset({2, 3, 4, 5, 8, 10, 16, 32})
_CALENDAR_YEARS = range(1500, 2100)
_YEAR_DIGITS = 4
#: From here on years are talked of more often than such unrounded numbers of things without a comma.
_MODERN = 1900
#: A year may be counted only behind one of these ("an average of 1500").
_COUNTING = frozenset({"average of", "total of", "more than", "less than", "fewer than", "up to", "at least", "many as", "nearly", "almost",
                       "over"})
_TIME_PREPOSITIONS = frozenset({"in", "since", "until", "till", "before", "after", "from", "during", "between", "by", "circa", "mid",
                                "early", "late", "the"})


def refusal(copy: Copy, amount: Amount) -> str | None:
    """Give why the amount is no quantity, or None."""
    if not amount.numeral.digits:
        idiom = amount.unit == "point" and amount.value == 1  # "at one point"
        return word_refusal(copy, amount) if amount.bare or idiom or amount.kind == "ordinal" else None
    reason = _glued(copy, amount) or _date_or_clock(copy, amount)
    if reason is not None or not amount.bare:
        return reason
    if is_year(copy, amount):
        return "year"
    return _placed(copy, amount) or name_refusal(copy, amount)


def looks_a_year(numeral: Numeral) -> bool:
    """Tell whether a number is written as a year."""
    return numeral.digits and numeral.value in _CALENDAR_YEARS and numeral.end - numeral.start == _YEAR_DIGITS


def is_year(copy: Copy, amount: Amount) -> bool:
    """Tell whether four digits are a year: nothing is counted by them."""
    numeral = amount.numeral
    if not amount.bare or not looks_a_year(numeral):
        return False
    before = copy.words_before(numeral.start, 2)
    if " ".join(before) in _COUNTING or (before and before[-1] in _COUNTING):
        return False
    counted = noun_after(copy, numeral.end)
    tags = copy.columns.tags
    if counted is None or not counted.plural or tags[counted.head].startswith("NNP") or tags[counted.first].startswith("NNP"):
        return True  # "the 2008 Beijing Games"
    if before and before[-1] in _TIME_PREPOSITIONS:
        return True
    return numeral.value >= _MODERN and numeral.value % 50 != 0  # "2015 earnings", but "2000 people"


def _glued(copy: Copy, amount: Amount) -> str | None:
    """Judge by the characters that touch the number: "RAV4", "COVID-19", "2.4.1", "10:45", "9AB8", "'90s"."""
    text = copy.text
    start, end = amount.start, amount.end
    before, after = text[start - 1:start], text[end:end + 1]
    if before.isalnum() or before in ("_", "@", "#", "'", "’", "‘", "\\"):
        return "part of a code"
    if before in (".", "/", ":", ",") and start > 1 and text[start - 2].isalnum():
        return "part of a code"
    if before == "-" and start > 1 and not _JOINS_BEFORE.search(text, max(0, start - 12), start - 1):
        return "part of a name"
    if after.isalnum() or after in ("_", "@"):
        return "part of a code"
    if text.startswith("-something", end):
        return "part of a word"  # "a 20-something"
    if after in (".", ":", "/") and text[end + 1:end + 2].isdigit():
        return "version, clock time or date"
    digits = text[amount.numeral.start:amount.numeral.end]
    if amount.bare and digits[0] == "0" and digits[1:2].isdigit():
        return "part of a code"  # "agent 007"
    if amount.bare and digits.endswith("K") and ((counted := noun_after(copy, end)) is None or not counted.plural):
        return "part of a code"  # "in 4K"
    if "/" in digits:
        fraction = _FRACTION.search(digits)
        if fraction is None or int(fraction[1]) >= int(fraction[2]) or int(fraction[2]) not in _FRACTION_BOTTOMS:
            return "date"
    return None


def _date_or_clock(copy: Copy, amount: Amount) -> str | None:
    text = copy.text
    start, end = amount.numeral.start, amount.numeral.end
    if _CLOCK_AFTER.match(text, end):
        return "clock time"
    if not amount.bare and amount.kind != "ordinal":
        return None
    value = amount.numeral.value
    if _DAY_AND_YEAR.match(text, start):
        return "date"
    of_month = 1 <= value <= _LAST_DAY and isinstance(value, int)
    if of_month and (_MONTH_BEFORE.search(text, max(0, start - 24), start) or _MONTH_AFTER.match(text, end)):
        return "date"
    if looks_a_year(amount.numeral) and _MONTH_BEFORE.search(text, max(0, start - 20), start):
        return "date"
    return "telephone number" if _is_telephone(text, start, end) else None


def _is_telephone(text: str, start: int, end: int) -> bool:
    if text[end:end + 1] not in ("-", " ", ".", ")") and text[start - 1:start] not in ("-", " ", "."):
        return False
    for match in _LONG_NUMBER.finditer(text, max(0, start - 18), min(len(text), end + 18)):
        if match.start() <= start and end <= match.end():
            groups = re.split(r"[^0-9]+", match[0].strip("+( "))
            fewest = 2 if match[0][0] == "+" or groups[0].startswith("0") else 3
            return sum(map(len, groups)) >= _FEWEST_DIGITS and len(groups) >= fewest and max(map(len, groups)) <= _LONGEST_GROUP
    return False


def _placed(copy: Copy, amount: Amount) -> str | None:
    """Judge a bare number by its place: "(4)", "1. First", "575 Wilbraham Road", "Meyer: 7 Solid"."""
    text, start, end = copy.text, amount.start, amount.end
    if text[start - 1:start] in ("(", "[") and text[end:end + 1] in (")", "]"):
        return "in brackets"
    if _OPENS_LIST.search(text, max(0, start - 8), start) and _CLOSES_LIST.match(text, end):
        return "number of a list"
    if _STREET.match(text, end):
        return "address"
    if _LIST_NUMBER.match(text, end) and (text[start - 1:start] in ("—", ":") or copy.begins_sentence(copy.token_at(start))):
        return "number of a list"
    return "rating" if _RATING.search(text, max(0, start - 3), end + 3) else None
