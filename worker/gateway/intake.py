"""Reads the foreign intakes into the ledger so that a kill at any moment loses nothing.

The Celery list `wiredesk.intake`: each item is moved in one step into this reader's own pending list, submitted, and only then
removed. The stream `wiredesk:intake`: an entry is acknowledged and removed only after it was submitted. What a dead reader
left is taken over; what holds no article is dead-lettered with its bytes; while the ledger is full, nothing more is taken.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Literal

import redis

from worker.errors import ServerUnavailableError
from worker.gateway.envelopes import EnvelopeError, from_entry, from_message, trace_of_message
from worker.ledger import Ledger, keys
from worker.logs import get_logger
from worker.producer import Verdict, submit

log = get_logger(__name__)

#: Items taken at once.
BATCH = 100
#: Seconds for which a reader waits for news, and without a sign of life after which others take its items over.
WAIT_SECONDS = 1
DEAD_SECONDS = 10
#: The consumer group of the stream.
GROUP = "wiredesk"
#: Seconds between two tries while the server is away.
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Item:
    """One item in our hands: its bytes, what it holds, and how to let go of it."""

    raw: bytes
    release: Callable[[], None]
    value: Any = None
    #: The sender's W3C `traceparent`, if it gave one.
    trace: str = ""
    fault: EnvelopeError | None = None


class IntakeReader:
    """Reads both intakes in two threads from `start` to `stop`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._client = ledger.home.client
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._pending = keys.INTAKE_PENDING + self.name
        self._stopping = Event()
        self._threads = [Thread(target=self._loop, args=(step,), name=f"intake-{kind}", daemon=True)
                         for kind, step in (("list", self.read_list), ("stream", self.read_stream))]

    def start(self) -> None:
        """Begin reading."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _loop(self, step: Callable[[], float]) -> None:
        """Take step after step; each tells how many seconds to rest before the next."""
        while not self._stopping.is_set():
            try:
                rest = step()
            except (ServerUnavailableError, redis.RedisError) as error:
                log.warning("intake_waits", error=str(error))
                rest = _PAUSE_SECONDS
            if rest:
                self._stopping.wait(rest)

    def read_list(self) -> float:
        """Take up to a hundred items from the list, first those that are still pending; gives seconds to rest."""
        with self._ledger.guard():
            self._client.zadd(keys.INTAKE_READERS, {self.name: self._now()})
            self._take_over()
            held = self._client.lrange(self._pending, 0, -1)
            if not held:
                first = self._client.blmove(keys.INTAKE_QUEUE, self._pending, WAIT_SECONDS, "RIGHT", "LEFT")
                if first is None:
                    return 0
                pipeline = self._client.pipeline(transaction=False)
                for _ in range(BATCH - 1):
                    pipeline.lmove(keys.INTAKE_QUEUE, self._pending, "RIGHT", "LEFT")
                held = [raw for raw in reversed([first, *pipeline.execute()]) if raw is not None]
        # The oldest stands at the right.
        return self._settle("celery", [self._listed(raw) for raw in reversed(held)])

    def read_stream(self) -> float:
        """Take up to a hundred entries of the stream, first those that a dead reader left; gives seconds to rest."""
        with self._ledger.guard():
            self._create_group()
            claimed = self._client.xautoclaim(keys.INTAKE_STREAM, GROUP, self.name, min_idle_time=DEAD_SECONDS * 1_000, count=BATCH)[1]
            entries = [entry for entry in claimed if entry[1]]
            if not entries:
                answer = self._client.xreadgroup(GROUP, self.name, {keys.INTAKE_STREAM: ">"}, count=BATCH, block=WAIT_SECONDS * 1_000)
                entries = [entry for _, found in (answer or ()) for entry in found]
        return self._settle("stream", [self._streamed(number, fields) for number, fields in entries])

    def _settle(self, source: Literal["celery", "stream"], items: list[_Item]) -> float:
        """Submit what holds an article, bury what does not, and let go of each; gives seconds to wait when there is no room."""
        wait = 0
        articles = [item for item in items if item.fault is None]
        verdicts = iter(submit([item.value for item in articles], ledger=self._ledger, source=source,
                               traceparents=[item.trace for item in articles]))
        for item in items:
            if item.fault is not None:
                self._bury(source, item, item.fault.reason, str(item.fault))
                continue
            verdict: Verdict = next(verdicts)
            if verdict.verdict == "busy":
                wait = max(wait, verdict.retry_after)
                continue
            if verdict.ok:
                item.release()
            else:
                self._bury(source, item, verdict.verdict, verdict.reason, verdict.id)
        if wait:
            log.warning("intake_full", source=source, seconds=wait)
        return wait

    def _bury(self, source: str, item: _Item, reason: str, error: str, article_id: str = "") -> None:
        """Keep the bytes as a dead letter, then let go: a kill in between keeps them twice, never not at all."""
        letter = self._ledger.dead.bury(source, reason, error, item.raw, article_id=article_id)
        log.warning("intake_refused", source=source, reason=reason, letter=letter)
        item.release()

    def _listed(self, raw: bytes) -> _Item:
        def release() -> None:
            with self._ledger.guard():
                self._client.lrem(self._pending, -1, raw)

        try:
            return _Item(raw, release, from_message(raw), trace_of_message(raw))
        except EnvelopeError as fault:
            return _Item(raw, release, fault=fault)

    def _streamed(self, number: bytes, fields: dict[bytes, bytes]) -> _Item:
        def release() -> None:
            with self._ledger.guard():
                pipeline = self._client.pipeline(transaction=True)
                pipeline.xack(keys.INTAKE_STREAM, GROUP, number)
                pipeline.xdel(keys.INTAKE_STREAM, number)
                pipeline.execute()

        raw = fields.get(b"article") or b" ".join(name + b"=" + value for name, value in fields.items())
        try:
            return _Item(raw, release, from_entry(fields), fields.get(b"traceparent", b"").decode(errors="replace"))
        except EnvelopeError as fault:
            return _Item(raw, release, fault=fault)

    def _take_over(self) -> None:
        """Put back what dead readers had in hand, at the end from which the next item is taken."""
        for name in self._client.zrangebyscore(keys.INTAKE_READERS, "-inf", self._now() - DEAD_SECONDS * 1_000):
            left = keys.INTAKE_PENDING.encode() + name
            while self._client.lmove(left, keys.INTAKE_QUEUE, "LEFT", "RIGHT") is not None:
                log.info("intake_taken_over", reader=name.decode())
            self._client.zrem(keys.INTAKE_READERS, name)

    def _create_group(self) -> None:
        try:
            self._client.xgroup_create(keys.INTAKE_STREAM, GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _now(self) -> int:
        """Milliseconds by the server's clock, which all readers share."""
        seconds, microseconds = self._client.time()
        return int(seconds) * 1_000 + int(microseconds) // 1_000
