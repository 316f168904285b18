"""The table of quantities, the seed's lines, and what must hold of every quantity."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.nlp.lexicons import entries
from worker.nlp.measures.units import known_units
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "quantities.toml").read_text(encoding="utf-8"))["example"]
SEED = (Path(__file__).parents[2] / "seeds" / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
BOUNDS = {"at_most": "high", "less_than": "high", "at_least": "low", "more_than": "low"}
PLAIN = ("value", "low", "high", "modifier", "change", "from", "unit", "currency", "kind")


def extract(reader: Reader, text: str, names: str = "quantities"):
    article = Article.parse({"text": text, "language": "en", "published_at": "2024-10-22", "extractors": names.split(",")})
    result = run(article, reader, Trip(received=dt.datetime(2031, 3, 5, tzinfo=dt.UTC)))
    assert result["failures"] == []
    return result


@pytest.fixture(scope="session")
def read(reader: Reader):
    """Give a text's quantities; each row is an article of its own, read once."""
    results: dict[str, list[dict]] = {}

    def quantities(text: str) -> list[dict]:
        if text not in results:
            results[text] = extract(reader, text)["quantities"]
        return results[text]

    return quantities


def said(find: dict) -> dict:
    """Write a row's find out in full."""
    full = dict.fromkeys((*PLAIN, "of", "part_of")) | {"modifier": "exact"} | find
    if (bound := BOUNDS.get(full["modifier"])) and full[bound] is None:
        full[bound] = full["value"]
    return full


def shown(quantity: dict, quantities: list[dict]) -> dict:
    whole = {other["id"]: other["text"] for other in quantities}.get(quantity["part_of"])
    of = (quantity["of"] or {}).get("lemma")
    return {"words": quantity["text"], "of": of, "part_of": whole} | {name: quantity[name] for name in PLAIN}


@pytest.mark.parametrize("example", TABLE, ids=lambda example: example["text"][:60])
def test_the_table_of_quantities_holds(example, read):
    found = read(example["text"])
    assert [shown(quantity, found) for quantity in found] == [said(find) for find in example["finds"]]


def test_a_third_of_the_table_are_near_misses():
    assert len(TABLE) >= 200
    assert sum(example["finds"] == [] for example in TABLE) * 3 >= len(TABLE)


@pytest.mark.parametrize("example", TABLE, ids=lambda example: example["text"][:60])
def test_spans_point_into_the_text_and_bounds_are_in_order(example, read):
    text = example["text"]
    for quantity in read(text):
        assert text[quantity["start"]:quantity["end"]] == quantity["text"]
        if quantity["of"]:
            assert text[quantity["of"]["start"]:quantity["of"]["end"]] == quantity["of"]["text"]
            assert quantity["of"]["head"].lower() in quantity["of"]["lemma"].lower()
        if quantity["low"] is not None and quantity["high"] is not None:
            assert quantity["low"] <= quantity["high"]
        if quantity["modifier"] == "range":
            assert quantity["value"] is None


def test_the_seed_says_how_many(reader):
    quantities = {quantity["text"]: quantity for quantity in extract(reader, SEED)["quantities"]}
    members, troops, brigades = quantities["1,500"], quantities["12,000"], quantities["four"]
    assert (members["value"], members["of"]["text"], members["of"]["head"]) == (1_500, "special forces members", "member")
    assert (troops["value"], troops["high"], troops["modifier"], troops["of"]["lemma"]) == (12_000, 12_000, "at_most", "troop")
    assert (brigades["value"], brigades["of"]["lemma"], brigades["part_of"]) == (4, "brigade", troops["id"])
    days = quantities["the past few days"]
    assert (days["kind"], days["value"], days["unit"]) == ("duration", None, "day")


def test_the_seeds_years_and_dates_are_no_quantities(reader):
    texts = {quantity["text"] for quantity in extract(reader, SEED)["quantities"]}
    assert texts.isdisjoint({"2019", "22", "2024"})


@pytest.mark.parametrize("text", [
    SEED, "The siege lasted nearly four years.", "Over the past two weeks a 61-year-old man walked 20 hours a week.",
    "Two years later, on 4 May 2021, the 18-month talks ended after 3 days and 2 hours.", "A decade later it took an hour.",
])
def test_a_duration_has_its_timexs_span_and_others_never_cross(reader, text):
    result = extract(reader, text, "timexes,quantities")
    spans = {(quantity["start"], quantity["end"]): quantity["kind"] for quantity in result["quantities"]}
    for timex in result["timexes"]:
        start, end = timex["start"], timex["end"]
        if timex["type"] == "DURATION":
            assert any(first <= start and end <= last for first, last in spans), timex
        for first, last in spans:
            crosses = first < end and start < last and not (first <= start and end <= last) and not (start <= first and last <= end)
            assert not crosses, (timex, first, last)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(low=st.integers(1, 10**6), step=st.integers(1, 10**6), unit=st.sampled_from(["percent", "euros", "kilometres", "soldiers"]))
def test_no_range_is_averaged(reader, low, step, unit):
    quantities = extract(reader, f"It takes between {low:,} and {low + step:,} {unit}.")["quantities"]
    assert [(quantity["low"], quantity["high"], quantity["value"]) for quantity in quantities] == [(low, low + step, None)]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.sampled_from("0123456789.,:-–/ $€£%kmb()'\"\n½×aone tofrm"), max_size=80))
def test_odd_characters_are_read_without_fail(reader, text):
    if text.strip():
        for quantity in extract(reader, text)["quantities"]:
            assert text[quantity["start"]:quantity["end"]] == quantity["text"] != ""


def test_there_are_three_hundred_units_and_all_currencies_have_codes():
    assert len(known_units()) >= 300
    codes = {entry[0] for entry in entries("currencies")}
    assert len(codes) >= 140
    assert all(len(code) == 3 and code.isupper() for code in codes)


def test_the_same_text_gives_the_same_quantities(reader):
    assert extract(reader, SEED)["quantities"] == extract(reader, SEED)["quantities"]
