"""Rows 17 and 24: a long run of new words, and the price of delivery."""

from __future__ import annotations

import contextlib
import os
import random
import string
import time

import psutil
import pytest

from tests.benchmarks.queue_price import measure
from tests.faults.conftest import QUICK, Place
from tests.load import SENTENCE, drained, submit_patiently
from tests.servers import Worker, wait_for

#: Twenty minutes; WD_SOAK_SECONDS for another time.
SECONDS = float(os.environ.get("WD_SOAK_SECONDS", "1200"))
#: Articles a second: at least 20,000 in the time.
RATE = int(os.environ.get("WD_SOAK_RATE", "18"))
#: Share of the time after which memory must not grow any more: until then the caches of words, some 50,000 each, fill.
WARM = 0.6


@pytest.mark.faults
@pytest.mark.timeout(SECONDS + 600)
def test_17_a_soak_of_new_words(place: Place) -> None:
    """Names that nobody has seen before, all the time, through spaCy: memory and the server's keys stay where they were."""
    chance = random.Random(3)
    short = {"WIREDESK_RETENTION__RESULT_DAYS": "0.0002", "WIREDESK_RETENTION__VERSION_DAYS": "0.0002",
             "WIREDESK_RETENTION__STREAM_LENGTH": "1000"}
    worker = Worker(place.server.url, environment=QUICK | short)
    ids, samples, began = [], [], time.monotonic()
    try:
        while (passed := time.monotonic() - began) < SECONDS:
            batch = []
            for _ in range(RATE):
                words = " ".join("".join(chance.choices(string.ascii_lowercase, k=chance.randint(4, 11))).capitalize() for _ in range(12))
                batch.append({"id": f"s-{len(ids) + len(batch)}", "text": f"{words} said so. {SENTENCE}", "extractors": ["entities"]})
            submit_patiently(place.ledger, batch)
            ids += [item["id"] for item in batch]
            samples.append((passed, _megabytes(worker.pid), place.ledger.client.dbsize()))
            time.sleep(max(0.0, len(ids) / RATE - (time.monotonic() - began)))
        wait_for(lambda: drained(place.ledger), 120)
        status = place.ledger.status()
        assert (status.done, status.dead) == (len(ids), 0)
        slope = _slope([(at / 60, size) for at, size, _ in samples if at > SECONDS * WARM])
        time.sleep(25)
        base = place.ledger.client.dbsize()
        place.judge(17, "soak of new words", [], provoked=f"{SECONDS / 60:.0f} min, {len(ids):,} articles",
                    also=f"{slope:+.2f} MB a minute after warm-up; {max(keys for _, _, keys in samples):,} keys at most, {base} at the end")
        assert slope < 1
        assert base < 60
    finally:
        worker.close()


def _megabytes(pid: int) -> float:
    """Memory of the worker's own, all its processes together."""
    parent, own = psutil.Process(pid), 0
    for process in (parent, *parent.children(recursive=True)):
        # One may just have ended.
        with contextlib.suppress(psutil.NoSuchProcess):
            own += process.memory_full_info().uss
    return own / 1e6


def _slope(points: list[tuple[float, float]]) -> float:
    middle = sum(at for at, _ in points) / len(points)
    level = sum(size for _, size in points) / len(points)
    return sum((at - middle) * (size - level) for at, size in points) / sum((at - middle) ** 2 for at, _ in points)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_24_the_price(place: Place) -> None:
    """Figures for the table; what they must be is judged by a person, on a machine that does nothing else."""
    figures = measure(2_000)
    place.ledger.ping()
    time.sleep(0.5)
    place.judge(24, "price against plain Celery", [], provoked=f"{figures['articles']:,} no-ops x {figures['rounds']}",
                also=f"submit {figures['submit_ratio']:.1f} x apply_async; consume {figures['consume_ratio']:.2f} x")
