"""Every number is read back from its words, and what is no number joins none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.nlp.numerals import find_numerals

SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
RANKS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}


def spell(n: int, *, joiner: str, hyphen: str) -> str:
    """Write a number in words; `joiner` stands between hundreds and the rest, `hyphen` between tens and units."""
    if n < 20:
        return SMALL[n]
    if n < 100:
        return TENS[n // 10] + (hyphen + SMALL[n % 10] if n % 10 else "")
    if n < 1000:
        return f"{SMALL[n // 100]} hundred" + (joiner + spell(n % 100, joiner=joiner, hyphen=hyphen) if n % 100 else "")
    scale, name = next(pair for pair in SCALES if n >= pair[0])
    words = f"{spell(n // scale, joiner=joiner, hyphen=hyphen)} {name}"
    if rest := n % scale:
        words += (joiner if rest < 100 else " ") + spell(rest, joiner=joiner, hyphen=hyphen)
    return words


def rank(words: str) -> str:
    """Turn a cardinal's words into its ordinal's."""
    head, separator, last = words.rpartition("-") if "-" in words.rsplit(maxsplit=1)[-1] else words.rpartition(" ")
    return head + separator + (RANKS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


def read(text: str) -> list[tuple[object, str, str]]:
    return [(numeral.value, text[numeral.start:numeral.end], numeral.kind) for numeral in find_numerals(text)]


@pytest.mark.parametrize("joiner", [" and ", " "])
@pytest.mark.parametrize("hyphen", ["-", " "])
def test_every_number_up_to_ten_thousand_is_read_from_its_words(joiner, hyphen):
    for n in range(10_001):
        words = spell(n, joiner=joiner, hyphen=hyphen)
        assert read(f"There were {words} of them.") == [(n, words, "cardinal")]


def test_every_rank_up_to_a_thousand_is_read_from_its_words():
    for n in range(3, 1_001):
        words = rank(spell(n, joiner=" and ", hyphen="-"))
        assert read(f"It is the {words} case.") == [(n, words, "ordinal")]


@settings(deadline=None)
@given(st.integers(0, 10**15 - 1), st.sampled_from([" and ", " "]), st.sampled_from([str.lower, str.upper, str.capitalize]))
def test_large_numbers_are_read_from_their_words(n, joiner, case):
    words = case(spell(n, joiner=joiner, hyphen="-"))
    assert read(words) == [(n, words, "cardinal")]


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_digits_are_read_with_and_without_commas(n):
    assert read(f"about {n:,} of them") == [(n, f"{n:,}", "cardinal")]
    assert read(f"about {n} of them") == [(n, f"{n}", "cardinal")]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_numerals_lie_in_the_text_in_order_and_never_overlap(text):
    end = 0
    for numeral in find_numerals(text):
        assert end <= numeral.start < numeral.end <= len(text)
        end = numeral.end


@pytest.mark.parametrize(("text", "expected"), [
    ("two dozen eggs", [(24, "two dozen", "cardinal")]),
    ("half a dozen", [(6, "half a dozen", "cardinal")]),
    ("dozens of boats", [(12, "dozens", "indefinite")]),
    ("tens of thousands marched", [(10_000, "tens of thousands", "indefinite")]),
    ("4 hundred million", [(400_000_000, "4 hundred million", "cardinal")]),
    ("1.2bn and 300k", [(1_200_000_000, "1.2bn", "cardinal"), (300_000, "300k", "cardinal")]),
    ("4.35 million", [(4_350_000, "4.35 million", "cardinal")]),
    ("3 lakh crore", [(3_000_000_000_000, "3 lakh crore", "cardinal")]),
    ("12,34,567 votes", [(1_234_567, "12,34,567", "cardinal")]),
    ("two and a half billion", [(2_500_000_000, "two and a half billion", "cardinal")]),
    ("a quarter of a million", [(250_000, "a quarter of a million", "cardinal")]),
    ("a quarter of a percentage point", [(0.25, "a quarter", "fraction")]),
    ("two-thirds of them", [(2 / 3, "two-thirds", "fraction")]),
    ("3½ hours, 1 1/2 pounds", [(3.5, "3½", "cardinal"), (1.5, "1 1/2", "cardinal")]),
    ("2.5×10−3", [(0.0025, "2.5×10−3", "cardinal")]),
    ("the 21st century", [(21, "21st", "ordinal")]),
    ("a thousand and ten thousand", [(1_000, "a thousand", "cardinal"), (10_000, "ten thousand", "cardinal")]),
    ("nineteen eighty-four", [(19, "nineteen", "cardinal"), (84, "eighty-four", "cardinal")]),
    ("the last two quarters", [(2, "two", "cardinal")]),
    ("in the third quarter", [(3, "third", "ordinal")]),
    ("in a quarter", []),
    ("someone often weighs a tenner", []),
    ("İ two", [(2, "two", "cardinal")]),
    ("9" * 5_000, []),
])
def test_examples(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(("text", "language", "value"), [
    ("1,5", "de", 1.5), ("1.234,5", "de", 1234.5), ("12.000", "fr", 12_000), ("1\u202f500,25", "fr", 1500.25),
    ("1,500", "en", 1_500), ("1.5", "en", 1.5), ("1,5 million", "en", 1_500_000),
])
def test_the_language_tells_a_decimal_comma_from_one_of_thousands(text, language, value):
    assert [numeral.value for numeral in find_numerals(text, language)] == [value]


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,½/ e×-st", max_size=40), st.sampled_from(["en", "de"]))
def test_odd_digits_are_read_without_fail(text, language):
    for numeral in find_numerals(text, language):
        assert text[numeral.start:numeral.end]
