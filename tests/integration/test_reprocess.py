"""Articles whose results older extractors made are read again, behind live work, as new versions with their old time of receipt."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import ROOT
from worker.ledger import Ledger, keys
from worker.ledger.jobs import Attempt
from worker.ledger.stale import Selection, read_again, stale
from worker.producer import submit


def finish(ledger: Ledger, article_id: str, version: int = 1, **made: int) -> Attempt:
    attempt = ledger.jobs.start(article_id, owner="test", process=1, lease_seconds=60)
    assert isinstance(attempt, Attempt)
    source = "Gazette" if article_id == "a" else "Herald"
    article = {"id": article_id, "source": source, "received_at": attempt.received.isoformat()}
    result = {"version": version, "article": article, "failures": [], "provenance": {"milliseconds": {}, "extractors": made}}
    assert ledger.jobs.commit(attempt, result)
    return attempt


@pytest.fixture
def three(ledger: Ledger) -> Ledger:
    """Three finished articles, of which two were made by an older `quotes`."""
    submit([{"id": name, "text": "Rain fell."} for name in "abc"], ledger=ledger)
    for name, version in (("a", 1), ("b", 1), ("c", 2)):
        finish(ledger, name, quotes=version, events=1)
    return ledger


def test_only_the_stale_are_chosen(three: Ledger) -> None:
    """By the extractors' versions, the publisher and the time of receipt."""
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert {name for name, _ in stale(three, Selection(versions={"quotes": 2, "events": 1}))} == {"a", "b"}
    assert {name for name, _ in stale(three, Selection(versions={"events": 1}))} == set()
    assert {name for name, _ in stale(three, Selection(versions={"quotes": 2}, source="Gazette"))} == {"a"}
    assert {name for name, _ in stale(three, Selection(versions={"quotes": 2}, since=later))} == set()
    assert {name for name, _ in stale(three, Selection(versions={"quotes": 2}, before=later, fresh_too=True))} == {"a", "b", "c"}


def test_other_lexicons_make_a_result_stale(three: Ledger) -> None:
    """Whatever the user added or took away may change every extractor's answer; an older result that does not tell has none."""
    fresh = {"quotes": 1, "events": 1}
    assert {name for name, _ in stale(three, Selection(versions=fresh))} == {"c"}
    assert {name for name, _ in stale(three, Selection(versions=fresh, lexicons="0123456789abcdef"))} == {"a", "b", "c"}
    assert {name for name, _ in stale(three, Selection(versions=fresh, lexicons="0123456789abcdef", source="Gazette"))} == {"a"}


def test_the_command_reads_the_lexicons_that_are_set(three: Ledger, tmp_path: Path) -> None:
    """A word added to the folder makes all results stale; a wrong line stops the command before it queues anything."""
    own = tmp_path / "products.txt"
    own.write_text("Gullphone\n", encoding="utf-8")
    environment = {**os.environ, "WIREDESK_REDIS_URL": three.url, "WIREDESK_LEXICONS": str(tmp_path)}
    command = [sys.executable, "-m", "worker", "reprocess", "--only", "summary"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60, capture_output=True, text=True)
    assert "3 queued" in ran.stderr
    own.write_text("Gullphone | X\n", encoding="utf-8")
    ran = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60, capture_output=True, text=True)
    assert (ran.returncode, three.status().queued) == (2, 3)
    assert "products.txt, line 1: 2 fields are 1 too many" in ran.stderr


def test_it_is_a_new_version_with_its_old_time(three: Ledger) -> None:
    """The result stays until the new one comes; the books balance."""
    before = three.jobs.state("a")
    assert before is not None
    time.sleep(0.02)
    assert read_again(three, "a", 1) == "queued"
    assert read_again(three, "a", 1) == "changed"
    assert three.results.get("a") is not None
    assert three.status().balanced
    attempt = finish(three, "a", 2, quotes=2)
    assert attempt.version == 2
    assert attempt.received == before.history[0].at
    assert attempt.accepted > attempt.received
    status = three.status()
    assert (status.accepted, status.done, status.balanced) == (4, 4, True)
    assert three.client.ttl(keys.ARTICLE + "a") > 0


def test_live_work_goes_first(three: Ledger) -> None:
    """They wait on the queue of low priority."""
    read_again(three, "a", 1)
    submit([{"id": "new", "text": "Snow fell."}], ledger=three)
    assert three.client.llen(keys.LOW) == 1
    assert three.jobs.state("a").priority == "low"  # type: ignore[union-attr]  # it was just queued


def test_what_is_gone_or_changed_is_left(three: Ledger) -> None:
    """No text, no job, another version: nothing is queued."""
    three.client.delete(keys.ARTICLE + "b")
    assert read_again(three, "b", 1) == "textless"
    assert read_again(three, "nobody", 1) == "changed"
    submit([{"id": "c", "text": "Other."}], ledger=three, replace=True)
    assert read_again(three, "c", 1) == "changed"


def test_the_command_counts_and_queues(three: Ledger) -> None:
    """`--dry-run` changes nothing; the command says what it did."""
    environment = {**os.environ, "WIREDESK_REDIS_URL": three.url}

    def command(*arguments: str) -> str:
        return subprocess.run([sys.executable, "-m", "worker", "reprocess", *arguments], cwd=ROOT, env=environment, check=True, timeout=60,
                              capture_output=True, text=True).stderr

    assert "3 stale" in command("--all", "--dry-run")
    assert three.status().queued == 0
    assert "3 queued" in command("--all")
    assert three.status().queued == 3
