"""Holding, draining, watching and saving a queue, by the commands an operator types, with a real worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.load import articles, drained
from tests.servers import ROOT, Server, Worker, open_ledger, wait_for
from worker.cli.top import Look, Rates, advice
from worker.errors import InputError
from worker.ledger import Ledger, Status, backup, keys
from worker.ledger.workers import Sign
from worker.producer import submit

#: What is tested stands above the server: one kind is enough.
SERVER_KINDS = ("valkey",)


def wiredesk(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WIREDESK_REDIS_URL": server.url, "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-m", "worker", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=120, check=False)


@pytest.fixture
def worker(server: Server, ledger: Ledger) -> Iterator[Worker]:
    running = Worker(server.url, concurrency=1)
    wait_for(ledger.workers.list, 90)
    yield running
    running.close()


def test_an_operator_holds_drains_and_watches(server: Server, ledger: Ledger, worker: Worker) -> None:
    """A paused worker starts nothing and loses nothing; drain refuses new articles and ends when the last has its end."""
    assert wiredesk(server, "pause", "--wait").returncode == 0
    assert all(verdict.ok for verdict in submit(articles(20), ledger=ledger))
    look = json.loads(wiredesk(server, "top", "--json").stdout)
    assert (look["queued"], look["in_flight"], look["done"]) == (20, 0, 0)
    assert [sign["processes"] for sign in look["workers"]] == [1]
    assert any("until `wiredesk resume`" in sentence for sentence in look["advice"])

    drain = wiredesk(server, "drain", "--timeout", "60")
    assert drain.returncode == 0, drain.stderr
    assert (ledger.status().done, ledger.status().balanced) == (20, True)
    (refused,) = submit(articles(1, prefix="late"), ledger=ledger)
    assert (refused.verdict, refused.retry_after > 0) == ("busy", True)

    assert wiredesk(server, "resume").returncode == 0
    assert submit(articles(1, prefix="late"), ledger=ledger)[0].ok
    wait_for(lambda: drained(ledger), 30)
    assert wiredesk(server, "alive").returncode == 0
    assert worker.stop() < 30
    assert ledger.workers.list() == []
    assert wiredesk(server, "alive").returncode == 1


def test_a_worker_that_is_loading_is_waited_for(server: Server, ledger: Ledger) -> None:
    """It tells so at once: whoever waits for results is not told that none runs; it counts as a worker when it reads."""
    ledger.workers.seen(Sign(name="a/1/1", version="1", processes=0, reading=0, memory_mib=0))
    assert (ledger.workers.list(), ledger.workers.loading()) == ([], True)
    ledger.workers.gone("a/1/1")
    assert ledger.workers.loading() is False
    running = Worker(server.url, concurrency=1)
    try:
        wait_for(ledger.workers.loading, 60, pause=0.01)
        assert ledger.workers.list() == []
        wait_for(ledger.workers.list, 60)
        assert ledger.workers.loading() is False
    finally:
        running.close()
    refused = Worker(server.url, environment={"WIREDESK_MODEL": "no_such_model"})
    try:
        assert refused.process.wait(60) == 2
        assert (ledger.workers.list()[1:], ledger.workers.loading()) == ([], False)
    finally:
        refused.close()


def test_a_hint_taken_while_work_is_held_comes_back(ledger: Ledger) -> None:
    """Whoever starts a job while work is held is told so, and the job stays queued."""
    submit(articles(1), ledger=ledger)
    ledger.holds.hold("work")
    assert ledger.jobs.start("n-0", owner="o", process=1, lease_seconds=5) == "held"
    ledger.holds.release("work")
    assert not isinstance(ledger.jobs.start("n-0", owner="o", process=1, lease_seconds=5), str)


def test_a_hold_ends_by_itself_where_it_was_given_a_time(ledger: Ledger) -> None:
    ledger.holds.hold("quiet", seconds=0.2)
    assert ledger.holds.held() == ("quiet",)
    wait_for(lambda: not ledger.holds.held(), 5)


def test_a_backup_holds_everything_of_one_moment(server: Server, ledger: Ledger, tmp_path: Path) -> None:
    """Open and finished jobs, dead letters and books come back as they were; what came later is gone."""
    submit(articles(30), ledger=ledger)
    attempt = ledger.jobs.start("n-0", owner="o", process=1, lease_seconds=30)
    assert not isinstance(attempt, str)
    ledger.jobs.fail(attempt, "permanent", "unreadable", "nothing to read")
    assert wiredesk(server, "backup", str(tmp_path / "b")).returncode == 0
    before = ledger.status()

    submit(articles(5, prefix="later"), ledger=ledger)
    refused = wiredesk(server, "restore", str(tmp_path / "b"))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert wiredesk(server, "restore", "--replace", str(tmp_path / "b")).returncode == 0
    assert replace(ledger.status(), oldest_seconds=None) == replace(before, oldest_seconds=None)
    assert ledger.client.llen(keys.NORMAL) == 30
    assert ledger.jobs.state("later-0") is None
    assert ledger.dead.count() == 1


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign"])
def test_a_damaged_backup_changes_nothing(ledger: Ledger, tmp_path: Path, damage: str) -> None:
    submit(articles(3), ledger=ledger)
    file = tmp_path / "b"
    backup.write(ledger, file)
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-20], "changed": whole[:60] + b"?" + whole[61:], "foreign": b"something else"}[damage])
    with pytest.raises(InputError, match="no whole backup"):
        backup.restore(ledger, file, replace=True)
    assert ledger.status().queued == 3


def test_advice_names_what_is_wrong() -> None:
    """Each sentence is said when it is due, and only then."""
    def status(**changes: int) -> Status:
        values = {"accepted": 100, "done": 90, "dead": 0, "queued": 8, "in_flight": 2, "waiting": 0, "quarantined": 0} | changes
        return Status(**values, oldest_seconds=1.0, counters={}, alarms={})

    def said(now: Status, pace: Rates, *signs: Sign) -> str:
        return " ".join(advice(Look(at=0, status=now, workers=list(signs), loading=False, stages={}, memory=0.1), pace))

    sign = Sign(name="a/1/1", version="1", processes=2, reading=2, memory_mib=1)
    steady = Rates(accepted=5, done=5, dead=0, recovered=0, stages={})
    assert said(status(), steady, sign) == "All is well."
    assert "no worker runs" in said(status(), steady)
    assert "about 4 processes" in said(status(), Rates(accepted=10, done=5, dead=0, recovered=0, stages={}), sign)
    assert "backlog is gone in about 2 s" in said(status(), Rates(accepted=1, done=5, dead=0, recovered=0, stages={}), sign)
    assert "do not balance" in said(status(done=1), steady, sign)
    assert "two versions" in said(status(), steady, sign, Sign(name="b/1/1", version="2", processes=2, reading=2, memory_mib=1))
    assert "no sign of life" in said(status(), steady, sign, Sign(name="b/1/1", version="1", processes=2, reading=0, memory_mib=1,
                                                         silent=60))


def test_top_tells_of_a_worker_that_is_starting(server: Server, ledger: Ledger) -> None:
    """While the model is loaded nobody is told that no worker runs."""
    assert all(verdict.ok for verdict in submit(articles(3), ledger=ledger))
    look = json.loads(wiredesk(server, "top", "--json").stdout)
    assert (look["worker_starting"], "no worker runs" in " ".join(look["advice"])) == (False, True)
    running = Worker(server.url, concurrency=1)
    try:
        wait_for(ledger.workers.loading, 60, pause=0.01)
        running.signal(signal.SIGSTOP)
        look = json.loads(wiredesk(server, "top", "--json").stdout)
        assert (look["worker_starting"], look["advice"][0]) == (True, "A worker is starting: it loads its model, which takes some seconds.")
        assert "no worker runs" not in " ".join(look["advice"])
        running.signal(signal.SIGCONT)
        wait_for(lambda: drained(ledger), 90)
        look = json.loads(wiredesk(server, "top", "--json").stdout)
        assert (look["worker_starting"], look["advice"]) == (False, ["All is well."])
    finally:
        running.close()


def test_two_servers_hold_each_its_own(ledger: Ledger, server: Server) -> None:
    """A hold is the ledger's: every client of the server sees it."""
    ledger.holds.hold("intake")
    with open_ledger(server.url) as other:
        assert other.holds.held() == ("intake",)
        assert other.status().alarms.keys() == {"held_intake"}
