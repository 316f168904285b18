"""Every change of a job's state, on a real server."""

from __future__ import annotations

import time

import orjson
import pytest

from tests.servers import Server, open_ledger
from worker.ledger import Ledger, keys
from worker.ledger.dead_letters import Filter
from worker.ledger.jobs import Attempt
from worker.producer import submit
from worker.transport import parse_hint

TEXT = "Seoul said on Monday that 1,500 troops had left."


def start(ledger: Ledger, article_id: str = "a", *, lease: float = 6, process: int = 1) -> Attempt:
    attempt = ledger.jobs.start(article_id, owner="w", process=process, lease_seconds=lease)
    assert isinstance(attempt, Attempt), attempt
    return attempt


def result(*, failures: tuple[str, ...] = (), entities: tuple[tuple[str, str], ...] = (("Q884", "South Korea"),)) -> dict[str, object]:
    return {"entities": [{"key": key, "name": name} for key, name in entities],
            "failures": [{"extractor": name, "error": ""} for name in failures],
            "provenance": {"milliseconds": {"parse": 20.5, "queued": 3}}}


def counts(ledger: Ledger) -> tuple[int, int, int, int, int]:
    status = ledger.status()
    assert status.balanced
    return status.accepted, status.done, status.dead, status.queued, status.in_flight


def test_an_article_ends_as_one_result(ledger: Ledger) -> None:
    """Submit, start, commit: result, stream, index and books agree."""
    [verdict] = submit([{"id": "a", "text": TEXT, "title": "Troops"}], ledger=ledger)
    assert (verdict.verdict, verdict.version, verdict.state) == ("accepted", 1, "queued")
    assert counts(ledger) == (1, 0, 0, 1, 0)
    attempt = start(ledger)
    assert counts(ledger) == (1, 0, 0, 0, 1)
    assert ledger.jobs.commit(attempt, result())
    assert counts(ledger) == (1, 1, 0, 0, 0)
    stored = ledger.results.get("a")
    assert stored is not None
    assert orjson.loads(stored)["entities"][0]["key"] == "Q884"
    [(_, entry)] = ledger.client.xrange(keys.RESULTS)
    assert (entry[b"id"], entry[b"version"], entry[b"status"]) == (b"a", b"1", b"done")
    assert ledger.results.mentions("Q884") == ledger.results.mentions("south  KOREA") == ["a"]
    assert ledger.client.ttl(keys.RESULT + "a") > 600_000
    job = ledger.jobs.state("a")
    assert job is not None
    assert [event.event for event in job.history] == ["accepted", "started", "done"]


def test_the_hint_carries_the_id_and_the_title_but_no_text(ledger: Ledger) -> None:
    """What Celery and monitors see is a guarded, valid message without the article's text."""
    submit([{"id": 'a"/\\é', "text": TEXT, "title": "Troops \x1b[31mleft"}], ledger=ledger)
    raw = ledger.client.lindex(keys.NORMAL, 0)
    message = parse_hint(raw, keys.NORMAL)
    assert orjson.loads(message["body"])[0] == ['a"/\\é']
    assert message["headers"]["argsrepr"] == 'a"/\\é Troops  [31mleft'
    assert b"1,500" not in raw


def test_the_same_article_twice_is_one_job(ledger: Ledger) -> None:
    """Same id and content: duplicate; other content: conflict; with replace: version 2, and version 1 is superseded."""
    first = {"id": "a", "text": TEXT}
    assert [verdict.verdict for verdict in submit([first, first], ledger=ledger)] == ["accepted", "duplicate"]
    [conflict] = submit([first | {"text": "Other."}], ledger=ledger)
    assert (conflict.verdict, conflict.ok) == ("conflict", False)
    assert "replace" in conflict.reason
    assert counts(ledger) == (1, 0, 0, 1, 0)
    [second] = submit([first | {"text": "Other."}], ledger=ledger, replace=True)
    assert (second.verdict, second.version) == ("accepted", 2)
    assert counts(ledger) == (2, 0, 1, 1, 0)
    [letter] = ledger.dead.list()
    assert (letter.reason, letter.version, letter.article()["text"]) == ("superseded", 1, TEXT)
    assert ledger.dead.replay_one(letter.letter) == "superseded"


def test_a_replaced_article_keeps_its_old_result_until_the_new_one(ledger: Ledger) -> None:
    """Version 2's commit takes version 1's place in result and index; the stream has both."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    ledger.jobs.commit(start(ledger), result())
    submit([{"id": "a", "text": "Other."}], ledger=ledger, replace=True)
    assert ledger.results.get("a") is not None
    ledger.jobs.commit(start(ledger), result(entities=(("Q159", "Russia"),)))
    assert ledger.results.mentions("Q884") == []
    assert ledger.results.mentions("Russia") == ["a"]
    assert [fields[b"version"] for _, fields in ledger.client.xrange(keys.RESULTS)] == [b"1", b"2"]
    assert counts(ledger) == (2, 2, 0, 0, 0)


def test_bad_articles_do_not_stop_good_ones(ledger: Ledger) -> None:
    """Each verdict stands at its article's place and names the field."""
    verdicts = submit([{"text": " "}, {"id": "b", "text": TEXT}, {"id": "c", "text": TEXT, "extractors": ["entitties"]}], ledger=ledger)
    assert [(verdict.verdict, verdict.id, verdict.field) for verdict in verdicts] == [
        ("invalid", "", "text"), ("accepted", "b", ""), ("invalid", "c", "extractors")]
    assert counts(ledger) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize(("limits", "detail"), [({"backlog": 2}, "too many"), ({"memory_refuse": 1e-9}, "memory")])
def test_a_full_system_says_so(server: Server, ledger: Ledger, limits: dict[str, object], detail: str) -> None:
    """Beyond the limits intake refuses with a time to come again, but a duplicate is still told."""
    with open_ledger(server.url, limits={"backlog": 2, "memory_refuse": 1}) as open_:
        submit([{"id": str(number), "text": TEXT} for number in range(2)], ledger=open_)
    ledger.client.delete(keys.MEMORY)
    with open_ledger(server.url, limits=limits) as full:
        known, new = submit([{"id": "0", "text": TEXT}, {"id": "new", "text": TEXT}], ledger=full)
    assert known.verdict == "duplicate"
    assert (new.verdict, new.retry_after > 0) == ("busy", True)
    assert detail in new.reason
    assert counts(ledger) == (2, 0, 0, 2, 0)


def test_a_second_start_finds_nothing_to_do(ledger: Ledger) -> None:
    """Doubled hints have no effect, whatever the state."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    attempt = start(ledger)
    assert ledger.jobs.start("a", owner="w", process=2, lease_seconds=6) == "started"
    ledger.jobs.commit(attempt, result())
    assert ledger.jobs.start("a", owner="w", process=2, lease_seconds=6) == "done"
    assert ledger.jobs.start("b", owner="w", process=2, lease_seconds=6) == "unknown"


def test_a_zombie_is_refused(ledger: Ledger) -> None:
    """After its lease ended and another took over, the first attempt's result, failure and renewal have no effect."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    zombie = start(ledger, lease=0.01, process=1)
    time.sleep(0.05)
    wait_out_start(ledger)
    ledger.call("reconcile", "test")
    assert ledger.jobs.renew("w", [("a", 1)], 6) == 0
    current = start(ledger, process=2)
    assert not ledger.jobs.commit(zombie, result())
    assert ledger.jobs.fail(zombie, "permanent", "x", "y") == "stale"
    assert ledger.jobs.process_lost("a", owner="w", process=1, reason="process_lost", error="") == "stale"
    assert ledger.jobs.renew("w", [("a", 2)], 6) == 1
    assert ledger.jobs.commit(current, result())
    assert not ledger.jobs.commit(current, result())
    assert ledger.client.xlen(keys.RESULTS) == 1
    assert counts(ledger) == (1, 1, 0, 0, 0)


def wait_out_start(ledger: Ledger) -> None:
    """The reconciler leaves leases alone in the server's first seconds."""
    while ledger.client.info("server")["uptime_in_seconds"] <= ledger.settings.ledger.lease_seconds:
        time.sleep(0.2)


def test_transient_failures_wait_and_then_end(server: Server) -> None:
    """Tried again with growing pauses; after the last attempt a dead letter with bytes and reason; replayed, it starts anew."""
    with open_ledger(server.url, ledger={"max_attempts": 3, "retry_base_seconds": 0.02, "reconcile_seconds": 0.01}) as ledger:
        ledger.client.flushall()
        submit([{"id": "a", "text": TEXT}], ledger=ledger)
        for expected in ("waiting", "waiting", "dead"):
            assert ledger.jobs.fail(start(ledger), "transient", "TransientError", "later", "parse") == expected
            time.sleep(0.15)
            ledger.call("reconcile", "test")
        assert counts(ledger) == (1, 0, 1, 0, 0)
        letter = ledger.dead.show("a")
        assert letter is not None
        assert (letter.attempts, letter.reason, letter.stage, letter.article()["text"]) == (3, "TransientError", "parse", TEXT)
        assert [answer for _, answer in ledger.dead.replay(Filter(reason="TransientError"))] == ["queued"]
        assert ledger.dead.replay_one(letter.letter) == "unknown"
        assert counts(ledger) == (1, 0, 0, 1, 0)
        assert ledger.jobs.commit(start(ledger), result())
        assert counts(ledger) == (1, 1, 0, 0, 0)


def wake(ledger: Ledger) -> None:
    """End every wait now."""
    ledger.client.delete(keys.RECONCILER)
    for article_id in ledger.client.zrange(keys.WAITING, 0, -1):
        ledger.client.zadd(keys.WAITING, {article_id: 0})
    ledger.call("reconcile", "test")


def test_what_kills_its_process_goes_to_quarantine(ledger: Ledger) -> None:
    """From the second death on the job runs on the quarantine's queue; after five attempts it is dead."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    queues = []
    for number in range(5):
        attempt = start(ledger, process=number)
        assert attempt.quarantined == (number >= 2)
        ledger.jobs.process_lost("a", owner="w", process=number, reason="process_lost", error="signal 9")
        wake(ledger)
        queues.append(next((queue for queue in keys.QUEUES if ledger.client.zscore(keys.QUEUED + queue, "a") is not None), None))
    assert queues == [keys.AGAIN, keys.QUARANTINE, keys.QUARANTINE, keys.QUARANTINE, None]
    assert counts(ledger) == (1, 0, 1, 0, 0)
    [letter] = ledger.dead.list()
    assert (letter.attempts, letter.crashes, letter.reason) == (5, 5, "process_lost")


def test_workers_that_are_lost_whole_do_not_condemn_what_they_read(ledger: Ledger) -> None:
    """An article in the hands of a worker that dies again and again has five more attempts, and no more."""
    wait_out_start(ledger)
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    for number in range(1, 11):
        assert start(ledger, lease=0.001).number == number
        time.sleep(0.02)
        wake(ledger)
    assert counts(ledger) == (1, 0, 1, 0, 0)
    [letter] = ledger.dead.list()
    assert (letter.attempts, letter.reason) == (10, "lease_ended")


def test_quarantine_holds_one_at_a_time(ledger: Ledger) -> None:
    """The second quarantined job waits without losing an attempt."""
    submit([{"id": name, "text": TEXT} for name in "ab"], ledger=ledger)
    for name in "ab":
        for process in (1, 2):
            start(ledger, name, process=process)
            ledger.jobs.process_lost(name, owner="w", process=process, reason="process_lost", error="")
            wake(ledger)
    first = start(ledger, "a")
    assert ledger.jobs.start("b", owner="w", process=9, lease_seconds=6) == "waiting"
    assert ledger.jobs.commit(first, result())
    time.sleep(1.2)
    ledger.call("reconcile", "test")
    assert start(ledger, "b").number == 3
    assert counts(ledger) == (2, 1, 0, 0, 1)


def test_lost_hints_come_back_and_waiting_ones_stay_alone(server: Server) -> None:
    """A hint that was popped and never started is given again; those still on the list are not touched."""
    with open_ledger(server.url, ledger={"reconcile_seconds": 0.01}) as ledger:
        ledger.client.flushall()
        submit([{"id": str(number), "text": TEXT} for number in range(50)], ledger=ledger)
        ledger.call("reconcile", "test")
        ledger.client.rpop(keys.NORMAL)
        ledger.client.rpop(keys.NORMAL)
        rehinted = []
        for _ in range(3):
            time.sleep(2.1)
            rehinted.append(ledger.call("reconcile", "test")[2])
        assert rehinted == [0, 2, 0]
        assert ledger.client.llen(keys.NORMAL) == 48
        assert ledger.client.llen(keys.AGAIN) == 2
        assert counts(ledger) == (50, 0, 0, 50, 0)
        ledger.client.delete(keys.NORMAL, keys.AGAIN)
        for _ in range(2):
            time.sleep(2.1)
            ledger.call("reconcile", "test")
        assert ledger.client.llen(keys.AGAIN) == 50


def test_a_takedown_leaves_nothing(ledger: Ledger) -> None:
    """Text, result, index, stream copies and dead letters go; downstream learns of it; the books still balance."""
    submit([{"id": name, "text": TEXT} for name in ("done", "queued", "dead")], ledger=ledger)
    ledger.jobs.commit(start(ledger, "done"), result())
    ledger.jobs.fail(start(ledger, "dead"), "permanent", "LanguageError", "no")
    assert all(ledger.jobs.delete(name) for name in ("done", "queued", "dead"))
    assert not ledger.jobs.delete("done")
    assert counts(ledger) == (3, 1, 2, 0, 0)
    assert ledger.results.mentions("Q884") == []
    assert [fields[b"status"] for _, fields in ledger.client.xrange(keys.RESULTS)] == [b"deleted"] * 3
    assert all(not letter.body for letter in ledger.dead.list())
    assert ledger.client.keys("wiredesk:article:*") == ledger.client.keys("wiredesk:job:*") == []


def test_garbage_is_kept_with_its_bytes(ledger: Ledger) -> None:
    """What was never an article is listed, shown and exported, but counted apart and never replayed."""
    number = ledger.dead.bury(keys.NORMAL, "not_json", "it is no JSON", b"\xff\x00garbage")
    letter = ledger.dead.show(number)
    assert letter is not None
    assert (letter.id, letter.body) == (None, b"\xff\x00garbage")
    assert ledger.dead.replay_one(number) == "garbage"
    assert b"raw_base64" in next(ledger.dead.export())
    assert counts(ledger) == (0, 0, 0, 0, 0)
    assert ledger.dead.purge(Filter(reason="not_json"), dry_run=True) == 1
    assert ledger.dead.purge(Filter(reason="other")) == 0
    assert ledger.dead.purge(Filter(reason="not_json")) == 1
    assert ledger.dead.count() == 0


def test_scripts_survive_a_flush_of_the_cache(ledger: Ledger) -> None:
    """A server that has forgotten its scripts is told them again."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    ledger.client.script_flush()
    assert submit([{"id": "b", "text": TEXT}], ledger=ledger)[0].verdict == "accepted"
    ledger.client.script_flush()
    assert ledger.jobs.commit(start(ledger), result())


def test_metrics_tell_the_books(ledger: Ledger) -> None:
    """The text for Prometheus holds the counts and the stages' histograms."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger, source="http")
    ledger.jobs.commit(start(ledger), result(failures=("quotes",)))
    text = ledger.metrics()
    assert "wiredesk_articles_accepted_total 1\n" in text
    assert "wiredesk_conservation 1\n" in text
    assert 'wiredesk_articles_accepted_by_source_total{source="http"} 1' in text
    assert 'wiredesk_events_total{event="done",reason="partial"} 1' in text
    assert 'wiredesk_stage_seconds_bucket{stage="parse",le="0.05"} 1' in text


def test_a_replay_takes_nothing_from_the_counters(ledger: Ledger) -> None:
    """Prometheus takes a counter that falls for one that was reset: what was replayed has died all the same."""

    def dead_ever() -> str:
        return next(line for line in ledger.metrics().splitlines() if line.startswith("wiredesk_articles_dead_total "))

    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    for times in (1, 2):
        ledger.jobs.fail(start(ledger), "permanent", "LanguageError", "no")
        assert dead_ever() == f"wiredesk_articles_dead_total {times}"
        [letter] = ledger.dead.list()
        assert ledger.dead.replay_one(letter.letter) == "queued"
        assert dead_ever() == f"wiredesk_articles_dead_total {times}"
        assert counts(ledger) == (1, 0, 0, 1, 0)
        assert "wiredesk_conservation 1\n" in ledger.metrics()


def test_a_takedown_finds_letters_that_outlived_their_job(ledger: Ledger) -> None:
    """A replaced version's letter goes although its job has expired, and so do bytes that were refused and gave the id."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    submit([{"id": "a", "text": "Other."}], ledger=ledger, replace=True)
    ledger.jobs.commit(start(ledger), result())
    ledger.dead.bury("celery", "conflict", "other content", TEXT.encode(), article_id="a")
    ledger.dead.bury("celery", "invalid", "no id", b"of nobody", article_id="\ud800")
    assert ledger.dead.count() == 3
    ledger.client.delete(*(kind + "a" for kind in (keys.JOB, keys.HISTORY, keys.ARTICLE, keys.RESULT)))
    assert ledger.jobs.delete("a")
    assert [letter.body for letter in ledger.dead.list()] == [b"of nobody"]
    assert [fields[b"status"] for _, fields in ledger.client.xrange(keys.RESULTS)][-1] == b"deleted"
    assert not ledger.jobs.delete("a")
    assert counts(ledger) == (2, 1, 1, 0, 0)


def test_what_was_purged_may_come_again(ledger: Ledger) -> None:
    """A dead article is replayed as long as its letter is there; without it, it is accepted as its next version."""
    submit([{"id": "a", "text": TEXT}], ledger=ledger)
    ledger.jobs.fail(start(ledger), "permanent", "LanguageError", "no")
    assert submit([{"id": "a", "text": TEXT}], ledger=ledger)[0].verdict == "duplicate"
    assert ledger.dead.purge() == 1
    [again] = submit([{"id": "a", "text": TEXT}], ledger=ledger)
    assert (again.verdict, again.version, again.state) == ("accepted", 2, "queued")
    assert counts(ledger) == (2, 0, 1, 1, 0)
    assert ledger.jobs.commit(start(ledger), result())
    assert counts(ledger) == (2, 1, 1, 0, 0)
