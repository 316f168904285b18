"""`wiredesk submit` on a real server that dies in the middle: one sentence, nothing half-accepted, and a repetition doubles nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, open_ledger, server_binaries, wait_for
from tests.system.commands import environment, wiredesk

ARTICLES = 20_000


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(server_binaries()["valkey"], "--appendfsync", "always")
    yield running
    running.close()


def test_a_server_that_dies_amid_a_submit(server: Server, tmp_path: Path) -> None:
    """The command ends with status 1 and names the server; the same submit again accepts the rest, each article once."""
    lines = "".join(json.dumps({"id": f"a{number}", "text": f"Rain fell on town {number} on Monday."}) + "\n" for number in range(ARTICLES))
    path = tmp_path / "news.jsonl"
    path.write_text(lines, encoding="utf-8")
    env = environment(tmp_path, WIREDESK_REDIS_URL=server.url)
    program = [sys.executable, "-m", "worker", "submit", str(path)]
    command = subprocess.Popen(program, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with open_ledger(server.url) as ledger:
        wait_for(lambda: ledger.status().accepted > 500, 60)
    server.kill()
    _, told = command.communicate(timeout=60)
    assert command.returncode == 1
    assert b"does not answer" in told
    assert b"Traceback" not in told
    server.start()
    with open_ledger(server.url) as ledger:
        kept = ledger.status().accepted
        assert 500 < kept < ARTICLES
        assert ledger.status().balanced
        status, _, err = wiredesk("submit", str(path), env=env)
        assert status == 0, err
        after = ledger.status()
        assert (after.accepted, after.queued, after.balanced) == (ARTICLES, ARTICLES, True)


@pytest.mark.parametrize(("line", "sentence"), [
    ('{"text": ""}', "text: is empty"),
    ('{"text": "a", "txet": 1}', "txet: is no field"),
    ('{"text": "a", "extractors": ["quotes", "nonsense"]}', "extractors: there is no extractor 'nonsense'"),
    ('{"id": "taken", "text": "other"}', "has other content; submit with replace"),
])
def test_what_is_refused_is_named_and_the_rest_goes_through(server: Server, tmp_path: Path, line: str, sentence: str) -> None:
    """File, line and field, status 1; the line after it is accepted."""
    env = environment(tmp_path, WIREDESK_REDIS_URL=server.url)
    assert wiredesk("submit", "-", env=env, data=b'{"id": "taken", "text": "first"}\n')[0] == 0
    path = tmp_path / "news.jsonl"
    path.write_text(f'{line}\n{{"id": "good", "text": "Rain fell on Monday."}}\n', encoding="utf-8")
    status, _, err = wiredesk("submit", str(path), env=env)
    assert status == 1
    assert f"{path}:1: " in err
    assert sentence in err
    assert "1 accepted" in err


def test_a_full_backlog_is_waited_for(server: Server, tmp_path: Path) -> None:
    """The command says why it waits, and goes on as soon as there is room."""
    env = environment(tmp_path, WIREDESK_REDIS_URL=server.url, WIREDESK_LIMITS__BACKLOG="5")
    lines = "".join(json.dumps({"id": f"a{number}", "text": "Rain fell."}) + "\n" for number in range(8)).encode()
    command = subprocess.Popen([sys.executable, "-m", "worker", "submit", "-"], env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdin is not None
    command.stdin.write(lines)
    command.stdin.close()
    command.stdin = None
    with open_ledger(server.url) as ledger:
        wait_for(lambda: ledger.status().accepted == 5, 30)
        time.sleep(0.5)
        assert command.poll() is None
        for number in range(5):
            ledger.jobs.delete(f"a{number}")
        _, told = command.communicate(timeout=60)
    assert command.returncode == 0, told
    assert b"too many articles wait already" in told


def test_who_stops_a_submit_is_told_what_holds(server: Server, tmp_path: Path) -> None:
    """Ctrl-C while it waits: status 130, what was accepted stays; before, it says why nothing moves."""
    path = tmp_path / "news.jsonl"
    path.write_text('{"id": "a", "text": "Rain fell on Monday."}\n', encoding="utf-8")
    env = environment(tmp_path, WIREDESK_REDIS_URL=server.url)
    # Tests may run in the background, where a shell has Ctrl-C ignored.
    command = subprocess.Popen([sys.executable, "-m", "worker", "submit", str(path), "--wait"], env=env, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # noqa: PLW1509 - no threads here
    assert command.stderr is not None
    told = b""
    while b"no worker runs" not in told:
        line = command.stderr.readline()
        assert line, told
        told += line
    command.send_signal(signal.SIGINT)
    _, rest = command.communicate(timeout=60)
    assert command.returncode == 130
    assert b"stopped: 1 accepted; what was accepted will be read, and the same submit again doubles nothing" in rest
    with open_ledger(server.url) as ledger:
        assert ledger.status().queued == 1


def test_waiting_ends_when_an_article_is_taken_down(server: Server, tmp_path: Path) -> None:
    """It will never have a result: it is named, and the status is 1."""
    path = tmp_path / "news.jsonl"
    path.write_text('{"id": "gone", "text": "Rain fell on Monday."}\n', encoding="utf-8")
    env = environment(tmp_path, WIREDESK_REDIS_URL=server.url)
    command = subprocess.Popen([sys.executable, "-m", "worker", "submit", str(path), "--wait"], env=env, stderr=subprocess.PIPE)
    with open_ledger(server.url) as ledger:
        wait_for(lambda: ledger.jobs.state("gone") is not None, 60)
        ledger.jobs.delete("gone")
    _, told = command.communicate(timeout=60)
    assert command.returncode == 1
    assert b"gone: is not known any more" in told
