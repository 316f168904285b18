"""Row 9 and 10: what was never an article, and articles that kill."""

from __future__ import annotations

import json
import statistics
from collections import Counter

import pytest

from tests.faults.conftest import Place
from tests.faults.garbage import KINDS, fuzz
from tests.faults.test_kills import commanded
from tests.load import submit_patiently
from tests.servers import wait_for
from worker.ledger import keys
from worker.producer import submit


def feed(place: Place, items: list[bytes], seconds: float) -> None:
    """Put garbage on every queue, among good articles; the worker must be the same process at the end."""
    worker = place.worker()
    good = commanded(50)
    submit_patiently(place.ledger, good[:25])
    queues = (keys.HIGH, keys.NORMAL, keys.LOW, keys.AGAIN)
    for at in range(0, len(items), 500):
        pipeline = place.ledger.client.pipeline(transaction=False)
        for number, item in enumerate(items[at:at + 500]):
            pipeline.lpush(queues[number % len(queues)], item)
        pipeline.execute()
    submit_patiently(place.ledger, good[25:])
    wait_for(lambda: place.ledger.dead.count() >= len(items), seconds)
    place.drain(seconds)
    kept = Counter(letter.body for letter in place.ledger.dead.list())
    assert kept == Counter(items)
    assert place.ledger.status().counters["garbage"] == len(items)
    assert worker.alive()
    assert "Traceback" not in worker.lines()
    place.judge(9, "garbage on the queues", [article["id"] for article in good], provoked=f"{len(items):,} items",
                also=f"{sum(kept.values()):,} kept with their bytes, same process")


def test_09_fifteen_kinds_and_a_few_hundred_more(place: Place) -> None:
    """Each kind is set aside with its bytes and its reason; the worker goes on."""
    feed(place, [*KINDS.values(), *fuzz(300)], 60)
    reasons = {letter.body: letter.reason for letter in place.ledger.dead.list()}
    assert reasons[KINDS["not_json"]] == reasons[KINDS["deep"]] == reasons[KINDS["binary"]] == "not_json"
    assert reasons[KINDS["unknown_task"]] == reasons[KINDS["no_headers"]] == "unknown_task"
    assert reasons[KINDS["pickle"]] == "content_type"
    assert reasons[KINDS["bad_base64"]] == "bad_base64"
    assert reasons[KINDS["bad_arguments"]] == "bad_arguments"


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_09_ten_thousand(place: Place) -> None:
    """Ten thousand random items."""
    feed(place, [*KINDS.values(), *fuzz(10_000)], 400)


def test_09_garbage_broadcasts(place: Place) -> None:
    """Whatever is published on the channel of remote control is refused; the worker goes on."""
    worker = place.worker()
    items = commanded(40, "@sleep 0.02")
    submit_patiently(place.ledger, items[:20])
    wait_for(lambda: place.ledger.status().done > 2, 60)
    channels = [channel.decode() for channel in place.ledger.client.pubsub_channels("*pidbox*")] or ["/0.celery.pidbox"]
    for item in [*KINDS.values(), *fuzz(100), json.dumps({"body": "e30=", "properties": {"delivery_tag": "x"}}).encode()]:
        for channel in channels:
            place.ledger.client.publish(channel, item)
    submit_patiently(place.ledger, items[20:])
    place.drain()
    assert worker.alive()
    assert place.ledger.status().done == 40


POISON = {"abort": "@abort", "segfault": "@segfault", "kill": "@kill", "loop": "@loop", "allocate": "@allocate", "recurse": "@recurse"}


def test_10_articles_that_kill(place: Place) -> None:
    """Aborting, crashing, endless, greedy and deep articles end as dead letters after five attempts at most; the others are read."""
    poison = [{"id": name, "text": f"Poison {name}.\n{command}"} for name, command in POISON.items()]
    good = commanded(150, "@sleep 0.01")
    submit_patiently(place.ledger, [*good[:50], *poison, *good[50:]])
    [verdict] = submit([{"id": "huge", "text": "x" * 50_000_000}], ledger=place.ledger)
    assert (verdict.verdict, verdict.field) == ("invalid", "text")
    limits = {"SOFT_TIME_LIMIT": "1", "TIME_LIMIT": "2", "QUARANTINE_MEMORY_MIB": "256"}
    worker = place.worker(**{f"WIREDESK_WORKER__{name}": value for name, value in limits.items()})
    wait_for(lambda: place.ledger.status().done == len(good), 60)
    place.drain(120)
    letters = {letter.id: letter for letter in place.ledger.dead.list()}
    assert letters.keys() == POISON.keys()
    assert all(letter.attempts <= 5 and letter.article()["text"] for letter in letters.values())
    assert "SIGABRT" in letters["abort"].error
    assert "SIGSEGV" in letters["segfault"].error
    assert letters["segfault"].stage == "segfault"
    assert letters["recurse"].attempts == 1
    assert worker.alive()
    queued = [json.loads(place.ledger.results.get(article["id"]))["provenance"]["milliseconds"]["queued"] for article in good]
    place.judge(10, "articles that abort, crash, loop, allocate, recurse", [article["id"] for article in good + poison],
                provoked=f"{len(poison)} poison", dead=len(poison),
                also=f"at most {max(letter.attempts for letter in letters.values())} attempts; others waited {statistics.median(queued)}")


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_10_poison_does_not_slow_the_others(place: Place) -> None:
    """The 95th percentile of the others' way through the system, with and without one poison in a hundred, in one run each."""
    def others(prefix: str, poison: bool) -> float:
        worker = place.worker(WIREDESK_WORKER__SOFT_TIME_LIMIT="1", WIREDESK_WORKER__TIME_LIMIT="2")
        submit_patiently(place.ledger, commanded(2, prefix=f"warm{prefix}"))
        place.drain()
        spans = []
        for number in range(30):
            if poison and number % 10 == 0:
                submit_patiently(place.ledger, commanded(1, "@abort", prefix=f"poison{number}"))
            items = commanded(10, "@sleep 0.02", prefix=f"{prefix}{number}")
            submit_patiently(place.ledger, items)
            wait_for(lambda items=items: all(place.ledger.results.get(item["id"]) for item in items), 60, pause=0.02)
            for item in items:
                history = place.ledger.jobs.state(item["id"]).history
                spans.append((history[-1].at - history[0].at).total_seconds())
        place.drain()
        worker.close()
        return statistics.quantiles(spans, n=20)[-1]

    calm = others("calm", poison=False)
    hurt = others("hurt", poison=True)
    ids = [f"{prefix}{number}-{item}" for prefix in ("calm", "hurt") for number in range(30) for item in range(10)]
    place.judge(10, "others' 95th percentile beside poison", ids, provoked="3 poison in 300",
                also=f"{calm * 1000:.0f} ms without, {hurt * 1000:.0f} ms with: {hurt / calm:.2f} x")
