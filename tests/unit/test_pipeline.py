"""The pipeline gives every extractor's records, spans that hold, and the same bytes each time."""

from __future__ import annotations

import datetime as dt
import gc
from typing import Any

import orjson
import pytest
from celery.exceptions import SoftTimeLimitExceeded

from worker import extractors, tasks
from worker.ledger.jobs import Attempt, pack
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.settings import data_folder

NOW = dt.datetime(2024, 10, 22, 8, 0, tzinfo=dt.UTC)


def seed() -> Article:
    path = data_folder("seeds") / "000_871c0cb2e072d3a7.txt"
    return Article.parse({"text": path.read_text(encoding="utf-8")})


def spans(value: Any) -> list[tuple[int, int, str]]:
    """Every object of a result that has start, end and text."""
    if isinstance(value, dict):
        whole = value.get("start") is not None and {"end", "text"} <= value.keys()
        own = [(value["start"], value["end"], value["text"])] if whole else []
        return own + [span for item in value.values() for span in spans(item)]
    if isinstance(value, list):
        return [span for item in value for span in spans(item)]
    return []


def test_every_span_points_at_its_characters(reader: Reader) -> None:
    """text[start:end] is what the record says."""
    article = seed()
    result = run(article, reader, Trip(received=NOW))
    assert result["failures"] == []
    found = spans(result)
    assert len(found) > 50
    assert all(article.text[start:end] == text for start, end, text in found)


def test_two_runs_give_the_same_bytes(reader: Reader) -> None:
    """Apart from milliseconds nothing differs."""
    results = [run(seed(), reader, Trip(received=NOW)) for _ in range(2)]
    for result in results:
        del result["provenance"]["milliseconds"]
    assert orjson.dumps(results[0]) == orjson.dumps(results[1])


def test_only_the_wanted_extractors_run(reader: Reader) -> None:
    """A result holds the fields that were asked for."""
    article = Article.parse({"text": "Seoul said no.", "extractors": ["entities"]})
    result = run(article, reader, Trip(received=NOW))
    assert [name for name in extractors.names() if name in result] == ["entities"]


@pytest.mark.parametrize("end", [MemoryError, SoftTimeLimitExceeded])
def test_a_limit_ends_the_article_and_is_no_extractor_s_failure(reader: Reader, monkeypatch: pytest.MonkeyPatch,
                                                                 end: type[Exception]) -> None:
    """Half a result must not be committed as a whole one: the task hears of it and tells the ledger."""
    def stop(_: object) -> None:
        raise end

    body = pack({"text": "Seoul said no.", "extractors": ["entities", "keyphrases"]})
    attempt = Attempt(id="a", fence="1", number=1, version=1, accepted=NOW, received=NOW, queued=0, quarantined=False, body=body)
    monkeypatch.setattr(extractors.load("entities"), "extract", stop)
    monkeypatch.setattr(tasks, "reader", lambda: reader)
    with pytest.raises(end):
        tasks._result(attempt)


def test_any_other_error_is_the_extractor_s_own(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others' records are in the result; the collector runs again."""
    def fail(_: object) -> None:
        raise ZeroDivisionError("no names")

    monkeypatch.setattr(extractors.load("entities"), "extract", fail)
    result = run(Article.parse({"text": "Seoul said no.", "extractors": ["entities", "summary"]}), reader, Trip(received=NOW))
    assert result["failures"] == [{"extractor": "entities", "error": "ZeroDivisionError: no names"}]
    assert result["summary"]
    assert gc.isenabled()


@pytest.mark.parametrize("text", [
    "“We are going to win this, I promise you.”\n\n" * 200, "“I go\n\n" * 900, "“We must act now and he said so.\n\n" * 200,
    "“He said ‘" * 700, "the minister said that " * 300, "people asked to be told to ask " * 100, "a-b-c-" * 1_500, '"!' * 4_000,
], ids=["floating", "left open", "open and said", "nested", "said that", "asked to", "hyphens", "marks"])
def test_shapes_that_no_prose_has_fail_no_extractor(reader: Reader, text: str) -> None:
    """Clauses within clauses without end, and sentences without end, neither exhaust the stack nor cost every pair of their words."""
    assert run(Article.parse({"text": text}), reader, Trip(received=NOW))["failures"] == []
