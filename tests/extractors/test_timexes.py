"""The table of time expressions, the seed's lines, and what must hold on every day of four years."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from worker.nlp.columns import Columns
from worker.nlp.reading import Reader
from worker.nlp.temporal.grammar import RULES, find_timexes
from worker.pipeline import Trip, run
from worker.records import Article

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "timexes.toml").read_text(encoding="utf-8"))
EXAMPLES = TABLE["example"]
SEED = (Path(__file__).parents[2] / "seeds" / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
#: From a leap year to the next, so that every kind of year, of month's length and of week's number is there.
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(4 * 365 + 1)]


class Sentences:
    """Sentences, each parsed once."""

    def __init__(self, reader: Reader) -> None:
        self._nlp = reader.model.nlp
        texts = [example["text"] for example in EXAMPLES]
        self._docs = dict(zip(texts, self._nlp.pipe(texts), strict=True))

    def timexes(self, text, today):
        if text not in self._docs:
            self._docs[text] = self._nlp(text)
        return find_timexes(self._docs[text], Columns(self._docs[text]), text, today)

    def values(self, text, today):
        return [timex.value for timex in self.timexes(text, today)]


@pytest.fixture(scope="session")
def sentences(reader: Reader) -> Sentences:
    return Sentences(reader)


def extract(reader, text, **fields):
    article = Article.parse({"text": text, "extractors": ["timexes"]} | fields)
    result = run(article, reader, Trip(received=dt.datetime(2031, 3, 5, tzinfo=dt.UTC)))
    assert result["failures"] == []
    return result["timexes"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"][:60])
def test_the_table_of_timexes_holds(example, sentences):
    text = example["text"]
    found = sentences.timexes(text, example.get("written", TABLE["written"]))
    said = [[text[timex.start:timex.end], timex.type, timex.value, *([timex.mod] if timex.mod else [])] for timex in found]
    assert said == example["finds"]


def test_a_third_of_the_table_are_near_misses():
    assert len(EXAMPLES) >= 200
    assert sum(example["finds"] == [] for example in EXAMPLES) * 3 >= len(EXAMPLES)


def test_every_rule_is_shown_by_the_table(sentences, monkeypatch):
    built = set()

    def noting(rule):
        build = rule.build

        def note(hit, context):
            timex = build(hit, context)
            if timex is not None:
                built.add(rule.name)
            return timex

        return note

    with monkeypatch.context() as patch:
        for rule in RULES:
            patch.setitem(rule.__dict__, "build", noting(rule))
        for example in EXAMPLES:
            sentences.timexes(example["text"], example.get("written", TABLE["written"]))
    assert [rule.name for rule in RULES if rule.name not in built] == []


def test_the_seed_says_when_its_events_were(reader):
    found = {(timex["text"], timex["value"]): timex for timex in extract(reader, SEED, published_at="2024-10-22")}
    assert found["October 22, 2024", "2024-10-22"]["type"] == "DATE"
    monday = next(timex for (text, _), timex in found.items() if text == "Monday")
    assert (monday["value"], monday["anchor"]) == ("2024-10-21", "reference_time")
    assert monday["interval"] == {"from": "2024-10-21", "to": "2024-10-22"}
    june = found["June", "2024-06"]
    assert (june["anchor"], june["interval"]) == ("reference_time", {"from": "2024-06-01", "to": "2024-07-01"})
    assert found["2019", "2019"]["anchor"] == "none"
    days = found["the past few days", "PXD"]
    assert (days["type"], days["anchor"], days["interval"]) == ("DURATION", "reference_time", {"from": None, "to": "2024-10-23"})


def test_an_expression_counted_from_another_points_at_it(reader):
    text = "The pact was signed on 4 May 2021. Two days earlier the talks had failed. A year later it was void."
    first, second, third = extract(reader, text, published_at="2024-10-22")
    assert (first["value"], first["anchor"]) == ("2021-05-04", "none")
    assert (second["value"], second["anchor"]) == ("2021-05-02", first["id"])
    assert third["value"] == "2022"
    assert third["anchor"] == second["id"]


def test_a_time_of_day_has_the_day_and_the_zone_of_its_sentence(reader):
    [time, day] = extract(reader, "The first flight left at 18:00 UTC on Tuesday.", published_at="2024-10-24")
    assert time["value"] == "2024-10-22T18:00Z"
    assert time["interval"] == {"from": "2024-10-22T18:00:00Z", "to": "2024-10-22T18:01:00Z"}
    assert time["anchor"] == day["id"]


def test_today_is_the_day_at_the_place_of_publication(reader):
    [timex] = extract(reader, "The minister resigned today.", published_at="2024-10-22T23:30:00-05:00")
    assert timex["value"] == "2024-10-22"


def test_the_same_article_gives_the_same_values_whenever_it_is_read(reader):
    article = Article.parse({"text": SEED, "published_at": "2024-10-22", "extractors": ["timexes"]})
    results = [run(article, reader, Trip(received=received))["timexes"]
               for received in (dt.datetime(1999, 12, 31, tzinfo=dt.UTC), dt.datetime(2028, 2, 29, tzinfo=dt.UTC))]
    assert results[0] == results[1]


def test_nothing_that_reads_times_reads_a_clock():
    package = Path(__file__).parents[2] / "worker" / "nlp" / "temporal"
    paths = [*package.rglob("*.py"), package.parents[1] / "extractors" / "timexes.py"]
    sources = {path.name: path.read_text(encoding="utf-8") for path in paths}
    assert len(sources) > 20
    for name, source in sources.items():
        for call in (".today(", ".now(", ".utcnow(", "time.time(", "import time", "import random", "import os"):
            assert call not in source, name


def test_a_weekday_of_the_past_is_that_day_of_the_last_seven(sentences):
    for today in DAYS:
        [value] = sentences.values("The ministers met on Monday in Vienna.", today)
        day = dt.date.fromisoformat(value)
        assert day.isoweekday() == 1
        assert 0 <= (today - day).days < 7


def test_a_weekday_to_come_is_that_day_of_the_next_seven(sentences):
    for today in DAYS:
        [value] = sentences.values("The ministers will meet on Monday in Vienna.", today)
        day = dt.date.fromisoformat(value)
        assert day.isoweekday() == 1
        assert 0 <= (day - today).days < 7


def test_last_and_next_weekday_are_never_today(sentences):
    for today in DAYS:
        [last] = sentences.values("Last Friday the bank raised its rates.", today)
        [next_] = sentences.values("She returns next Tuesday.", today)
        assert 1 <= (today - dt.date.fromisoformat(last)).days <= 7
        assert 1 <= (dt.date.fromisoformat(next_) - today).days <= 7


def test_a_month_of_the_past_has_begun_and_is_under_a_year_ago(sentences):
    for today in DAYS:
        [value] = sentences.values("In June the two leaders signed a treaty.", today)
        begin = dt.date.fromisoformat(f"{value}-01")
        assert begin.month == 6
        assert begin <= today
        assert (today - begin).days <= 366


def test_relative_boxes_touch_the_one_that_today_is_in(sentences):
    texts = {"Last week the price fell.": -1, "This month has been wet.": 0, "Next year the school will move.": 1}
    for today in DAYS:
        for text, side in texts.items():
            [timex] = sentences.timexes(text, today)
            first, last = (dt.date.fromisoformat(end) for end in timex.interval)
            assert first < last
            assert (last <= today, first <= today < last, today < first) == (side < 0, side == 0, side > 0)


def test_yesterday_today_and_tomorrow_are_one_day_apart(sentences):
    for today in DAYS:
        [yesterday] = sentences.values("Yesterday the council voted.", today)
        [tomorrow] = sentences.values("The minister resigns tomorrow.", today)
        assert dt.date.fromisoformat(yesterday) + dt.timedelta(days=1) == today == dt.date.fromisoformat(tomorrow) - dt.timedelta(days=1)


def test_every_day_every_expression_has_its_words_and_an_ordered_interval(sentences):
    texts = [example["text"] for example in EXAMPLES]
    for number, today in enumerate(DAYS):
        for text in texts[number % 41::41]:
            previous = 0
            for timex in sentences.timexes(text, today):
                assert previous <= timex.start < timex.end <= len(text)
                assert text[timex.start:timex.end].strip() == text[timex.start:timex.end]
                if timex.interval and None not in timex.interval:
                    assert timex.interval[0] < timex.interval[1]
                previous = timex.end


@pytest.mark.parametrize("text", [
    "99999999999999999999 years", "in 2199, 1000 and 0000", "9999-12-31", "0001-01-01", "February 30", "31 April 2024", "'", "24:00 UTC",
    "-" * 500, "nineteen nineteen nineteen", "a year ago " * 50, "12/31/99 and 99/99/99", "twenty billion years ago",
    "the end of the end of the end of May", "9999999 years ago", "9999999 days ago", "in 9999. A year later, two days later,",
    "300 centuries ago", "early late mid early 2024", "000-000", "１２ May", "10000 weeks from now",
])
def test_odd_words_are_read_without_an_error(reader, text):
    for timex in extract(reader, text, published_at="2024-10-22"):
        assert text[timex["start"]:timex["end"]] == timex["text"]


def test_a_feast_of_several_days_has_an_interval_and_no_value(reader):
    ramadan, hanukkah = extract(reader, "Talks stalled in Ramadan and before Hanukkah 2024.", published_at="2024-03-20")
    assert (ramadan["value"], ramadan["interval"], ramadan["mod"]) == (None, {"from": "2024-03-11", "to": "2024-04-10"}, "APPROX")
    assert (hanukkah["value"], hanukkah["interval"]) == (None, {"from": "2024-12-26", "to": "2025-01-03"})


def test_what_followed_an_unnamed_day_has_no_value(reader):
    assert [timex["value"] for timex in extract(reader, "He fell ill and died the following week.", published_at="2024-10-22")] == [None]


@pytest.mark.parametrize("day", ["0001-01-01", "0001-12-31", "9999-01-01", "9999-12-31"])
def test_the_calendar_may_end(reader, day):
    """Where the calendar ends a time has no value; nothing fails."""
    for text in ("He left yesterday, last night, last week, last Monday, in May, two years ago, last century, at Easter.",
                 "He will go tomorrow night, next week, on Monday, in June, at Christmas, in Ramadan, by year-end, over the next decade.",
                 "The week of Jan. 1, the last Friday of December, the early hours of Monday, this time last year, a year ago today.",
                 "From Monday to Sunday, the night of 31 December, two weeks from today, the weekend of Dec. 31, Orthodox Easter."):
        assert extract(reader, text, published_at=day) != []


def test_lines_are_sentences_to_times_of_day(reader):
    found = extract(reader, "9:50 p.m.\n\nThe senator won Iowa on Feb. 1.", published_at="2016-02-20")
    assert [timex["value"] for timex in found] == ["2016-02-20T21:50", "2016-02-01"]
