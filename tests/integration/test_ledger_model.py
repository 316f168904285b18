"""The ledger's scripts against a model: whatever is interleaved, the books balance and each accepted version has exactly one end."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.servers import Server, changed_settings, server_binaries
from worker.ledger import Ledger, connect, keys, scripts
from worker.ledger.jobs import Attempt
from worker.producer import submit
from worker.transport import parse_hint

_servers: list[Server] = []

IDS = st.sampled_from(["a", "b", "c/d"])
TEXTS = st.sampled_from(["One.", "Two."])
RESULT = {"entities": [{"key": "Q1", "name": "Name"}], "failures": [], "provenance": {"milliseconds": {"parse": 1.0}}}
#: Every time is a millisecond: a pause of a few ends any lease, wait or grace.
TIMES = dict.fromkeys(("lease_seconds", "renew_seconds", "reconcile_seconds", "retry_base_seconds", "retry_max_seconds"), 0.001)


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    _servers.append(Server(server_binaries()["valkey"]))
    time.sleep(1.1)  # the reconciler leaves leases alone for a server's first moments
    yield
    _servers.pop().close()


class LedgerModel(RuleBasedStateMachine):
    """Random ways through submit, start, crash, freeze, reconcile, commit, fail, replay, delete, lost hints."""

    def __init__(self) -> None:
        super().__init__()
        grace, scripts.HINT_GRACE_MS = scripts.HINT_GRACE_MS, 1
        self.ledger: Ledger = connect(changed_settings(ledger=TIMES), _servers[-1].url)
        scripts.HINT_GRACE_MS = grace
        self.ledger.client.flushall()
        #: What is known: content and state of each id's newest version; attempts that still run somewhere.
        self.content: dict[str, str] = {}
        self.version: dict[str, int] = {}
        self.accepted = 0
        self.running: list[Attempt] = []
        self.process = 0

    def teardown(self) -> None:
        self.finish()
        self.ledger.close()

    @rule(article_id=IDS, text=TEXTS, replace=st.booleans())
    def submit_article(self, article_id: str, text: str, replace: bool) -> None:
        [verdict] = submit([{"id": article_id, "text": text}], ledger=self.ledger, replace=replace)
        known = self.content.get(article_id)
        if known is None or (known != text and replace):
            assert verdict.verdict == "accepted"
            assert verdict.version > self.version.get(article_id, 0)
            self.version[article_id] = verdict.version
            self.content[article_id] = text
            self.accepted += 1
        else:
            assert verdict.verdict == ("duplicate" if known == text else "conflict")

    @rule(article_id=IDS, seconds=st.sampled_from([0.001, 60]))
    def start(self, article_id: str, seconds: float) -> None:
        self.process += 1
        attempt = self.ledger.jobs.start(article_id, owner="w", process=self.process, lease_seconds=seconds)
        if isinstance(attempt, Attempt):
            assert attempt.version == self.version[article_id]
            self.running.append(attempt)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), kind=st.sampled_from(["commit", "transient", "permanent", "crash", "forget"]))
    def end(self, data: st.DataObject, kind: str) -> None:
        """An attempt, current or long overtaken, ends in some way, perhaps twice."""
        attempt = data.draw(st.sampled_from(self.running))
        if kind == "forget":
            self.running.remove(attempt)
        elif kind == "commit":
            self.ledger.jobs.commit(attempt, RESULT)
        else:
            self.ledger.jobs.fail(attempt, kind, "reason", "error")

    @rule(queue=st.sampled_from(keys.QUEUES), count=st.integers(1, 3))
    def lose_hints(self, queue: str, count: int) -> None:
        self.ledger.client.rpop(queue, count)

    @rule()
    def reconcile(self) -> None:
        time.sleep(0.004)
        self.ledger.call("reconcile", "test")

    @rule()
    def trim(self) -> None:
        self.ledger.call("trim", 10)

    @rule(article_id=IDS)
    def delete(self, article_id: str) -> None:
        assert self.ledger.jobs.delete(article_id) == (article_id in self.content)
        self.content.pop(article_id, None)

    @rule()
    def replay(self) -> None:
        for _ in self.ledger.dead.replay():
            pass

    @invariant()
    def books_balance(self) -> None:
        status = self.ledger.status()
        assert status.balanced, status
        assert status.accepted == self.accepted
        assert status.queued + status.in_flight == self.ledger.client.zcard(keys.OPEN)
        assert not self.ledger.client.zcard(keys.OPEN) or status.oldest_seconds is not None

    @invariant()
    def no_result_twice(self) -> None:
        entries = Counter((fields[b"id"], fields[b"version"]) for _, fields in self.ledger.client.xrange(keys.RESULTS)
                          if fields[b"status"] != b"deleted")
        assert not entries or max(entries.values()) == 1, entries

    def finish(self) -> None:
        """A patient worker brings everything to its end."""
        for _ in range(400):
            status = self.ledger.status()
            if not status.queued + status.in_flight:
                break
            time.sleep(0.003)
            # Long leases of forgotten attempts end, too.
            for name in self.ledger.client.zrange(keys.LEASES, 0, -1):
                self.ledger.client.zadd(keys.LEASES, {name: 1})
            self.ledger.call("reconcile", "test")
            for queue in keys.QUEUES:
                while raw := self.ledger.client.rpop(queue):
                    [article_id], *_ = json.loads(parse_hint(raw, queue)["body"])
                    attempt = self.ledger.jobs.start(article_id, owner="w", process=0, lease_seconds=60)
                    if isinstance(attempt, Attempt):
                        self.ledger.jobs.commit(attempt, RESULT)
        status = self.ledger.status()
        assert (status.queued, status.in_flight) == (0, 0), status
        for article_id in self.content:
            job = self.ledger.jobs.state(article_id)
            assert job is not None
            assert job.state in ("done", "dead")
            assert (self.ledger.results.get(article_id) is not None) or job.state == "dead"


TestLedgerModel = LedgerModel.TestCase
TestLedgerModel.settings = settings(max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.faults
@pytest.mark.timeout(900)
class TestLedgerModelAtLength(LedgerModel.TestCase):
    """The same, for as long as a coffee."""

    settings = settings(max_examples=400, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck))
