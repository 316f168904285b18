"""Keyphrases are whole phrases with all their places: see `tests/tables/keyphrases.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.settings import data_folder

ROWS = tomllib.loads((Path(__file__).parents[1] / "tables" / "keyphrases.toml").read_text(encoding="utf-8"))["row"]


def keyphrases(reader: Reader, text: str) -> list[dict[str, Any]]:
    article = Article.parse({"text": text, "extractors": ["keyphrases"]})
    found: list[dict[str, Any]] = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))["keyphrases"]
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["why"])
def test_phrases(reader: Reader, row: dict[str, Any]) -> None:
    """The row's phrases are found and its near-misses are not."""
    found = [phrase["text"] for phrase in keyphrases(reader, row["text"])]
    assert set(row["has"]) <= set(found), found
    assert not set(row["not"]) & set(found), found


def test_the_seed_turns_on_its_parties(reader: Reader) -> None:
    """The strongest phrase has score 1, all have every mention, and none comes twice."""
    text = (data_folder("seeds") / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
    found = keyphrases(reader, text)
    assert len(found) == 10
    assert max(phrase["score"] for phrase in found) == 1
    assert {"North Korea", "Ukraine", "Russia"} <= {phrase["text"] for phrase in found}
    places = [(place["start"], place["end"]) for phrase in found for place in phrase["mentions"]]
    assert len(places) == len(set(places))
    assert [phrase["mentions"][0]["start"] for phrase in found] == sorted(phrase["mentions"][0]["start"] for phrase in found)


def test_a_text_without_content_words_has_none(reader: Reader) -> None:
    """Nothing is made up."""
    assert keyphrases(reader, "... 12 !") == []
