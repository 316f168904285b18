"""Publishes hints to RabbitMQ, where that is the broker: the lists of the ledger's server are an outbox that this module empties.

A script writes job and hint in one step, on the ledger's server; a hint leaves its list there only when the broker has confirmed it. So
none is lost between the two, and a broker that is away stops no producer. A producer publishes right after its step; what it could not
the reconciler publishes, and hints again what the broker itself has lost. A hint that comes twice has no effect: the ledger starts a job
once.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from redis.exceptions import LockError

from worker.errors import ConfigurationError
from worker.ledger import keys
from worker.ledger.server import masked
from worker.logs import get_logger

if TYPE_CHECKING:
    from worker.ledger import Ledger

log = get_logger(__name__)

#: Hints that are published before their confirmations are waited for.
BATCH: Final = 500
#: An exchange that carries nothing: its alternate says whose virtual host this is, for RabbitMQ refuses to declare it with another.
_OWNER: Final = "wiredesk.shard"
#: Queues outlive the broker's restart and are replicated where it has several nodes.
QUEUE_ARGUMENTS: Final = {"x-queue-type": "quorum"}

_CONNECT_SECONDS = 3
_CONFIRM_SECONDS = 5
_LOCK_SECONDS = 5
#: After a failure everybody goes on without trying for so long, doubled each time.
_REST_SECONDS = 2.0
_LONGEST_REST_SECONDS = 16.0

_relays: WeakKeyDictionary[Ledger, Relay] = WeakKeyDictionary()


def relay(ledger: Ledger) -> Relay | None:
    """Give the ledger's relay; None where its server is the broker itself, or where there are several servers."""
    if not ledger.settings.broker.url or ledger.home is not ledger:
        # Of several servers each has queues of its own (a virtual host): its workers know which.
        return None
    return _relays.setdefault(ledger, Relay(ledger.settings.broker.url))


class Relay:
    """Publishes one ledger's hints; safe to use from many threads, of which one works and the others need not wait."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._turn = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None
        self._pid = 0
        #: Whether this connection has carried hints.
        self._proven = False
        self._rest = _REST_SECONDS
        self._rest_until = 0.0
        #: Hints published on this channel, by the number under which the broker confirms each.
        self._published = 0
        self._unconfirmed: dict[int, bytes] = {}
        self._confirmed: list[bytes] = []
        #: Whether this connection's virtual host is known to be the server's own.
        self._claimed = False
        #: Whether it is another's.
        self._refused = False
        #: Why nothing is published now, for people; empty while all is well.
        self.trouble = ""

    def forward(self, ledger: Ledger, *, seconds: float = 60.0) -> int:
        """Publish the hints that wait, for so many seconds at most; gives how many. Nobody waits for a broker that is away."""
        if time.monotonic() < self._rest_until or not self._turn.acquire(blocking=False):
            return 0
        try:
            return self._forward(ledger, time.monotonic() + seconds)
        finally:
            self._turn.release()

    def lost(self, ledger: Ledger) -> int:
        """Look for hints that the broker has lost, and hint their jobs again; gives how many."""
        if time.monotonic() < self._rest_until or not self._turn.acquire(blocking=False):
            return 0
        try:
            taken: dict[str, int] = {}
            with self._reached():
                taken = self._taken(ledger)
            return int(ledger.call("hints", *(part for pair in taken.items() for part in pair))) if taken else 0
        finally:
            self._turn.release()

    def check(self) -> str:
        """Say which broker answers.

        Raises:
            ConnectionError: none does; says why.
        """
        known: dict[str, str] = {}
        with self._turn, self._reached():
            self._open()
            known = self._connection.connection.server_properties
        if not known:
            raise ConnectionError(self.trouble)
        return f"{known.get('product')} {known.get('version')} at {masked(self._url)}"

    def claim(self, ledger: Ledger) -> None:
        """Take the virtual host for the ledger's server, if several share the articles; a broker that is away is asked later.

        Raises:
            ConfigurationError: it is another server's.
        """
        try:
            with self._turn, self._reached():
                self._open()
                self._claim(ledger)
            if self._refused:
                raise ConfigurationError(self.trouble)
        finally:
            self._close()

    def _forward(self, ledger: Ledger, deadline: float) -> int:
        total = 0
        while self._rest_until <= time.monotonic() < deadline and any(waiting := _waiting(ledger)):
            lock = ledger.client.lock(keys.RELAY, timeout=_LOCK_SECONDS, blocking=False)
            with ledger.guard():
                if not lock.acquire():
                    break
            try:
                # After a lost connection once more: the broker may have been restarted since the last hint.
                with self._reached():
                    total += sum(self._publish(ledger, queue) for queue, length in zip(keys.QUEUES, waiting, strict=True) if length)
                    self._proven, self._rest = True, _REST_SECONDS
            finally:
                with contextlib.suppress(LockError), ledger.guard():
                    lock.release()
        return total

    def _publish(self, ledger: Ledger, queue: str) -> int:
        """Publish the oldest hints of a list and take off it what the broker has confirmed."""
        from amqp import Message

        from worker import transport

        self._open()
        self._claim(ledger)
        with ledger.guard():
            raws = list(reversed(ledger.client.lrange(queue, -BATCH, -1)))
        self._unconfirmed, self._confirmed = {}, []
        for raw in raws:
            try:
                hint = transport.parse_hint(raw, queue)
            except transport.GarbageError as error:
                log.warning("garbage_buried", queue=queue, reason=error.reason, error=str(error), bytes=len(raw))
                ledger.dead.bury(queue, error.reason, str(error), raw)
                self._confirmed.append(raw)
                continue
            self._published += 1
            self._unconfirmed[self._published] = raw
            self._channel.basic_publish(
                Message(hint["body"], content_type="application/json", content_encoding="utf-8", delivery_mode=2,
                        correlation_id=hint["properties"]["correlation_id"], application_headers=hint["headers"]),
                exchange="", routing_key=queue, mandatory=True)
        try:
            deadline = time.monotonic() + _CONFIRM_SECONDS
            while self._unconfirmed:
                self._connection.drain_events(timeout=max(0.001, deadline - time.monotonic()))
        finally:
            self._take_off(ledger, queue)
        return len(self._confirmed)

    def _take_off(self, ledger: Ledger, queue: str) -> None:
        with ledger.guard():
            pipeline = ledger.client.pipeline(transaction=False)
            for raw in self._confirmed:
                pipeline.lrem(queue, -1, raw)
            pipeline.execute()

    def _taken(self, ledger: Ledger) -> dict[str, int]:
        """Give, for each queue, the number below which every hint has left the broker.

        Numbers and lists are read before the broker's depths: what is published in between counts twice, and nothing is believed lost
        that is on its way.
        """
        self._open()
        self._claim(ledger)
        with ledger.guard():
            pipeline = ledger.client.pipeline(transaction=True)
            pipeline.hmget(keys.SEQUENCES, keys.QUEUES)
            for queue in keys.QUEUES:
                pipeline.llen(queue)
            newest, *waiting = pipeline.execute()
        taken = {}
        for queue, number, length in zip(keys.QUEUES, newest, waiting, strict=True):
            answer = self._declare(queue)
            # A queue without a leader answers that nothing is on it and nobody reads it: that is no knowledge.
            if answer.consumer_count:
                taken[queue] = int(number or 0) - length - answer.message_count
        return taken

    def _open(self) -> None:
        if self._channel is not None and self._pid == os.getpid():
            return
        from kombu.connection import Connection

        from worker import amqps

        amqps.install()
        url, files = amqps.split(self._url)
        self._connection = Connection(  # type: ignore[no-untyped-call]  # kombu is untyped
            url, ssl=files, connect_timeout=_CONNECT_SECONDS, heartbeat=0, transport_options={"write_timeout": _CONFIRM_SECONDS})
        self._connection.ensure_connection(max_retries=url.count(";"), interval_start=0, interval_step=0.1)
        self._channel, self._pid = self._connection.channel(), os.getpid()
        for queue in keys.QUEUES:
            self._declare(queue)
        self._published, self._claimed = 0, False
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_confirmed)

    def _claim(self, ledger: Ledger) -> None:
        """See that the virtual host is not another server's: its workers would swallow the hints, whose articles they do not know."""
        from amqp.exceptions import PreconditionFailed

        if self._claimed:
            return
        with ledger.guard():
            place = (ledger.client.get(keys.SHARD) or b"").decode()
        if not place:
            return
        number = place.partition(" ")[0]
        try:
            self._channel.exchange_declare(_OWNER, "direct", durable=True, auto_delete=False,
                                           arguments={"alternate-exchange": f"{_OWNER}.{number}"})
        except PreconditionFailed:
            raise ConfigurationError(
                f"broker.url: the virtual host of {masked(self._url)} carries the hints of another of the servers in `shards` than this "
                f"one, which is {place}; each needs a virtual host of its own (rabbitmqctl add_vhost NAME). If it is to be this one's, "
                "delete it and add it again: the articles' hints are published anew") from None
        self._claimed = True

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            self._connection.collect()
        self._connection = self._channel = None

    def _declare(self, queue: str) -> Any:  # noqa: ANN401 - amqp's answer
        return self._channel.queue_declare(queue, durable=True, auto_delete=False, arguments=QUEUE_ARGUMENTS)

    def _on_confirmed(self, number: int, multiple: bool) -> None:
        numbers = [known for known in self._unconfirmed if known <= number] if multiple else [number]
        self._confirmed += [raw for known in numbers if (raw := self._unconfirmed.pop(known, None)) is not None]

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Swallow the broker's absence: note it, drop the connection and rest a while."""
        from amqp.exceptions import AMQPError
        from kombu.exceptions import OperationalError

        try:
            yield
        except ConfigurationError as error:
            self.trouble, self._refused = str(error), True
            log.warning("broker_refused", error=str(error))
            self._close()
            self._rest_until = time.monotonic() + _LONGEST_REST_SECONDS
        except (AMQPError, OperationalError, OSError) as error:
            self.trouble = f"the broker at {masked(self._url)} takes no hints ({type(error).__name__}: {error}); they wait in the ledger"
            log.warning("broker_awaited", error=f"{type(error).__name__}: {error}"[:300])
            self._close()
            # A connection that was closed may only be old: it is tried anew at once. One that is silent would only cost time.
            if not self._proven or isinstance(error, TimeoutError):
                self._rest_until = time.monotonic() + self._rest
                self._rest = min(2 * self._rest, _LONGEST_REST_SECONDS)
            self._proven = False
        else:
            self.trouble, self._refused = "", False


def _waiting(ledger: Ledger) -> list[int]:
    with ledger.guard():
        pipeline = ledger.client.pipeline(transaction=False)
        for queue in keys.QUEUES:
            pipeline.llen(queue)
        lengths: list[int] = pipeline.execute()
    return lengths
