"""A downstream program that is killed again and again misses nothing and stores nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT, open_ledger, wait_for
from worker import consumer
from worker.consumer import Delivery, once, results
from worker.ledger import Ledger, keys
from worker.ledger.jobs import Attempt
from worker.producer import submit

#: HANDOVER_RESULTS=10000 HANDOVER_KILLS=20 is the full measure.
RESULTS = int(os.environ.get("HANDOVER_RESULTS", "1500"))
KILLS = int(os.environ.get("HANDOVER_KILLS", "6"))

PROGRAM = """
import sqlite3, sys
from worker.consumer import once, results
from worker.ledger import connect
from worker.settings import load_settings
database = sqlite3.connect(sys.argv[1])
for delivery in results(group="archive", ledger=connect(load_settings()), take_over_ms=300):
    with once(delivery, database) as new:
        database.execute("INSERT INTO deliveries VALUES (?)", (delivery.id,))
        if new:
            database.execute("INSERT INTO articles VALUES (?, ?)", (delivery.id, delivery.result))
"""


#: What is tested stands above the server: one kind is enough.
SERVER_KINDS = ("valkey",)


def make_results(ledger: Ledger, number: int) -> None:
    submit([{"id": f"a{at}", "text": "Rain fell."} for at in range(number)], ledger=ledger)
    for at in range(number):
        attempt = ledger.jobs.start(f"a{at}", owner="test", process=1, lease_seconds=600)
        assert isinstance(attempt, Attempt)
        ledger.jobs.commit(attempt, {"article": {"id": f"a{at}"}, "failures": [], "provenance": {"milliseconds": {}}})


def test_kills_neither_lose_nor_double(ledger: Ledger, tmp_path: Path) -> None:
    """Every result is seen at least once, and handed over exactly once."""
    make_results(ledger, RESULTS)
    path = tmp_path / "archive.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE articles (id TEXT, result TEXT)")
    database.execute("CREATE TABLE deliveries (id TEXT)")
    database.commit()
    environment = {**os.environ, "WIREDESK_REDIS_URL": ledger.url}
    chooser = random.Random(5)

    def handed() -> int:
        return int(database.execute("SELECT COUNT(*) FROM articles").fetchone()[0])

    for kill in range(KILLS + 1):
        reader = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], cwd=ROOT, env=environment)
        try:
            if kill < KILLS:
                target = (kill + 1) * RESULTS // (KILLS + 2)
                wait_for(lambda target=target: handed() >= target, 120, pause=0.005)
                time.sleep(chooser.random() / 20)
            else:
                wait_for(lambda: handed() == RESULTS, 120)
                wait_for(lambda: ledger.client.xpending("wiredesk:results", "archive")["pending"] == 0, 30)
        finally:
            reader.send_signal(signal.SIGKILL)
            reader.wait(10)
    assert database.execute("SELECT COUNT(*), COUNT(DISTINCT id) FROM articles").fetchone() == (RESULTS, RESULTS)
    assert database.execute("SELECT COUNT(DISTINCT id) FROM deliveries").fetchone() == (RESULTS,)
    database.close()


def test_a_failed_hand_over_comes_again(ledger: Ledger) -> None:
    """What the block wrote is undone, nothing is acknowledged, and the next reader gets it."""
    make_results(ledger, 1)
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE articles (id TEXT)")
    with pytest.raises(ZeroDivisionError):
        for delivery in results(group="g", ledger=ledger, follow=False):
            with once(delivery, database):
                database.execute("INSERT INTO articles VALUES (?)", (delivery.id,))
                raise ZeroDivisionError
    assert database.execute("SELECT COUNT(*) FROM articles").fetchone() == (0,)
    time.sleep(0.05)
    seen = []
    for delivery in results(group="g", ledger=ledger, follow=False, take_over_ms=1):
        for _ in range(2):
            with once(delivery, database) as new:
                seen.append(new)
    assert seen == [True, False]
    with open_ledger(ledger.url) as other:
        assert list(results(group="g", ledger=other, follow=False, take_over_ms=1)) == []


def read(ledger: Ledger, text: str, *, expired: bool = False, replace: bool = False) -> int:
    """Submit the article "a" and read it; gives its version."""
    if expired:
        ledger.client.delete(*(kind + "a" for kind in (keys.JOB, keys.HISTORY, keys.ARTICLE, keys.RESULT)))
    [verdict] = submit([{"id": "a", "text": text}], ledger=ledger, replace=replace)
    assert verdict.verdict == "accepted"
    attempt = ledger.jobs.start("a", owner="test", process=1, lease_seconds=600)
    assert isinstance(attempt, Attempt)
    assert ledger.jobs.commit(attempt, {"schema": "wiredesk.result/1", "version": attempt.version,
                                        "article": {"id": "a", "sha256": verdict_sha(ledger), "text": text},
                                        "failures": [], "provenance": {"milliseconds": {}}})
    return attempt.version


def verdict_sha(ledger: Ledger) -> str:
    job = ledger.jobs.state("a")
    assert job is not None
    return job.sha256


def stored(ledger: Ledger, database: sqlite3.Connection) -> list[str]:
    """Read on as `once` tells to, and give what the consumer then holds of the article."""
    database.execute("CREATE TABLE IF NOT EXISTS articles (id TEXT PRIMARY KEY, text TEXT)")
    for delivery in results(group="archive", ledger=ledger, follow=False):
        with once(delivery, database) as new:
            if new and delivery.status == "deleted":
                database.execute("DELETE FROM articles WHERE id = ?", (delivery.id,))
            elif new and delivery.result:
                database.execute("INSERT OR REPLACE INTO articles VALUES (?, ?)",
                                 (delivery.id, json.loads(delivery.result)["article"]["text"]))
    return [text for (text,) in database.execute("SELECT text FROM articles")]


def test_an_id_that_comes_again_is_handed_over(ledger: Ledger) -> None:
    """After a takedown, and after its retention, an id's next content has the next version; each takedown is carried out."""
    database = sqlite3.connect(":memory:")
    assert read(ledger, "First.") == 1
    assert stored(ledger, database) == ["First."]
    for version in (2, 3):
        assert ledger.jobs.delete("a")
        assert stored(ledger, database) == []
        assert read(ledger, "Second.") == version
        assert stored(ledger, database) == ["Second."]
    assert read(ledger, "Third.", expired=True) == 4
    assert stored(ledger, database) == ["Third."]
    entries = [(fields[b"version"], fields[b"status"]) for _, fields in ledger.client.xrange(keys.RESULTS)]
    assert len(entries) == len(set(entries))


def test_a_takedown_that_is_taken_up_late_leaves_newer_versions(ledger: Ledger) -> None:
    """The program in the module's description, as it stands there: one reader stalls with the takedown, another stores what came after."""
    program = textwrap.dedent("    for" + (consumer.__doc__ or "").split("    for", 2)[2].split("\n\n")[0])
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE articles (id TEXT, version INTEGER, result BLOB)")

    def reading(group: str) -> Iterator[Delivery]:
        return results(group=group, ledger=ledger, follow=False, take_over_ms=1)

    def run() -> list[int]:
        exec(compile(program, "description", "exec"), {"results": reading, "once": once, "database": database})
        return [version for (version,) in database.execute("SELECT version FROM articles ORDER BY version")]

    assert read(ledger, "First.") == 1
    assert run() == [1]
    assert ledger.jobs.delete("a")
    stalling = next(results(group="archive", consumer="stalling", ledger=ledger, follow=False))
    assert (stalling.status, stalling.version) == ("deleted", 1)
    assert read(ledger, "Second.") == 2
    [newer] = results(group="archive", ledger=ledger, follow=False)
    with once(newer, database) as new:
        assert new
        database.execute("INSERT INTO articles VALUES (?, ?, ?)", (newer.id, newer.version, newer.result))
    time.sleep(0.05)  # longer than `take_over_ms`
    assert run() == [2]
    assert ledger.client.xpending(keys.RESULTS, "archive")["pending"] == 0
    # `once` still knows it as handed over.
    with once(newer, database) as new:
        assert not new
    assert ledger.jobs.delete("a")
    assert run() == []


def test_once_tells_contents_apart_where_versions_were_forgotten(ledger: Ledger) -> None:
    """Beyond `retention.version_days`, or with another server, the content decides, and a takedown clears the way for the same again."""
    database = sqlite3.connect(":memory:")
    for text in ("First.", "Second."):
        ledger.client.delete(keys.VERSION + "a")
        assert read(ledger, text, expired=True) == 1
        assert stored(ledger, database) == [text]
    assert ledger.jobs.delete("a")
    assert stored(ledger, database) == []
    ledger.client.delete(keys.VERSION + "a")
    assert read(ledger, "Second.") == 1
    assert stored(ledger, database) == ["Second."]


def test_what_was_replaced_is_delivered_without_the_newer_result(ledger: Ledger) -> None:
    """An entry never carries another version's result; one that stands while its successor is read still has its own."""
    read(ledger, "First.")
    submit([{"id": "a", "text": "Second."}], ledger=ledger, replace=True)
    [first] = results(ledger=ledger, follow=False)
    assert first.result is not None
    ledger.jobs.commit(ledger.jobs.start("a", owner="test", process=1, lease_seconds=600),
                       {"version": 2, "article": {"id": "a", "sha256": verdict_sha(ledger), "text": "Second."},
                        "failures": [], "provenance": {"milliseconds": {}}})
    found = [(delivery.version, delivery.result and json.loads(delivery.result)["version"])
             for delivery in results(ledger=ledger, follow=False)]
    assert found == [(1, None), (2, 2)]


def test_what_a_command_tells_does_not_stand_among_its_data(ledger: Ledger) -> None:
    """A warning goes to standard error: `wiredesk follow` prints results and nothing else."""
    read(ledger, "First.")
    assert len(list(results(group="lines", ledger=ledger, follow=False))) == 1
    ledger.client.hset(keys.GROUP + "lines", "missed", 3)
    ran = subprocess.run([sys.executable, "-m", "worker", "follow", "--group", "lines", "--end"], cwd=ROOT, check=True, timeout=60,
                         capture_output=True, text=True, env={**os.environ, "WIREDESK_REDIS_URL": ledger.url})
    assert "results_missed" in ran.stderr
    assert all(json.loads(line) for line in ran.stdout.splitlines())
