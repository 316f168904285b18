"""Events have the type and the parties that their words tell: see `tests/tables/events.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

ROWS = tomllib.loads((Path(__file__).parents[1] / "tables" / "events.toml").read_text(encoding="utf-8"))["row"]


def read(reader: Reader, text: str) -> dict[str, Any]:
    article = Article.parse({"text": text, "published_at": "2024-10-22"})
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["failures"] == []
    return result


def written(event: dict[str, Any]) -> str:
    """The event as the table writes it."""
    def parties(role: str) -> str:
        return " + ".join("/".join(part for part in (party["code"] or "-", party["sector"]) if part) for party in event[role])
    return f"{event['type']} {event['trigger']['text']}: {parties('actors')} > {parties('recipients')}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:70])
def test_events_have_the_type_and_the_parties_that_their_words_tell(reader: Reader, row: dict[str, Any]) -> None:
    """All events of a type, and no more."""
    found = read(reader, row["text"])["events"]
    assert [written(event) for event in found if event["type"]] == row["events"]
