"""The alphabet of the tape: each class of word has a name, by which lexicons and rules call it, and a letter, which the tape holds.

Rules are written as regular expressions over the names (`MONTH DAY COMMA? YEAR`); `pattern` turns them into expressions over letters.
"""

from __future__ import annotations

import re

#: What no rule asks for.
OTHER = "."

#: Classes made from digits.
NUMERALS = (
    "HOUR",  # 0 to 12
    "HOUR_24",  # 13 to 24
    "DAY_NUMBER",  # 25 to 31
    "TWO_DIGITS",  # 32 to 99
    "NUMBER",  # larger, or with a decimal point
    "YEAR",  # 1000 to 2199, four digits and no comma
    "SHORT_YEAR",  # '96
    "DECADE",  # 1990s, '90s
    "CLOCK",  # 9:30
    "NUMERIC_DATE",  # 2024-10-22, 10/22/2024
    "SEASON_YEAR",  # 2009-10, 2009/10
    "QUARTER_CODE",  # Q3, 3Q
    "HALF_CODE",  # H1
    "FISCAL_CODE",  # FY2009
    "NTH",  # 1st to 31st
    "NTH_LARGE",  # 32nd and more
    "FRACTION",  # 1/2, ½
)

#: Classes of words; the lexicons say which word belongs to which.
WORDS = (
    "NUMBER_WORD", "ORDINAL_WORD", "VAGUE", "HALF",
    "SPOKEN_CENTURY",  # nineteen, twenty: numbers that may begin a spoken year
    "MONTH",
    "MAYBE_MONTH",  # may, march: a month only with evidence
    "WEEKDAY",
    "MAYBE_WEEKDAY",  # sun, sat
    "WEEKDAYS",  # Mondays
    "SEASON",
    "MAYBE_SEASON",  # spring, fall
    "DECADE_WORD",  # sixties
    "HOLIDAY",
    "UNIT", "UNITS", "CLOCK_UNIT", "CLOCK_UNITS",
    "SECOND",  # the unit and the ordinal
    "WEEKEND",
    "UNIT_KIND",  # trading (day), calendar (year)
    "PART",  # morning
    "PARTS",  # mornings
    "NOON",
    "DAY_WORD",  # yesterday
    "TONIGHT",
    "AM_PM", "OCLOCK", "ZONE",
    "LAST", "NEXT", "THIS", "FINAL",
    "PAST",  # past, previous, preceding
    "FOLLOWING",
    "CURRENT", "LATEST",
    "THAT", "SAME", "THE", "ARTICLE", "ITS",
    "OF", "IN", "AND", "OR", "PER",
    "HYPHEN", "COMMA", "POSSESSIVE",
    "EVERY",
    "EARLY",  # early, mid, late
    "EARLIER",  # earlier, later
    "EDGE",  # beginning, end
    "ABOUT",  # nearly, more than
    "AGO",
    "BEFORE",  # before, after
    "HENCE",  # from now
    "AHEAD",  # (the months) ahead, to come
    "SMALL_HOURS",  # the early hours
    "OLD", "LONG", "FISCAL",
    "FULL",  # full, whole, entire
    "MORE",  # more, additional, other
    "PERIOD",
    "REFERENCE",  # now, recently
    "REFERENCE_ADJECTIVE",  # current, recent
    "FREQUENCY",  # daily
    "TIMES",  # once, twice
    "FROM", "TO", "SINCE",
    "ANTECEDENT",  # that time, that day said of what was named before
)

_FIRST_LETTER = 0xA1

#: The letter of each class; all are letters without meaning in regular expressions.
LETTERS = {name: chr(_FIRST_LETTER + i) for i, name in enumerate((*NUMERALS, *WORDS))}

#: Classes that stand for one another in rules.
GROUPS = {
    "INTEGER": "(?:[HOUR HOUR_24 DAY_NUMBER TWO_DIGITS NUMBER YEAR])",
    "DAY": "(?:[HOUR HOUR_24 DAY_NUMBER NTH])",
    "ANY_MONTH": "(?:[MONTH MAYBE_MONTH])",
    "ANY_WEEKDAY": "(?:[WEEKDAY MAYBE_WEEKDAY])",
    "ANY_SEASON": "(?:[SEASON MAYBE_SEASON])",
    "ANY_UNIT": "(?:[UNIT UNITS])",
    "ANY_UNITS": "(?:[UNIT UNITS CLOCK_UNIT CLOCK_UNITS SECOND])",
    "ORDINAL": "(?:[NTH ORDINAL_WORD SECOND])",
    "SHIFT": "(?:[LAST NEXT THIS])",
    "ANY_NUMBER": "(?:[NUMBER_WORD SPOKEN_CENTURY])",
    "COUNT": "(?:INTEGER FRACTION?|FRACTION|ANY_NUMBER (?:HYPHEN? ANY_NUMBER)* (?:AND ANY_NUMBER)*)",
    "AND_A_HALF": "(?:HYPHEN? AND HYPHEN? (?:ARTICLE HYPHEN?)? HALF)",
    "APPROXIMATELY": "(?:ABOUT+)",
}

#: Classes without one of which no words are a time: where none stands, no rule is tried.
TRIGGERS = ("YEAR SHORT_YEAR DECADE CLOCK NUMERIC_DATE SEASON_YEAR QUARTER_CODE HALF_CODE FISCAL_CODE SPOKEN_CENTURY MONTH MAYBE_MONTH "
            "WEEKDAY MAYBE_WEEKDAY WEEKDAYS SEASON MAYBE_SEASON DECADE_WORD HOLIDAY UNIT UNITS CLOCK_UNIT CLOCK_UNITS SECOND WEEKEND "
            "PART PARTS NOON DAY_WORD TONIGHT AM_PM OCLOCK ZONE CURRENT PAST REFERENCE REFERENCE_ADJECTIVE FREQUENCY HALF")

_NAME = re.compile(r"[A-Z][A-Z_0-9]+")


def pattern(rule: str) -> str:
    """Turn a rule over names into a regular expression over letters.

    Raises:
        KeyError: the rule names a class that does not exist.
    """
    return _NAME.sub(lambda found: LETTERS[found[0]], expand(rule)).replace(" ", "")


def expand(rule: str) -> str:
    """Write out the groups that a rule names, down to single classes."""
    while any(name in GROUPS for name in _NAME.findall(rule)):
        rule = _NAME.sub(lambda found: GROUPS.get(found[0], found[0]), rule)
    return rule
