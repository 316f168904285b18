"""`wiredesk dead`, as a person calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.servers import ROOT, Server
from worker.ledger import Ledger
from worker.ledger.jobs import Attempt
from worker.producer import submit


def wiredesk(server: Server, *arguments: str, columns: str = "200") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WIREDESK_REDIS_URL": server.url, "COLUMNS": columns}
    return subprocess.run([sys.executable, "-m", "worker", "dead", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                          check=False, timeout=60)


@pytest.fixture
def letters(ledger: Ledger) -> list[str]:
    """Two dead articles and one piece of garbage."""
    submit([{"id": name, "text": f"Text of {name}."} for name in ("a", "b")], ledger=ledger)
    for name, reason in (("a", "LanguageError"), ("b", "Gone")):
        attempt = ledger.jobs.start(name, owner="w", process=1, lease_seconds=6)
        assert isinstance(attempt, Attempt)
        ledger.jobs.fail(attempt, "permanent", reason, f"no {name}")
    ledger.dead.bury("wiredesk.normal", "not_json", "it is no JSON", b"\x1b[31m\xff")
    return [letter.letter for letter in ledger.dead.list()]


@pytest.mark.parametrize("command", ["show", "replay", "purge"])
def test_letters_are_named_alike(server: Server, ledger: Ledger, letters: list[str], command: str) -> None:
    """By number or id; who is not there is named, with where to look, and nothing is done."""
    unknown = wiredesk(server, command, "nope") if command == "show" else wiredesk(server, command, "a", "nope")
    assert unknown.returncode == 1
    assert "nope: is no dead letter's number and no dead article's id; `wiredesk dead list` shows them" in unknown.stderr
    assert ledger.dead.count() == 3
    assert wiredesk(server, command, letters[1]).returncode == 0
    assert ledger.dead.count() == (3 if command == "show" else 2)
    assert wiredesk(server, command, "a").returncode == 0
    assert ledger.dead.count() == (3 if command == "show" else 1)


def test_a_narrow_terminal_shows_whole_numbers(server: Server, ledger: Ledger, letters: list[str]) -> None:
    """At 80 columns no line is longer, each letter's number can be copied, and what is left out is in --json."""
    listed = wiredesk(server, "list", columns="80").stdout
    assert all(letter in listed for letter in letters)
    assert all(len(line) <= 80 for line in listed.splitlines())
    assert "LanguageError" in listed


def test_dead_letters_are_listed_exported_replayed_and_purged(server: Server, ledger: Ledger, letters: list[str], tmp_path: Path) -> None:
    """Every command does what it says, names what it cannot do, and asks before it touches all."""
    listed = wiredesk(server, "list", "--json")
    assert [orjson.loads(line)["reason"] for line in listed.stdout.splitlines()] == ["LanguageError", "Gone", "not_json"]
    table = wiredesk(server, "list", "--reason", "Gone").stdout
    assert "no b" in table
    assert "1 shown of 3 kept: 1 Gone" in table
    assert orjson.loads(wiredesk(server, "show", "a").stdout)["article"]["text"] == "Text of a."
    assert orjson.loads(wiredesk(server, "show", letters[2]).stdout)["raw_base64"]
    unknown = wiredesk(server, "show", "nobody")
    assert (unknown.returncode, "wiredesk dead list" in unknown.stderr) == (1, True)
    exported = tmp_path / "dead.jsonl"
    assert wiredesk(server, "export", str(exported)).returncode == 0
    assert len(exported.read_bytes().splitlines()) == 3
    assert wiredesk(server, "replay").returncode == 2
    assert wiredesk(server, "replay", "--before", "never", "--all").returncode == 2
    assert "1 would be queued again" in wiredesk(server, "replay", "--id", "a", "--dry-run").stderr
    assert ledger.status().dead == 2
    mixed = wiredesk(server, "replay", "--all")
    assert (mixed.returncode, "2 are queued again, 1 not" in mixed.stderr) == (1, True)
    assert "export it, mend it and submit it" in mixed.stderr
    assert (ledger.status().queued, ledger.status().dead, ledger.dead.count()) == (2, 0, 1)
    assert "1 are removed" in wiredesk(server, "purge", "--reason", "not_json").stderr
    assert ledger.dead.count() == 0
