"""Rows 11, 16, 18, 22 and 23: many producers, a burst, consumers that stall, a monitor that dies, replays that break off."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.conftest import Place
from tests.faults.test_kills import commanded
from tests.load import submit_patiently
from tests.servers import ROOT, open_ledger, wait_for
from worker import processes
from worker.consumer import missed, results
from worker.ledger import keys
from worker.ledger.dead_letters import Filter
from worker.ledger.jobs import Attempt
from worker.producer import submit


def test_11_the_same_article_from_everywhere(place: Place) -> None:
    """One id a thousand times from twenty threads is one result; other content under it is refused or becomes a version."""
    place.worker()
    article = {"id": "same", "text": "@sleep 0.1"}

    def send(_: int) -> str:
        with open_ledger(place.server.url) as ledger:
            return "".join(verdict.verdict[0] for verdict in submit([article] * 50, ledger=ledger))

    with ThreadPoolExecutor(20) as threads:
        verdicts = "".join(threads.map(send, range(20)))
    assert (verdicts.count("a"), verdicts.count("d")) == (1, 999)
    [other] = submit([article | {"text": "Other."}], ledger=place.ledger)
    assert other.verdict == "conflict"
    place.drain()
    [second] = submit([article | {"text": "Other."}], ledger=place.ledger, replace=True)
    assert second.version == 2
    place.drain()
    place.judge(11, "one id from 20 threads, then other content", ["same"], provoked="1,002 submits", also="conflict, then version 2")
    assert place.ledger.status().done == 2


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_16_a_burst(place: Place) -> None:
    """100,000 articles wait for a slow worker: no hint is given twice, memory stays bounded, intake says no at its limit, order is kept."""
    count = 100_000
    with open_ledger(place.server.url, limits={"backlog": count}) as ledger:
        slow = place.worker(concurrency=1)
        submit(commanded(300, "@sleep 2", prefix="slow"), ledger=ledger)
        wait_for(lambda: ledger.status().in_flight, 60)
        began = time.monotonic()
        for at in range(0, count, 5_000):
            submit(({"id": f"burst-{number}", "text": f"Report {number}."} for number in range(at, min(at + 5_000, count))), ledger=ledger)
        rate = count / (time.monotonic() - began)
        [full] = submit([{"id": "one too many", "text": "x"}], ledger=ledger)
        assert full.verdict == "busy"
        time.sleep(10)
        status = ledger.status()
        assert status.counters.get("recovered", 0) == 0
        assert ledger.client.llen(keys.NORMAL) == ledger.client.zcard(keys.QUEUED + keys.NORMAL)
        memory = ledger.client.info("memory")["used_memory"] / status.queued
        slow.close()
        order = [article_id.decode() for article_id in ledger.client.zrange(keys.QUEUED + keys.NORMAL, 0, -1)]
        assert order == sorted(order, key=lambda name: (name.startswith("burst"), int(name.split("-")[1])))
        ledger.client.flushall()
    place.judge(16, "burst with a slow worker", [], provoked=f"{count:,} articles",
                also=f"{rate:,.0f} a second accepted, {memory:,.0f} bytes each, no hint twice, then busy")


def committed(place: Place, count: int, prefix: str = "c") -> list[str]:
    """Results without a worker: started and committed here."""
    submit_patiently(place.ledger, commanded(count, prefix=prefix))
    for number in range(count):
        attempt = place.ledger.jobs.start(f"{prefix}-{number}", owner="w", process=1, lease_seconds=60)
        assert isinstance(attempt, Attempt)
        place.ledger.jobs.commit(attempt, {"failures": [], "provenance": {"milliseconds": {}}})
    return [f"{prefix}-{number}" for number in range(count)]


def test_18_a_consumer_that_stalls_holds_trimming_back(place: Place) -> None:
    """Trimming never passes a living group; a dead reader's entries are taken over; a group silent for too long learns what it missed."""
    ids = committed(place, 120)
    with open_ledger(place.server.url, retention={"stream_length": 10}) as ledger:
        stalled = results(group="stalled", consumer="dead reader", ledger=ledger)
        taken = [next(stalled) for _ in range(5)]
        other = list(results(group="other", ledger=ledger, follow=False))
        for delivery in other:
            delivery.acknowledge()
        assert len(other) == 120
        ledger.call("trim", 1_000)
        assert ledger.client.xlen(keys.RESULTS) == 120
        taken[0].acknowledge()
        ledger.call("trim", 1_000)
        assert ledger.client.xlen(keys.RESULTS) == 119
        again = [delivery.id for delivery in results(group="stalled", consumer="heir", ledger=ledger, follow=False, take_over_ms=0)]
        assert sorted(again) == sorted(ids[1:])
    with open_ledger(place.server.url, retention={"stream_length": 10, "group_hours": 1 / 3_600}) as ledger:
        time.sleep(1.2)
        silent = ledger.call("trim", 1_000)[2]
        assert b"stalled" in silent
        assert ledger.client.xlen(keys.RESULTS) == 10
        assert missed(ledger, "stalled") == 109
        assert missed(ledger, "stalled") == 0
    place.judge(18, "a consumer group stalls, then dies", [], provoked="120 results",
                also="never trimmed past it while it lived, 109 missed then")


def test_18_reading_resumes_where_it_stopped(place: Place) -> None:
    """Without a group a reader goes on after the entry that it names."""
    ids = committed(place, 30)
    first = []
    for delivery in results(ledger=place.ledger):
        first.append(delivery)
        if len(first) == 10:
            break
    rest = list(results(after=first[-1].entry, ledger=place.ledger, follow=False))
    assert [delivery.id for delivery in first + rest] == ids


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_22_a_monitor_that_dies(place: Place) -> None:
    """Flower is killed, restarted and flooded with events: articles are not touched; it answers nobody without the password."""
    port = processes.free_port()
    database = place.server.folder / "flower"
    command = [sys.executable, "-m", "celery", "-A", "worker.app", "flower", f"--port={port}", "--address=127.0.0.1",
               "--basic-auth=desk:secret", "--persistent=True", f"--db={database}", "--state-save-interval=500"]
    environment = {**os.environ, "WIREDESK_REDIS_URL": place.server.url}
    items = commanded(600, "@sleep 0.01")
    place.worker("-E")

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: status(f"http://127.0.0.1:{port}/tasks") == 401, 60)
        return process

    def status(url: str, secret: str = "") -> int:
        request = urllib.request.Request(url)
        if secret:
            request.add_header("Authorization", "Basic " + base64.b64encode(secret.encode()).decode())
        with contextlib.suppress(ConnectionError, urllib.error.URLError):
            try:
                return urllib.request.urlopen(request, timeout=10).status
            except urllib.error.HTTPError as error:
                return error.code
        return 0

    monitor = start()
    try:
        submit_patiently(place.ledger, items[:300])
        wait_for(lambda: place.ledger.status().done > 50, 60)
        monitor.send_signal(signal.SIGKILL)
        monitor.wait(10)
        submit_patiently(place.ledger, items[300:])
        place.drain()
        monitor = start()
        assert status(f"http://127.0.0.1:{port}/tasks", "desk:secret") == 200
        assert status(f"http://127.0.0.1:{port}/api/workers", "desk:wrong") == 401
        place.judge(22, "Flower killed and restarted", [item["id"] for item in items], provoked="1 kill", also="401 without password")
    finally:
        monitor.kill()
        monitor.wait(10)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_23_replays_that_break_off(place: Place) -> None:
    """Thousands of dead letters replayed by two at once, one of them killed half-way, then again: one result each."""
    count = 10_000
    ids = [f"d-{number}" for number in range(count)]
    submit_patiently(place.ledger, ({"id": article_id, "text": f"Report {article_id}."} for article_id in ids), 300)
    for article_id in ids:
        attempt = place.ledger.jobs.start(article_id, owner="w", process=1, lease_seconds=60)
        assert isinstance(attempt, Attempt)
        place.ledger.jobs.fail(attempt, "permanent", "LanguageError", "no model")
    place.ledger.client.delete(keys.NORMAL)
    assert place.ledger.status().dead == count
    command = [sys.executable, "-m", "worker", "dead", "replay", "--reason", "LanguageError"]
    environment = {**os.environ, "WIREDESK_REDIS_URL": place.server.url}
    broken = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    wait_for(lambda: place.ledger.status().counters.get("replayed", 0) > count // 4, 60, pause=0.01)
    broken.kill()
    broken.wait(10)
    half = place.ledger.status().counters["replayed"]
    assert half < count
    place.worker()
    threads = [threading.Thread(target=lambda: list(place.ledger.dead.replay(Filter(reason="LanguageError")))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    place.drain(300)
    assert place.ledger.status().counters["replayed"] == count
    place.judge(23, "replay killed half-way, then twice at once", ids, provoked="3 replays", also=f"killed after {half:,}")
