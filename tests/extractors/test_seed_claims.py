"""The seed's claims and events, as a person reads them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.settings import data_folder


@pytest.fixture(scope="module")
def seed(reader: Reader) -> dict[str, Any]:
    text = (data_folder("seeds") / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
    return run(Article.parse({"text": text}), reader, Trip(received=dt.datetime(2025, 3, 1, tzinfo=dt.UTC)))


def claim(seed: dict[str, Any], head: str, inside: str = "") -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in seed["claims"] if one["head"]["text"] == head and inside in one["text"])
    return found


@pytest.mark.parametrize(("head", "inside", "status", "certainty"), [
    ("send", "", "reported", "probable"), ("consider", "offensive use", "conditional", "possible"), ("show", "", "alleged", "possible"),
    ("showing", "", "alleged", "possible"), ("deployment", "", "unconfirmed", "unknown"), ("dispatch", "", "planned", "possible")])
def test_claims_stand_as_the_article_tells_them(seed: dict[str, Any], head: str, inside: str, status: str, certainty: str) -> None:
    """Likely, conditional, alleged, purported, unconfirmed and planned."""
    found = claim(seed, head, inside)
    assert (found["status"], found["certainty"]) == (status, certainty)


def test_claims_are_held_by_whom_they_are_told(seed: dict[str, Any]) -> None:
    """The British assessment, the Kremlin's silence, the nameless official."""
    names = {entity["id"]: entity["name"] for entity in seed["entities"]}
    assert names[claim(seed, "send")["holder"]["entity"]] == "United Kingdom"
    assert names[claim(seed, "deployment")["holder"]["entity"]] == "Russia"
    assert claim(seed, "consider", "offensive use")["holder"]["kind"] == "anonymous"


def test_events_have_their_parties_and_days(seed: dict[str, Any]) -> None:
    """Troops from North Korea to Russia, the pact of June 2024, the first meeting of 2019."""
    days = {timex["id"]: timex["value"] for timex in seed["timexes"]}
    found = [(event["type"], [party["code"] for party in event["actors"]], [party["code"] for party in event["recipients"]],
              days.get(event["time"])) for event in seed["events"] if event["type"]]
    assert any(kind in ("AID", "MOBILIZE") and actors == ["PRK"] and recipients == ["RUS"] for kind, actors, recipients, _ in found)
    assert any(kind == "AGREE" and day == "2024-06" for kind, _, _, day in found)
    assert any(kind == "CONSULT" and actors == ["PRK", "RUS"] and day == "2019" for kind, actors, _, day in found)
