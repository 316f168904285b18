"""Claims, events, quotes, dates, numbers and entities name one another by id, and always both ways."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker import extractors
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

TABLES = Path(__file__).parents[1] / "tables"
SENTENCES = sorted({row["text"] for name in ("events", "claims")
                    for row in tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))["row"]})
ADDED = [" he said on Friday.", "“We attacked them in May,” the general told reporters.", "It seems so.", "\n\n", "He denied it!", "(", "”"]
NOW = dt.datetime(2024, 10, 22, tzinfo=dt.UTC)


def read(reader: Reader, text: str, wanted: list[str] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"text": text} | ({"extractors": wanted} if wanted else {})
    return run(Article.parse(body), reader, Trip(received=NOW))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(SENTENCES + ADDED), min_size=1, max_size=12))
def test_records_name_one_another_both_ways(reader: Reader, sentences: list[str]) -> None:
    """Whatever the article: no failure, no dangling id, one claim for each event, the same standing on both sides."""
    text = " ".join(sentences)
    if not text.strip():
        return
    result = read(reader, text)
    assert result["failures"] == []
    ids = {name: {record["id"] for record in result[name]} for name in ("entities", "quotes", "timexes", "quantities", "events", "claims")}
    claims = {claim["id"]: claim for claim in result["claims"]}
    events = {event["id"]: event for event in result["events"]}
    for event in events.values():
        claim = claims[event["claim"]]
        assert event["id"] in claim["events"]
        assert [event[key] for key in ("status", "polarity", "certainty")] == [claim[key] for key in ("status", "polarity", "certainty")]
        assert event["trigger"] == event["mentions"][0]
        assert claim["head"]["start"] == event["trigger"]["start"]
        assert event["place"] is None or event["place"] in ids["entities"]
        assert event["time"] is None or event["time"] in ids["timexes"]
        assert set(event["quantities"]) <= ids["quantities"]
        assert {party["entity"] for party in event["actors"] + event["recipients"]} - {None} <= ids["entities"]
        assert event["type"] or event["actors"] or event["recipients"]
    for claim in claims.values():
        assert all(events[event]["claim"] == claim["id"] for event in claim["events"])
        assert claim["quote"] is None or claim["quote"] in ids["quotes"]
        assert claim["within"] is None or claim["within"] in ids["claims"] - {claim["id"]}
        assert claim["holder"]["entity"] is None or claim["holder"]["entity"] in ids["entities"]
        assert claim["holder"]["kind"] != "author" or claim["holder"]["text"] is None
    heads = [(claim["head"]["start"], claim["head"]["end"]) for claim in claims.values()]
    assert len(heads) == len(set(heads))


def test_what_is_not_asked_for_is_named_null(reader: Reader) -> None:
    """Events alone have no claims to name; their standing is there all the same."""
    text = "Rebels killed twelve soldiers in Chad on Friday."
    alone = read(reader, text, ["events"])["events"][0]
    whole = read(reader, text)["events"][0]
    assert [alone[key] for key in ("claim", "place", "time", "quantities")] == [None, None, None, []]
    assert [alone[key] for key in ("type", "status", "certainty")] == [whole[key] for key in ("type", "status", "certainty")]


def test_the_same_article_gives_the_same_bytes(reader: Reader) -> None:
    """Events and claims know no order but the text's."""
    text = " ".join(SENTENCES[:40])
    first, second = (read(reader, text, ["events", "claims"]) for _ in range(2))
    assert all(orjson.dumps(first[name]) == orjson.dumps(second[name]) for name in ("events", "claims"))
    assert extractors.running_order(("claims",))[-1] == "claims"
