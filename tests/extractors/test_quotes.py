"""Who said what: the seed's quotes, `tests/tables/quotes.toml`, and what no quotation mark may do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

SEED = Path(__file__).parents[2] / "seeds" / "000_871c0cb2e072d3a7.txt"


def read(reader: Reader, text: str) -> dict[str, Any]:
    article = Article.parse({"text": text, "extractors": ["entities", "quotes"]})
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["failures"] == []
    return result


@pytest.fixture(scope="module")
def seed(reader: Reader) -> dict[str, Any]:
    return read(reader, SEED.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "begins", "ends", "cue", "speaker"), [
    ("direct", "We would consider supplying", "offensive use,", "stated", "the official"),
    ("mixed", "a “strong response”", "involvement", "called", "Ukrainian President Volodymyr Zelenskyy"),
    ("direct", "It seems that the harder", "danger to us all.", "remarked",
     "Dame Barbara Woodward, the UK’s permanent representative to the UN"),
    ("indirect", "that Seoul is open", "evolves", "articulated", "a senior official from President Yoon Suk Yeol’s office"),
    ("indirect", "that North Korea is highly likely", "aid Russia", "assessment", "its"),
])
def test_the_seed_says_who_says_what(
        seed: dict[str, Any], kind: str, begins: str, ends: str, cue: str, speaker: str) -> None:
    """A quote that a person reads in the seed is found with kind, cue and speaker."""
    found = [quote for quote in seed["quotes"] if quote["text"].startswith(begins)]
    assert len(found) == 1
    assert found[0]["text"].endswith(ends)
    assert (found[0]["kind"], found[0]["cue"]["text"], found[0]["speaker"]["text"]) == (kind, cue, speaker)


def test_the_official_of_the_seed_is_an_anonymous_source(seed: dict[str, Any]) -> None:
    """Who is named nowhere stays a source, with the office that is known."""
    quote = next(quote for quote in seed["quotes"] if quote["cue"]["text"] == "articulated")
    assert quote["speaker"]["anonymous"]
    assert quote["speaker"]["affiliation"] is not None
    assert quote["speaker"]["form"] == "nominal"


def test_spans_say_what_stands_in_the_text(seed: dict[str, Any]) -> None:
    """Every span of a quote points at its own characters."""
    text = SEED.read_text(encoding="utf-8")
    for quote in seed["quotes"]:
        for span in (quote, quote["cue"], quote["speaker"]):
            assert span is None or text[span["start"]:span["end"]] == span["text"]
        assert (quote["start"], quote["end"]) == (quote["fragments"][0]["start"], quote["fragments"][-1]["end"])
        assert (quote["speaker"] is None) == (quote["unattributed"] is not None)
