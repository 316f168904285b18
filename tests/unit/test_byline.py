"""Bylines, datelines and dates are read from the article's own lines: see `tests/tables/bylines.toml` and `datelines.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

NOW = dt.datetime(2024, 10, 22, tzinfo=dt.UTC)


def table(name: str) -> list[Any]:
    rows = tomllib.loads((Path(__file__).parents[1] / "tables" / f"{name}.toml").read_text(encoding="utf-8"))["row"]
    return [pytest.param(row, id=f"{row['text'][:70]!r}") for row in rows]


def read(reader: Reader, text: str, **fields: Any) -> dict[str, Any]:
    return run(Article.parse({"text": text, "extractors": ["entities"], **fields}), reader, Trip(received=NOW))


@pytest.mark.parametrize("row", table("bylines"))
def test_bylines_name_the_authors(reader: Reader, row: dict[str, Any]) -> None:
    """Authors come from byline lines and from prose that reports with a full date, and are marked as reporters."""
    result = read(reader, row["text"])
    byline = result["document"]["byline"]
    assert (byline["authors"] if byline else []) == row["authors"]
    reporters = {entity["name"] for entity in result["entities"] if entity["reporter"] and entity["type"] == "PERSON"}
    assert reporters <= set(row["authors"])
    if "date" in row:
        assert result["document"]["reference_time"] == {"value": row["date"], "basis": "byline"}


@pytest.mark.parametrize("row", table("datelines"))
def test_datelines_tell_place_and_day(reader: Reader, row: dict[str, Any]) -> None:
    """A dateline gives its place as an entity and the day that "today" means."""
    given = {"published_at": row["published"]} if "published" in row else {}
    result = read(reader, row["text"], **given)
    dateline = result["document"]["dateline"]
    assert (dateline["text"] if dateline else None) == row.get("dateline")
    if dateline:
        assert dateline["place"] == row.get("place")
        named = {entity["id"]: entity["name"] for entity in result["entities"]}
        assert named.get(dateline["entity"]) == row.get("place")
    if given:
        assert dateline["date"] == row.get("date")
        assert result["document"]["reference_time"] == {"value": row["published"], "basis": "given"}
        return
    expected = {"value": row["today"], "basis": "dateline"} if "today" in row else {"value": "2024-10-22", "basis": "received"}
    assert result["document"]["reference_time"] == expected


@pytest.mark.parametrize("row", [param for param in table("datelines") if "dateline" in param.values[0]])
def test_nothing_in_a_dateline_acts(reader: Reader, row: dict[str, Any]) -> None:
    """Place, day and agency of a dateline are no party, speaker or time of the story."""
    result = read(reader, row["text"], extractors=["events", "quotes", "claims", "timexes"])
    dateline = result["document"]["dateline"]
    within = range(dateline["start"], dateline["end"])
    parties = [party for event in result["events"] for party in event["actors"] + event["recipients"]]
    parties += [quote["speaker"] for quote in result["quotes"] if quote["speaker"]]
    inside = {timex["id"] for timex in result["timexes"] if timex["start"] in within}
    assert all(party["start"] not in within for party in parties)
    assert all(event["time"] not in inside for event in result["events"])
    assert all(record["start"] not in within for record in result["claims"] + result["quotes"])


def test_the_day_of_receipt_is_no_day_of_the_story(reader: Reader) -> None:
    """The same article with the same reference time has the same dateline whenever it is received."""
    article = Article.parse({"text": "KIGALI, Nov 19 - Rebels attacked.", "published_at": "2025-11-19", "extractors": ["entities"]})
    days = {run(article, reader, Trip(received=NOW.replace(year=year)))["document"]["dateline"]["date"] for year in (2025, 2026, 2027)}
    assert days == {"2025-11-19"}


def test_what_came_with_the_article_wins(reader: Reader) -> None:
    """Given authors and dates are believed; a given author has no place in the text."""
    result = read(reader, "By Jane Roe\nSEOUL, Oct 20 (Reuters) - Kim Park said no.", authors=["John Doe"], published_at="2021-02-03")
    assert result["document"]["byline"] == {"start": None, "end": None, "text": None, "authors": ["John Doe"]}
    assert result["document"]["reference_time"] == {"value": "2021-02-03", "basis": "given"}


def test_the_outlet_is_no_party_of_the_story(reader: Reader) -> None:
    """The agency of the dateline and the publisher given with the article are marked."""
    result = read(reader, "SEOUL (Reuters) - Kim Park told Reuters and Yonhap that he would resign.", source="Yonhap")
    marked = {entity["name"]: entity["reporter"] for entity in result["entities"] if entity["type"] == "ORG"}
    assert marked == {"Reuters": True, "Yonhap": True}
