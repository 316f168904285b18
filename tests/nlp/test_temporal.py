"""The calendar and the machinery of the grammar, apart from any sentence."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.nlp.temporal.alphabet import LETTERS, OTHER, pattern
from worker.nlp.temporal.digits import cut
from worker.nlp.temporal.grammar import RULES
from worker.nlp.temporal.moments import ORDER, Moment, add, box, day
from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.openings import openings
from worker.nlp.temporal.rules.durations import period
from worker.nlp.temporal.rules.seasons import easter, holiday
from worker.nlp.temporal.vocabulary import vocabulary, word

DATES = st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31))
BOXES = [grain for grain in ORDER if grain not in ("weekend", "millennium")]


@given(DATES, st.sampled_from(BOXES))
def test_a_day_lies_in_its_box(date, grain):
    first, last = box(date, grain).interval
    assert first <= date < last


@given(DATES, st.sampled_from(BOXES), st.integers(-5, 5))
def test_boxes_of_a_grain_follow_one_another_without_gaps(date, grain, steps):
    here = box(date, grain).shift(steps)
    assert here.interval[1] == here.shift(1).interval[0]
    assert here.shift(3).shift(-3) == here


@pytest.mark.parametrize(("date", "grain", "value"), [
    ("2024-10-22", "day", "2024-10-22"), ("2024-10-22", "week", "2024-W43"), ("2024-10-22", "weekend", "2024-W43-WE"),
    ("2024-12-30", "week", "2025-W01"), ("2024-10-22", "month", "2024-10"), ("2024-10-22", "quarter", "2024-Q4"),
    ("2024-10-22", "half", "2024-H2"), ("2024-10-22", "season", "2024-FA"), ("2024-01-15", "season", "2023-WI"),
    ("2024-10-22", "year", "2024"), ("2024-10-22", "decade", "202"),
    ("2024-10-22", "century", "20"), ("1999-12-31", "century", "19"), ("2024-10-22", "millennium", "2"),
])
def test_a_box_has_the_value_of_timex3(date, grain, value):
    assert box(dt.date.fromisoformat(date), grain).value == value


@pytest.mark.parametrize(("date", "number", "grain", "value"), [
    ("2024-01-31", 1, "month", "2024-02-29"), ("2023-01-31", 1, "month", "2023-02-28"), ("2024-02-29", 1, "year", "2025-02-28"),
    ("2024-12-31", 1, "month", "2025-01-31"), ("2024-01-31", -2, "month", "2023-11-30"), ("2024-10-22", 2, "week", "2024-11-05"),
])
def test_months_and_years_end_where_their_days_end(date, number, grain, value):
    assert add(day(dt.date.fromisoformat(date)), number, grain).value == value


@pytest.mark.parametrize(("year", "date"), [(1961, "1961-04-02"), (2000, "2000-04-23"), (2008, "2008-03-23"), (2011, "2011-04-24"),
                                            (2016, "2016-03-27"), (2019, "2019-04-21"), (2024, "2024-03-31"), (2038, "2038-04-25")])
def test_easter_is_where_the_church_puts_it(year, date):
    assert easter(year).isoformat() == date


@pytest.mark.parametrize(("when", "year", "value"), [
    ("12-25", 2024, "2024-12-25"), ("11-4-4", 2024, "2024-11-28"), ("05-1--1", 2024, "2024-05-27"), ("09-1-1", 2024, "2024-09-02"),
    ("election", 2024, "2024-11-05"), ("election", 2022, "2022-11-08"), ("easter-2", 2024, "2024-03-29"), ("11-4-4+1", 2024, "2024-11-29"),
])
def test_a_holiday_is_found_by_its_rule(when, year, value):
    found = holiday(when, year)
    assert found is not None
    assert found.value == value


def test_an_open_holiday_has_no_day():
    assert holiday("-", 2024) is None


@pytest.mark.parametrize(("number", "unit", "value"), [
    (3, ("D", "day", "1"), "P3D"), (2.5, ("Y", "year", "1"), "P2Y6M"), (0.5, ("H", "3600", "1"), "PT30M"),
    (1.5, ("H", "3600", "1"), "PT1H30M"), (2, ("Y", "decade", "10"), "P20Y"), (0.5, ("Y", "century", "100"), "P50Y"),
    (1, ("W", "week", "2"), "P2W"), (2, ("Q", "quarter", "1"), "P6M"),
    (1.5, ("W", "week", "1"), "P1.5W"), (0.5, ("D", "day", "1"), "PT12H"),
])
def test_a_stretch_is_written_as_a_period_of_iso_8601(number, unit, value):
    assert period(number, unit) == value


@pytest.mark.parametrize(("words", "value"), [
    ("two", 2), ("twenty - five", 25), ("two hundred and ten", 210), ("three thousand five hundred", 3500),
    ("two dozen", 24), ("nineteen", 19),
])
def test_number_words_add_and_multiply(words, value):
    cells = [(sense.letter, sense) for sense in map(word, words.split())]
    assert count(cells) == value


@pytest.mark.parametrize(("text", "classes"), [
    ("61-year-old", "TWO_DIGITS HYPHEN UNIT HYPHEN OLD"), ("mid-1990s", "EARLY HYPHEN DECADE"), ("6:00am", "CLOCK AM_PM"),
    ("10am", "HOUR AM_PM"), ("2024-10-22", "NUMERIC_DATE"), ("7/8/07", "NUMERIC_DATE"), ("2009-10", "SEASON_YEAR"),
    ("2009-2010", "YEAR HYPHEN YEAR"), ("2.5.1", "."), ("A380", "."), ("1,500", "NUMBER"), ("22nd", "NTH"), ("Q3", "QUARTER_CODE"),
    ("FY24", "FISCAL_CODE"), ("9-10", "HOUR HYPHEN HOUR"), ("25:61", "DAY_NUMBER . TWO_DIGITS"),
])
def test_digits_are_cut_into_cells(text, classes):
    names = {letter: name for name, letter in LETTERS.items()}
    assert " ".join(names.get(sense.letter, ".") for _, _, sense in cut(text)) == classes


def test_every_rule_has_a_name_of_its_own_and_an_opening():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert all(rule.openings and rule.compiled.pattern for rule in RULES)


def test_a_rule_opens_with_what_its_pattern_can_begin_with():
    assert openings("THE? (?:LAST|NEXT)* (?P<unit>[UNIT UNITS])") == {LETTERS[name] for name in ("THE", "LAST", "NEXT", "UNIT", "UNITS")}
    assert openings("MONTH (?!DAY) THE") == {LETTERS["MONTH"]}


@pytest.mark.parametrize("rule", ["THE?", "(?:THE|LAST?)", "THE|"])
def test_a_rule_that_can_match_nothing_is_refused(rule):
    with pytest.raises(ValueError, match="at least one word"):
        openings(rule)


def test_a_rule_over_an_unknown_class_is_refused():
    with pytest.raises(KeyError):
        pattern("MONTH WEEKDAYISH")


def test_every_word_of_the_lexicons_has_a_class():
    assert vocabulary().words
    assert set(vocabulary().letters.values()) <= set(LETTERS.values())


def test_the_calendar_ends_with_an_error():
    with pytest.raises((ValueError, OverflowError)):
        _ = Moment("year", 99_999).start


@pytest.mark.parametrize("stretch", ["1234567890" * 3_000, "1-2-3-" * 5_000, "1.2" * 5_000])
def test_a_stretch_too_long_for_a_time_is_passed_over(stretch: str) -> None:
    """It is one cell that means nothing, at once."""
    began = time.process_time()
    ((start, end, sense),) = cut(stretch)
    assert (start, end, sense.letter) == (0, len(stretch), OTHER)
    assert time.process_time() - began < 1
