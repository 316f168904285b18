"""The guarded transport lets hints through, clean, and names what is none; queues take fair turns."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.faults.garbage import KINDS, envelope, fuzz
from worker.app import broker_url
from worker.ledger import keys
from worker.transport import MAX_HINT_BYTES, FairCycle, GarbageError, parse_hint


def test_a_hint_is_made_anew_from_its_id() -> None:
    """Limits, expiry and callbacks that others wrote are not taken over."""
    hostile = envelope()
    hostile["headers"] |= {"timelimit": "soon", "expires": "yesterday", "eta": [], "callbacks": [{}], "argsrepr": "x" * 10_000}
    clean = parse_hint(json.dumps(hostile).encode(), keys.NORMAL)
    assert json.loads(clean["body"])[0] == ["somebody"]
    assert not {"timelimit", "expires", "eta", "callbacks"} & clean["headers"].keys()
    assert len(clean["headers"]["argsrepr"]) == 300


@pytest.mark.parametrize("kind", KINDS)
def test_garbage_is_named(kind: str) -> None:
    """Each kind has a short reason and one sentence."""
    with pytest.raises(GarbageError) as caught:
        parse_hint(KINDS[kind], keys.NORMAL)
    assert caught.value.reason.replace("_", "").isalnum()
    assert str(caught.value)


def test_fuzz_raises_nothing_else() -> None:
    """Whatever comes, it is garbage, not a crash."""
    for item in fuzz(2_000, seed=5):
        with pytest.raises(GarbageError):
            parse_hint(item, keys.NORMAL)


@pytest.mark.parametrize("article_id", ["", "x" * 201, "\ud800", 7, None])
def test_only_an_articles_id_is_an_argument(article_id: object) -> None:
    """Its length and characters are checked before a worker sees it."""
    with pytest.raises(GarbageError):
        parse_hint(json.dumps(envelope(body=json.dumps([[article_id], {}, {}]), properties={"delivery_tag": "1"})).encode(), keys.NORMAL)


def test_a_huge_item_is_not_parsed() -> None:
    """Beyond the largest hint nothing is read."""
    with pytest.raises(GarbageError, match="at most"):
        parse_hint(b" " * (MAX_HINT_BYTES + 1), keys.NORMAL)


def test_no_queue_starves() -> None:
    """With all queues full, twelve turns give six to high, three to normal, and one each to the others."""
    cycle = FairCycle(keys.QUEUES)
    served = Counter(cycle.rotate(cycle.consume(5)[0]) for _ in range(120))
    assert served == {keys.HIGH: 60, keys.NORMAL: 30, keys.LOW: 10, keys.AGAIN: 10, keys.QUARANTINE: 10}


def test_an_empty_queue_passes_its_turn_on() -> None:
    """A turn's other queues follow by rank, recovered jobs first."""
    cycle = FairCycle()
    cycle.update([keys.LOW, keys.NORMAL, keys.AGAIN])
    assert cycle.consume(3) == [keys.AGAIN, keys.NORMAL, keys.LOW]
    assert cycle.consume(1) == [keys.AGAIN]


@pytest.mark.parametrize(("url", "celery"), [
    ("redis://:secret@host:6380/2", "redis://:secret@host:6380/2"),
    ("unix:///run/s?db=3", "redis+socket:///run/s?virtual_host=3"),
    ("sentinel://:pw@a:1,b/desk?db=1", "sentinel://:pw@a:1/1;sentinel://:pw@b:26379/1"),
])
def test_urls_are_told_to_celery(url: str, celery: str) -> None:
    """A redis-py URL in Celery's words."""
    assert broker_url(url) == celery
