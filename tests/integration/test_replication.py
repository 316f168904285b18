"""A submit that waits for replicas: confirmed, not confirmed in time, asked again; on a real primary and a real replica."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import ROOT, Gateway, Server, open_ledger, server_binaries, wait_for
from worker import processes
from worker.producer import submit

WISHED = {"wait_replicas": 1, "wait_ms": 300}


@pytest.fixture(params=sorted(server_binaries()))
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """A primary and its replica, in step."""
    binary, port = server_binaries()[request.param], processes.free_port()
    primary = Server(binary, "--repl-diskless-sync-delay", "0", port=port)
    replica = Server(binary, "--replicaof", f"127.0.0.1 {port}", port=processes.free_port())
    with open_ledger(replica.url) as ledger:
        wait_for(lambda: ledger.client.info("replication").get("master_link_status") == "up", 30)
    with open_ledger(primary.url) as ledger:
        # What is written right after the copy Redis 7.0 sends with its next tick, up to a second later: only then are they in step.
        ledger.client.set("first", "write")
        assert ledger.client.execute_command("WAIT", 1, 10_000) == 1
        ledger.client.delete("first")
    yield primary, replica
    replica.close()
    primary.close()


def report(number: int) -> dict[str, str]:
    return {"id": f"n-{number}", "text": f"Report {number}."}


def test_a_submit_waits_for_the_wished_replicas(pair: tuple[Server, Server]) -> None:
    """Confirmed by one; not by two, nor by one that is frozen: then it is accepted and said to be not yet replicated."""
    primary, replica = pair
    with open_ledger(primary.url) as careless:
        [verdict] = submit([report(0)], ledger=careless)
        assert (verdict.verdict, verdict.replicated, verdict.reason) == ("accepted", None, "")
    with open_ledger(primary.url, submit=WISHED) as ledger:
        # The server forgets the scripts: what is sent again is waited for as well.
        ledger.client.script_flush()
        verdicts = submit([report(number) for number in range(1, 451)], ledger=ledger)
        assert {(verdict.verdict, verdict.replicated, verdict.reason) for verdict in verdicts} == {("accepted", True, "")}
        with open_ledger(replica.url) as copy:
            assert copy.jobs.state("n-450") is not None
        replica.process.send_signal(signal.SIGSTOP)
        [late] = submit([report(500)], ledger=ledger)
        assert (late.verdict, late.ok, late.replicated) == ("accepted", True, False)
        assert "not yet replicated: 0 of 1 replicas confirmed it within 300 ms" in late.reason
        replica.process.send_signal(signal.SIGCONT)
        wait_for(lambda: submit([report(500)], ledger=ledger)[0].replicated, 10)
        [again] = submit([report(500)], ledger=ledger)
        assert (again.verdict, again.replicated, again.reason) == ("duplicate", True, "")
        [invalid, conflict] = submit([{"text": ""}, {"id": "n-500", "text": "Other."}], ledger=ledger)
        assert (invalid.replicated, conflict.verdict, conflict.replicated) == (None, "conflict", None)
    with open_ledger(primary.url, submit={"wait_replicas": 2, "wait_ms": 100}) as wishful:
        [verdict] = submit([report(501)], ledger=wishful)
        assert "1 of 2 replicas" in verdict.reason


def test_producers_are_told(pair: tuple[Server, Server], tmp_path: Path) -> None:
    """Over HTTP, one and many, and by the command."""
    primary, replica = pair
    environment = {"WIREDESK_SUBMIT__WAIT_REPLICAS": "1", "WIREDESK_SUBMIT__WAIT_MS": "200"}
    gateway = Gateway(primary.url, environment=environment)
    try:
        with httpx.Client(base_url=gateway.address) as http:
            assert http.post("/v1/articles", json=report(1)).json()["replicated"] is True
            replica.process.send_signal(signal.SIGSTOP)
            answer = http.post("/v1/articles", json=report(2))
            assert (answer.status_code, answer.json()["replicated"]) == (202, False)
            assert "not yet replicated" in answer.json()["detail"]
            [line] = http.post("/v1/articles", json=[report(3)]).json()["verdicts"]
            assert (line["status"], line["replicated"]) == (202, False)
            file = tmp_path / "news.jsonl"
            file.write_text('{"id": "n-4", "text": "Report 4."}\n')
            ran = subprocess.run(
                [sys.executable, "-m", "worker", "submit", str(file)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
                env={**os.environ, **environment, "WIREDESK_REDIS_URL": primary.url})
            assert ran.returncode == 0
            assert "1 of them not yet replicated" in ran.stderr
    finally:
        replica.process.send_signal(signal.SIGCONT)
        gateway.close()
