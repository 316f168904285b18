"""A story's sources are told apart, and their differing statements are found."""

from __future__ import annotations

import datetime as dt
from typing import Any

from worker.ledger.sketches import RunIndex
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.views.story import same_events, tell

BASE = (
    "A ferry ran aground off the northern coast on Tuesday night, the coastguard said. The coastguard said that 140 passengers were "
    "on board. All passengers were taken off by two lifeboats before dawn. The captain told investigators that the steering had failed "
    "in heavy rain. "
    "The company that runs the line will check its three sister ships. Unions have complained since spring that the fleet is too old."
)


def results(reader: Reader, *texts: str) -> list[dict[str, Any]]:
    index = RunIndex()
    made = []
    for number, text in enumerate(texts):
        article = Article.parse({"id": f"a{number}", "text": text, "source": f"Paper {number}", "published_at": f"2024-10-{21 + number}"})
        made.append(run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC))))
        index.place(made[-1])
    return made


def test_copies_name_what_they_copy(reader: Reader) -> None:
    """The first is the original, the others say of which article they are copies."""
    story = tell(results(reader, BASE, BASE + " More soon."))
    assert [(source.id, source.carries, source.of) for source in story.sources] == [("a0", "original", None), ("a1", "copied", "a0")]
    assert story.differences == ()


def test_a_revised_number_is_found(reader: Reader) -> None:
    """The statement is the same but for its number."""
    story = tell(results(reader, BASE, BASE.replace("140", "152")))
    [difference] = [difference for difference in story.differences if difference.kind == "number"]
    assert difference.of == "passenger"
    assert difference.before is not None
    assert (difference.before.value["value"], difference.after.value["value"]) == (140, 152)
    assert BASE[difference.before.start : difference.before.end] == difference.before.text


def test_another_certainty_is_found(reader: Reader) -> None:
    """A statement that is only possible in the later version."""
    story = tell(results(reader, BASE, BASE.replace("line will check", "line might check")))
    assert "certainty" in {difference.kind for difference in story.differences}


def test_other_events_make_another_story() -> None:
    """Same type and actor within three days; else they are two stories."""
    def result(day: int, kind: str, actor: str) -> dict[str, Any]:
        return {"document": {"reference_time": {"value": f"2024-10-{day}"}}, "entities": [{"id": "e1", "key": actor}],
                "events": [{"type": kind, "actors": [{"entity": "e1", "code": None}]}]}

    assert same_events(result(20, "AID", "Q1"), result(22, "AID", "Q1"))
    assert not same_events(result(20, "AID", "Q1"), result(25, "AID", "Q1"))
    assert not same_events(result(20, "AID", "Q1"), result(20, "AID", "Q2"))
    assert not same_events(result(20, "AID", "Q1"), result(20, "ACCUSE", "Q1"))
