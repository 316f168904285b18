"""The shared index answers as the one in memory does, stays bounded, and forgets what is taken down."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import Server, open_ledger
from worker.ledger import Ledger
from worker.ledger.jobs import Attempt
from worker.ledger.sketches import RunIndex
from worker.nlp.fingerprint import fingerprint
from worker.producer import submit


@pytest.fixture
def small(server: Server) -> Iterator[Ledger]:
    """A ledger that remembers a hundred fingerprints."""
    with open_ledger(server.url, retention={"duplicates": 100}) as opened:
        opened.client.flushall()
        yield opened


def story(number: int, words: int = 120) -> str:
    chooser = random.Random(number)
    return " ".join(f"w{chooser.randrange(5_000)}" for _ in range(words))


def versions() -> list[tuple[str, str]]:
    """Articles, some of which are trimmed, lengthened or mixed versions of earlier ones."""
    chooser, made = random.Random(7), []
    for number in range(120):
        text = story(number)
        match number % 4:
            case 1:
                text = " ".join(story(number - 1).split()[: chooser.randrange(60, 120)])
            case 2:
                text = story(number - 2) + " " + story(1_000 + number, chooser.randrange(1, 40))
            case 3:
                text = " ".join(" ".join(story(number - back).split()[:40]) for back in (3, 7, 11) if number >= back)
        made.append((f"id-{number}", text))
    chooser.shuffle(made)
    return made


def test_redis_and_memory_agree(ledger: Ledger) -> None:
    """The Lua script and Python give the same place for every article."""
    index = RunIndex()
    places = []
    for article_id, text in versions():
        made = fingerprint(text)
        places.append(index.join(article_id, made))
        assert ledger.duplicates.join(article_id, made) == places[-1]
    assert sum(place.of is not None for place in places) > 20
    assert sum(place.of is None for place in places) > 20


def test_asked_again_it_answers_the_same(ledger: Ledger) -> None:
    """A job that runs twice is remembered once, also when others came in between."""
    made = {article_id: fingerprint(text) for article_id, text in versions()}
    first = {article_id: ledger.duplicates.join(article_id, value) for article_id, value in made.items()}
    assert {article_id: ledger.duplicates.join(article_id, value) for article_id, value in made.items()} == first


def test_a_new_version_is_placed_anew(ledger: Ledger) -> None:
    """With another text the old fingerprint is forgotten."""
    ledger.duplicates.join("a", fingerprint(story(1)))
    ledger.duplicates.join("a", fingerprint(story(2)))
    assert ledger.duplicates.join("b", fingerprint(story(1))).of is None
    assert ledger.duplicates.join("c", fingerprint(story(2))).of == "a"


def test_a_story_lists_its_articles(ledger: Ledger) -> None:
    """A cluster of two or more is a story, oldest first."""
    place = ledger.duplicates.join("a", fingerprint(story(1)))
    assert ledger.duplicates.story(place.cluster) == []
    for name in ("b", "c"):
        assert ledger.duplicates.join(name, fingerprint(story(1))).cluster == place.cluster
    assert ledger.duplicates.story(place.cluster) == ["a", "b", "c"]


def test_a_takedown_forgets_the_fingerprint(ledger: Ledger) -> None:
    """After a takedown nothing names the article any more."""
    submit([{"id": "a", "text": story(1)}], ledger=ledger)
    place = ledger.duplicates.join("a", fingerprint(story(1)))
    assert ledger.duplicates.join("b", fingerprint(story(1))).of == "a"
    assert ledger.jobs.delete("a")
    assert ledger.duplicates.story(place.cluster) == ["b"]
    assert ledger.duplicates.join("c", fingerprint(story(1))).of == "b"


def test_the_index_stays_bounded(small: Ledger) -> None:
    """Beyond its capacity the oldest are forgotten and their keys are gone; the newest are found."""
    counts = []
    for number in range(700):
        small.duplicates.join(f"id-{number}", fingerprint(story(number, 30)))
        if number % 100 == 99:
            counts.append(small.client.dbsize())
    assert max(counts[2:]) <= counts[1] * 1.3
    assert small.duplicates.join("old", fingerprint(story(1, 30))).of is None
    assert small.duplicates.join("new", fingerprint(story(650, 30))).of == "id-650"


def test_another_capacity_begins_afresh(small: Ledger, server: Server) -> None:
    """What was remembered under another capacity is dropped, not left behind."""
    small.duplicates.join("a", fingerprint(story(1)))
    with open_ledger(server.url, retention={"duplicates": 200}) as larger:
        assert larger.duplicates.join("b", fingerprint(story(1))).of is None
        assert not list(larger.client.scan_iter("wiredesk:duplicates:100:*"))


def test_a_late_attempt_takes_nobody_s_place(ledger: Ledger) -> None:
    """An attempt that was overtaken is placed nowhere: the newer version's fingerprint stays, and what was taken down stays forgotten."""

    def read(number: int) -> tuple[Attempt, dict[str, Any]]:
        submit([{"id": "a", "text": story(number)}], ledger=ledger, replace=True)
        attempt = ledger.jobs.start("a", owner="test", process=number, lease_seconds=60)
        assert isinstance(attempt, Attempt)
        return attempt, {"article": {"id": "a"}, "duplicates": {"fingerprint": fingerprint(story(number))}, "failures": [],
                         "provenance": {"milliseconds": {}}}

    late, old = read(1)
    current, new = read(2)
    for attempt, result, fresh in ((current, new, True), (late, old, False)):
        ledger.duplicates.place(result, fence=attempt.fence)
        assert ledger.jobs.commit(attempt, result) is fresh
    assert ledger.duplicates.join("b", fingerprint(story(1))).of is None
    assert ledger.duplicates.join("c", fingerprint(story(2))).of == "a"
    current, new = read(3)
    assert ledger.jobs.delete("a")
    ledger.duplicates.place(new, fence=current.fence)
    assert ledger.duplicates.join("d", fingerprint(story(3))).of is None
