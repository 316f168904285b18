"""Rows 1 to 5: processes that are killed, stopped and frozen."""

from __future__ import annotations

import random
import signal
import threading
import time

import pytest

from tests.faults.conftest import Place
from tests.load import drained, submit_patiently
from tests.servers import wait_for
from worker.ledger import keys


def commanded(count: int, command: str = "@sleep 0.002", prefix: str = "n") -> list[dict[str, str]]:
    return [{"id": f"{prefix}-{number}", "text": f"Report {number}.\n{command}"} for number in range(count)]


def kill_rounds(place: Place, rounds: int, each: int, *, server_every: int = 0) -> list[str]:
    """Submit all the while, kill the worker's group at random moments of its work, every so often the server with it."""
    chance = random.Random(rounds)
    items = commanded(rounds * each)
    for number in range(rounds):
        submit_patiently(place.ledger, items[number * each:(number + 1) * each])
        worker = place.worker()
        done = place.ledger.status().done
        wait_for(lambda done=done: place.ledger.status().done > done or drained(place.ledger), 60, pause=0.002)
        time.sleep(chance.random() * 0.4)
        if server_every and number % server_every == server_every - 1:
            place.server.kill()
            worker.signal_group(signal.SIGKILL)
            place.server.start()
        worker.signal_group(signal.SIGKILL)
        worker.close()
    place.worker()
    place.drain(120)
    return [item["id"] for item in items]


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_01_workers_killed_under_load(place: Place) -> None:
    """25 kills of the whole group: nothing lost, nothing doubled, and something was recovered: the hole was hit."""
    ids = kill_rounds(place, 25, 200)
    place.judge(1, "kill -9 of the worker's group", ids, provoked="25 kills")
    assert place.ledger.status().counters["recovered"] > 0


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("place", [("--appendfsync", "everysec"), ("--appendfsync", "always")], indirect=True, ids=["everysec", "always"])
def test_02_workers_and_server_killed(place: Place, request: pytest.FixtureRequest) -> None:
    """12 kills, every fourth with the server's: nothing lost, nothing doubled."""
    ids = kill_rounds(place, 12, 150, server_every=4)
    policy = "always" if "always" in request.node.name else "everysec"
    place.judge(2, f"the same and kill -9 of the server ({policy})", ids, provoked="12 and 3 kills")


def test_03_a_process_killed_at_each_step(place: Place) -> None:
    """Killed after the start, in the middle, before and after the commit: one result each, attempts counted."""
    items = [{"id": f"{step}-{number}", "text": f"Report {number}."} for step in ("start", "before", "after") for number in range(3)]
    items += commanded(3, "@kill_first", "mid")
    submit_patiently(place.ledger, items)
    place.worker()
    place.drain()
    ids = [item["id"] for item in items]
    place.judge(3, "kill -9 of a child at start, mid, before and after commit", ids, provoked="12 kills")
    attempts = {article_id: place.ledger.jobs.state(article_id).attempts for article_id in ids}
    assert all(count == (1 if article_id.startswith("after") else 2) for article_id, count in attempts.items()), attempts


def stop_rounds(place: Place, stops: list[tuple[signal.Signals, ...]]) -> tuple[list[str], list[float]]:
    items = commanded(len(stops) * 150, "@sleep 0.02")
    submit_patiently(place.ledger, items)
    seconds = []
    for signals in stops:
        worker = place.worker()
        done = place.ledger.status().done
        wait_for(lambda done=done: place.ledger.status().done > done + 3 or drained(place.ledger), 60, pause=0.005)
        began = time.monotonic()
        for number in signals:
            worker.signal(number)
            time.sleep(0.3)
        worker.process.wait(40)
        seconds.append(time.monotonic() - began)
        worker.close()
    place.worker()
    place.drain(200)
    return [item["id"] for item in items], seconds


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_04_twenty_stops_under_load(place: Place) -> None:
    """SIGTERM, SIGQUIT and SIGINT twice: each stop ends within 25 seconds and loses nothing."""
    stops = [(signal.SIGTERM,)] * 10 + [(signal.SIGQUIT,)] * 6 + [(signal.SIGINT, signal.SIGINT)] * 4
    ids, seconds = stop_rounds(place, stops)
    place.judge(4, "SIGTERM, SIGQUIT, SIGINT twice", ids, provoked="20 stops", also=f"slowest stop {max(seconds):.1f} s")
    assert max(seconds) < 25


def test_04_a_stop_waits_for_a_long_article_no_longer_than_told(place: Place) -> None:
    """An article that takes longer than a stop may wait is left to the next worker."""
    submit_patiently(place.ledger, [{"id": "long", "text": "@sleep 30"}])
    worker = place.worker(WIREDESK_WORKER__STOP_SECONDS="2")
    wait_for(lambda: place.ledger.status().in_flight == 1, 30)
    assert worker.stop(15) < 12
    place.ledger.jobs.delete("long")


@pytest.mark.parametrize("signals", ["SIGQUIT", "SIGQUIT SIGQUIT", "SIGINT SIGINT", "SIGTERM SIGQUIT"])
def test_04_a_stop_half_way_through_a_job(place: Place, signals: str) -> None:
    """A signal between the two halves of a job on its way to a process: the worker still ends soon, and the job is read by the next one."""
    items = commanded(20, "@sleep 0.01", "half")
    submit_patiently(place.ledger, items)
    began = time.monotonic()
    place.worker(WD_SIGNALS_HALF_WAY=signals).process.wait(25)
    seconds = time.monotonic() - began
    place.worker()
    place.drain()
    place.judge(4, f"{signals} half-way through a job", [item["id"] for item in items], provoked="1 stop",
                also=f"ended {seconds:.1f} s after its start")
    assert seconds < 12


@pytest.mark.faults
def test_04_a_stop_while_the_server_says_nothing(place: Place) -> None:
    """The bound waits for no server: a worker with work at hand ends in time, and its work is done later."""
    items = commanded(40, "@sleep 0.3", "mute")
    submit_patiently(place.ledger, items)
    worker = place.worker()
    wait_for(lambda: place.ledger.status().done > 2, 30)
    place.server.process.send_signal(signal.SIGSTOP)
    try:
        seconds = worker.stop(40)
    finally:
        place.server.process.send_signal(signal.SIGCONT)
    place.worker()
    place.drain()
    place.judge(4, "SIGTERM while the server is frozen", [item["id"] for item in items], provoked="1 stop",
                also=f"stopped in {seconds:.1f} s")
    assert seconds < 25


def test_05_a_zombie_is_refused(place: Place) -> None:
    """Frozen for longer than its lease, then woken: its late commit is refused, the article has one result."""
    submit_patiently(place.ledger, [{"id": "z", "text": "@sleep 1"}])
    frozen = place.worker(concurrency=1)
    wait_for(lambda: place.ledger.status().in_flight == 1, 30)
    frozen.signal_group(signal.SIGSTOP)
    place.worker(concurrency=1)
    place.drain()
    frozen.signal_group(signal.SIGCONT)
    wait_for(lambda: place.ledger.status().counters.get("stale", 0) >= 1, 20)
    place.judge(5, "worker frozen longer than its lease, then woken", ["z"], provoked="1 zombie", also="late commit refused")
    assert place.ledger.jobs.state("z").attempts == 2


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_05_recovery_with_default_leases(place: Place) -> None:
    """With default settings an article of a dead worker is read again within ten seconds."""
    submit_patiently(place.ledger, [{"id": "r", "text": "@sleep 3"}])
    default = {"WIREDESK_LEDGER__LEASE_SECONDS": "6", "WIREDESK_LEDGER__RENEW_SECONDS": "2", "WIREDESK_LEDGER__RECONCILE_SECONDS": "1"}
    workers = [place.worker(concurrency=1, **default) for _ in range(2)]
    wait_for(lambda: place.ledger.status().in_flight == 1, 60)
    time.sleep(0.5)
    owner = int(place.ledger.client.hget(keys.JOB + "r", "owner").decode().split("/")[1])
    victim = next(worker for worker in workers if worker.pid == owner)
    began = time.monotonic()
    victim.signal_group(signal.SIGKILL)
    wait_for(lambda: place.ledger.jobs.state("r").attempts == 2, 30, pause=0.02)
    seconds = time.monotonic() - began
    place.drain()
    place.judge(5, "recovery with default leases", ["r"], provoked="1 kill", also=f"started again after {seconds:.1f} s")
    assert seconds < 10


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_21_a_hint_given_again_and_again(place: Place) -> None:
    """Leases that nobody renews end while the article is read, hints are copied: it runs more than once, with one result."""
    submit_patiently(place.ledger, [{"id": "v", "text": "@sleep_first 2.5"}])
    copy = place.ledger.client.lindex(keys.NORMAL, 0)
    for number in range(20):
        place.ledger.client.lpush(keys.NORMAL, copy.replace(b'"delivery_tag":"', b'"delivery_tag":"%d' % number))
    place.worker(WD_NEVER_RENEWS="1", WIREDESK_LEDGER__LEASE_SECONDS="0.8", WIREDESK_LEDGER__MAX_ATTEMPTS="50")
    place.drain(60)
    attempts = place.ledger.jobs.state("v").attempts
    place.judge(21, "lease shorter than the reading, hints copied 20 times", ["v"], also=f"{attempts} executions, 1 result")
    assert attempts > 1


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_15_a_clock_that_is_wrong_by_a_day(place: Place) -> None:
    """Only the server's clock counts: a worker a day ahead and one a day behind kill nothing early and make no storm."""
    items = commanded(100, "@sleep 0.01")
    submit_patiently(place.ledger, items)
    place.worker(WD_CLOCK_OFFSET="86400")
    place.worker(WD_CLOCK_OFFSET="-86400")
    place.drain()
    place.judge(15, "clocks a day ahead and a day behind", [item["id"] for item in items], provoked="2 wrong clocks")
    assert place.ledger.status().counters.get("recovered", 0) == 0


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_19_workers_come_and_go(place: Place) -> None:
    """From one worker to four and back to one while articles come: nothing lost, nothing doubled."""
    items = commanded(1_500, "@sleep 0.005")

    def submit_slowly() -> None:
        for at in range(0, len(items), 100):
            submit_patiently(place.ledger, items[at:at + 100])
            time.sleep(0.3)

    submitting = threading.Thread(target=submit_slowly)
    submitting.start()
    workers = [place.worker(concurrency=1)]
    for _ in range(3):
        time.sleep(2)
        workers.append(place.worker(concurrency=1))
    time.sleep(3)
    for worker in workers[:3]:
        worker.stop()
    submitting.join()
    place.drain(120)
    place.judge(19, "1, then 4, then 1 worker", [item["id"] for item in items], provoked="3 starts, 3 stops")


def test_20_an_older_and_a_newer_worker_side_by_side(place: Place) -> None:
    """Both read; results tell by which version; older envelopes are understood, a task of a newer version is kept with its bytes."""
    import base64
    import json

    items = commanded(60, "@sleep 0.02")
    submit_patiently(place.ledger, items)
    raw = json.loads(place.ledger.client.rpop(keys.NORMAL))
    old = raw | {"body": base64.b64encode(raw["body"].encode()).decode(),
                 "headers": raw["headers"] | {"timelimit": [None, None], "shadow": None},
                 "properties": raw["properties"] | {"body_encoding": "base64"}}
    newer = json.dumps(raw | {"headers": raw["headers"] | {"task": "wiredesk.translate"}}).encode()
    place.ledger.client.rpush(keys.NORMAL, json.dumps(old).encode())
    place.ledger.client.lpush(keys.NORMAL, newer)
    place.worker(concurrency=1, WD_VERSION="0.0.9", WIREDESK_RETENTION__RESULT_DAYS="6")
    place.worker(concurrency=1, WD_VERSION="0.2.0")
    place.drain()
    ids = [item["id"] for item in items]
    versions = {json.loads(place.ledger.results.get(article_id))["provenance"]["wiredesk"] for article_id in ids}
    place.judge(20, "an older and a newer worker, old envelopes, an unknown task", ids, also=f"read by {' and '.join(sorted(versions))}")
    assert versions == {"0.0.9", "0.2.0"}
    wait_for(lambda: place.ledger.dead.count() == 1, 10)
    letter = next(place.ledger.dead.list())
    assert (letter.reason, letter.body) == ("unknown_task", newer)
