"""The commands at the edges: keys, export, watch and story, as a person types them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT
from worker.ledger import Ledger
from worker.ledger.jobs import Attempt
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.producer import submit
from worker.records import Article

BASE = (
    "A ferry with passengers ran aground off the northern coast on Tuesday night, the coastguard said. All of them were taken off by two "
    "lifeboats before dawn. The captain told investigators that the steering had failed in heavy rain. The company that runs the line will "
    "check its three sister ships. Unions have complained since spring that the fleet is too old."
)


#: What is tested stands above the server: one kind is enough.
SERVER_KINDS = ("valkey",)


def command(ledger: Ledger, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `wiredesk` on the ledger's server; no traceback ever reaches a user."""
    done = subprocess.run([sys.executable, "-m", "worker", *arguments], cwd=ROOT, env={**os.environ, "WIREDESK_REDIS_URL": ledger.url},
                          check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def story(ledger: Ledger, reader: Reader) -> Ledger:
    """Two versions of one article, read and committed as a worker does."""
    for name, text in (("first", BASE), ("second", BASE.replace("will check", "might check"))):
        submit([{"id": name, "text": text, "source": f"The {name}", "published_at": "2024-10-22"}], ledger=ledger)
        attempt = ledger.jobs.start(name, owner="test", process=1, lease_seconds=60)
        assert isinstance(attempt, Attempt)
        article = Article.parse({"id": name, "text": text, "source": f"The {name}", "published_at": "2024-10-22"})
        result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
        ledger.duplicates.place(result)
        assert ledger.jobs.commit(attempt, result)
    return ledger


def test_keys_are_made_shown_once_and_revoked(ledger: Ledger) -> None:
    """The key is data on standard output; the list shows no secret."""
    made = command(ledger, "keys", "create", "feeder", "--scope", "submit", "--per-minute", "5")
    key = made.stdout.strip()
    assert key.startswith("wd_")
    [listed] = json.loads(command(ledger, "keys", "list", "--json").stdout)
    assert (listed["name"], listed["scopes"], listed["per_minute"]) == ("feeder", ["submit"], 5)
    assert key[12:] not in command(ledger, "keys", "list").stdout
    command(ledger, "keys", "revoke", listed["number"])
    assert "there is no key" in command(ledger, "keys", "revoke", listed["number"], status=1).stderr
    assert "there is no scope 'write'" in command(ledger, "keys", "create", "x", "--scope", "write", status=1).stderr


def test_export_writes_what_is_kept(story: Ledger, tmp_path: Path) -> None:
    """Each article's newest result, as lines and as tables; a publisher narrows them down."""
    command(story, "export", str(tmp_path / "all.jsonl"))
    assert {json.loads(line)["article"]["id"] for line in (tmp_path / "all.jsonl").read_text().splitlines()} == {"first", "second"}
    command(story, "export", str(tmp_path / "one.csv"), "--source", "The second")
    with (tmp_path / "one-articles.csv").open(newline="", encoding="utf-8") as file:
        assert [row["article_id"] for row in csv.DictReader(file)] == ["second"]
    assert ".parquet" in command(story, "export", str(tmp_path / "x.xlsx"), status=1).stderr


def test_story_shows_sources_and_differences(story: Ledger) -> None:
    """Who carries it, as a copy of what, and what differs."""
    told = json.loads(command(story, "story", "second", "--json").stdout)
    assert [(source["id"], source["carries"], source["of"]) for source in told["sources"]] == [
        ("first", "original", None), ("second", "copied", "first")]
    assert "certainty" in {difference["kind"] for difference in told["differences"]}
    assert json.loads(command(story, "story", told["cluster"], "--json").stdout)["sources"] == told["sources"]
    assert "copied" in command(story, "story", "first").stdout
    assert "has no result" in command(story, "story", "nobody", status=1).stderr


def test_watch_takes_what_is_there(ledger: Ledger, tmp_path: Path) -> None:
    """Files are submitted and moved; what is wrong is named."""
    (tmp_path / "good.txt").write_text(BASE, encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    told = command(ledger, "watch", str(tmp_path), "--once", "--source", "Spool").stderr
    assert "good.txt: 1 submitted" in told
    assert "bad.jsonl:1: text: is required" in told
    assert ledger.status().accepted == 1
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["bad.jsonl", "bad.jsonl.errors.txt", "good.txt"]
    assert "is no folder" in command(ledger, "watch", str(tmp_path / "gone"), status=1).stderr
