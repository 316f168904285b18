"""A server whose memory is full can still be read, held, backed up and relieved: what is accepted stays within reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT
from worker.consumer import results
from worker.errors import ServerUnavailableError
from worker.ledger import Ledger, backups, keys
from worker.ledger.access import ApiKeys
from worker.ledger.jobs import Attempt
from worker.producer import submit
from worker.reconciler import Reconciler


@pytest.fixture
def full(ledger: Ledger) -> Iterator[Ledger]:
    """Three articles, of which one is done and one in hand; a group of readers; then no memory is left."""
    submit([{"id": name, "text": "Rain fell."} for name in "abc"], ledger=ledger)
    for name in "ab":
        attempt = ledger.jobs.start(name, owner="test", process=1, lease_seconds=600)
        assert isinstance(attempt, Attempt)
        if name == "a":
            assert ledger.jobs.commit(attempt, {"article": {"id": "a"}, "failures": [], "provenance": {"milliseconds": {}}})
    assert list(results(group="archive", after="$", ledger=ledger, follow=False)) == []
    ledger.client.xgroup_setid(keys.RESULTS, "archive", "0")
    ledger.client.config_set("maxmemory", "1mb")
    yield ledger
    ledger.client.config_set("maxmemory", "0")


def test_it_can_be_asked(full: Ledger) -> None:
    """State, history, result, books; new articles are told to wait."""
    job = full.jobs.state("a")
    assert job is not None
    assert [event.event for event in job.history] == ["accepted", "started", "done"]
    assert full.results.get("a") is not None
    assert (full.status().accepted, full.status().balanced) == (3, True)
    assert [verdict.verdict for verdict in submit([{"id": "d", "text": "Snow."}], ledger=full)] == ["busy"]


def test_readers_go_on_and_let_go(full: Ledger) -> None:
    """Trimming frees what every group has acknowledged: that must not wait for memory. A new group cannot be made."""
    [delivery] = results(group="archive", ledger=full, follow=False)
    delivery.acknowledge()
    assert full.client.xpending(keys.RESULTS, "archive")["pending"] == 0
    with pytest.raises(ServerUnavailableError, match="takes no writes"):
        next(results(group="newcomer", ledger=full, follow=False))


def test_it_can_be_held_and_backed_up(full: Ledger, tmp_path: Path) -> None:
    """An operator who finds it full pauses it, takes a backup and looks."""
    full.holds.hold("work", "intake")
    assert full.holds.held() == ("work", "intake")
    full.holds.release()
    attempt = full.jobs.state("b")
    assert attempt is not None
    assert full.jobs.process_lost("b", owner="test", process=1, reason="crash", error="gone") == "waiting"
    assert backups.write(full, tmp_path / "all.backup") > 5
    assert full.holds.held() == ()


def test_its_alarms_are_raised(full: Ledger) -> None:
    """The alarm that memory is full needs memory."""
    Reconciler(full, "test").round()
    assert any("memory" in sentence for sentence in full.status().alarms.values()), full.status().alarms


def test_a_key_with_a_limit_still_opens(ledger: Ledger) -> None:
    """Who may send so much a minute may still read."""
    access = ApiKeys(ledger)
    access.create("reader", ["read"], per_minute=5)
    ledger.client.config_set("maxmemory", "1mb")
    try:
        assert access.spend(access.list()[0]) == 0
    finally:
        ledger.client.config_set("maxmemory", "0")


def test_commands_say_what_they_find(full: Ledger) -> None:
    """No command ends in a traceback or in a sentence that the server is away when it is only full."""
    environment = {**os.environ, "WIREDESK_REDIS_URL": full.url}

    def wiredesk(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "worker", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                              timeout=60, check=False)

    told = wiredesk("status", "a", "--json")
    assert (told.returncode, json.loads(told.stdout)["state"]) == (0, "done"), told.stderr
    for arguments in (("status",), ("pause",), ("resume",), ("follow", "--end", "--group", "archive"), ("dead", "list")):
        assert wiredesk(*arguments).returncode == 0, arguments
