"""The summary is made of whole, telling sentences in their order: see `tests/tables/summary.toml`."""

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

ROWS = tomllib.loads((Path(__file__).parents[1] / "tables" / "summary.toml").read_text(encoding="utf-8"))["row"]


def summary(reader: Reader, text: str) -> list[str]:
    article = Article.parse({"text": text, "extractors": ["summary"]})
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert all(text[sentence["start"] : sentence["end"]] == sentence["text"] for sentence in result["summary"])
    return [sentence["text"] for sentence in result["summary"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["why"])
def test_sentences(reader: Reader, row: dict[str, Any]) -> None:
    """The row's sentences are taken and its near-misses left."""
    found = summary(reader, row["text"])
    assert len(found) <= 3
    assert all(any(sentence.startswith(begin) for sentence in found) for begin in row["takes"]), found
    assert not any(sentence.startswith(begin) for sentence in found for begin in row["leaves"]), found


def test_the_seed_in_three_sentences(reader: Reader) -> None:
    """The first sentence is the first of three, and they stand in order."""
    text = (data_folder("seeds") / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
    found = summary(reader, text)
    assert len(found) == 3
    assert found[0].startswith("Seoul is taking a more assertive stance")
    assert sorted(found, key=text.index) == found


def test_a_text_of_marks_is_given_as_it_is(reader: Reader) -> None:
    """Even a text without words breaks nothing."""
    assert summary(reader, "... !") in ([], ["... !"], ["...", "!"])
