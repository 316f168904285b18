"""Claims stand as their words make them stand: see `tests/tables/claims.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

ROWS = tomllib.loads((Path(__file__).parents[1] / "tables" / "claims.toml").read_text(encoding="utf-8"))["row"]


def claims(reader: Reader, text: str) -> list[dict[str, Any]]:
    article = Article.parse({"text": text, "published_at": "2024-10-22"})
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["failures"] == []
    found: list[dict[str, Any]] = result["claims"]
    return found


def without_article(name: str | None) -> str:
    """Whether a mention begins with "the" is who is who's business."""
    return (name or "").removeprefix("The ").removeprefix("the ")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['text'][:60]} [{row['head']}]")
def test_claims_stand_as_their_words_make_them(reader: Reader, row: dict[str, Any]) -> None:
    """The head's claim has the row's status, polarity, certainty, holder and cues; or the head carries no claim."""
    found = [claim for claim in claims(reader, row["text"]) if claim["head"]["text"] == row["head"]]
    if row.get("none"):
        assert found == []
        return
    assert found, "no claim has this head"
    claim = found[0]
    assert f"{claim['status']} {claim['polarity']} {claim['certainty']}" == row["is"], claim
    if "holder" in row:
        holder = claim["holder"]
        assert without_article(holder["text"] if holder["kind"] != "author" else "author") == without_article(row["holder"]), holder
    if "stretch" in row:
        assert claim["text"] == row["stretch"]
    if "cues" in row:
        assert [cue["text"] for cue in claim["cues"]] == row["cues"]


def test_the_table_is_large_and_a_third_of_it_are_near_misses() -> None:
    """A rule that fires everywhere cannot pass."""
    assert len(ROWS) >= 120
    assert sum(bool(row.get("near") or row.get("none")) for row in ROWS) * 3 >= len(ROWS)


def test_one_who_denies_what_another_said_is_told_apart(reader: Reader) -> None:
    """The inner claim lies within the outer one, each with its own holder."""
    found = {claim["head"]["text"]: claim for claim in claims(reader, "Peru denied that Chile had said that the border was closed.")}
    assert found["said"]["holder"]["text"] == "Peru"
    assert found["closed"]["holder"]["text"] == "Chile"
    assert found["closed"]["within"] == found["said"]["id"]
    assert found["said"]["within"] == found["denied"]["id"]
