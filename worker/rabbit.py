"""Kombu's RabbitMQ transport, guarded as the one for Redis is: no message can kill a worker or vanish, and queues take fair turns.

RabbitMQ pushes: each queue hands a worker one hint more than it has processes. They wait here, and Celery gets one for each process that
is free, by the same turns as on Redis; what a stopping or holding worker has not handed on goes back at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import kombu.transport
from celery.worker.consumer import Consumer as CeleryConsumer
from celery.worker.state import maybe_shutdown
from kombu.transport import pyamqp

from worker import amqps, transport
from worker.ledger import keys
from worker.logs import get_logger
from worker.transport import MAX_HINT_BYTES, FairCycle, GarbageError

log = get_logger(__name__)

#: Longest pause between two tries to reach a broker that is away.
_PATIENCE_SECONDS = 5


def _nothing() -> None:
    pass


#: What a worker's parent goes on doing while it waits for the broker, each second: the tasks set it.
meanwhile: Callable[[], None] = _nothing


def install() -> None:
    """Make `amqp://` and `amqps://` brokers use the guarded transport, in this process."""
    kombu.transport.TRANSPORT_ALIASES.update({"amqp": f"{__name__}:Transport", "amqps": f"{__name__}:SSLTransport"})


def check_hint(message: Any, queue: str) -> dict[str, Any]:  # noqa: ANN401 - amqp's message
    """Check what lay on a queue of hints, and give a clean message of its id.

    Raises:
        GarbageError: it is no hint.
    """
    body, properties = raw_body(message), message.properties
    if len(body) > MAX_HINT_BYTES:
        raise GarbageError("too_large", f"it has {len(body):,} bytes; a hint has at most {MAX_HINT_BYTES:,}: submit articles, not messages")
    headers = properties.get("application_headers")
    if not isinstance(headers, dict):
        raise GarbageError("not_a_message", "it has no headers")
    transport.check_kind(properties.get("content_type"), headers)
    tag = headers.get("id")
    if not isinstance(tag, str) or not 0 < len(tag) <= 500:  # noqa: PLR2004 - any sane id
        raise GarbageError("no_id", "it has no id of its own")
    return transport.clean_hint(transport.article_of(body.decode(errors="replace")), tag, headers, queue)


def raw_body(message: Any) -> bytes:  # noqa: ANN401 - amqp's message
    """Give a message's bytes."""
    return message.body if isinstance(message.body, bytes) else str(message.body).encode()


class Channel(pyamqp.Channel):
    """The guarded channel."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - kombu's own
        super().__init__(*args, **kwargs)
        # Bytes stay what they are: what is no hint is kept as it came.
        self.auto_decode = False
        self._processes = 1
        self._cycle = FairCycle(keys.QUEUES)
        self._waiting: dict[str, deque[tuple[Callable[[Any], None], Any]]] = {queue: deque() for queue in keys.QUEUES}
        #: Delivery tags of the hints that Celery has.
        self._handed: set[int] = set()
        self._queues: dict[str, str] = {}

    def basic_qos(self, prefetch_size: int, prefetch_count: int, a_global: bool, argsig: str = "lBb") -> Any:  # noqa: ANN401, ARG002 - amqp's signature
        """Bound what each queue pushes: quorum queues know no bound over all of them. One more than processes, so that turns are kept."""
        self._processes = prefetch_count or 1
        return super().basic_qos(prefetch_size, self._processes + 1, False, argsig)

    def basic_consume(self, queue: str = "", *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Consume; what comes from a queue of hints is checked first and waits for its turn."""
        if queue in keys.QUEUES:
            kwargs["callback"] = partial(self._arrived, queue, kwargs["callback"])
            self._queues[kwargs["consumer_tag"]] = queue
        return super().basic_consume(queue, *args, **kwargs)

    def basic_cancel(self, consumer_tag: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Stop consuming, and give back what has not been handed on."""
        answer = super().basic_cancel(consumer_tag, *args, **kwargs)
        left = self._waiting.get(self._queues.pop(consumer_tag, ""), deque())
        while left:
            self.basic_reject(left.popleft()[1].delivery_tag, requeue=True)
        return answer

    def basic_ack(self, delivery_tag: int, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Acknowledge: a process is free for the next hint."""
        answer = super().basic_ack(delivery_tag, *args, **kwargs)
        self._free(delivery_tag)
        return answer

    def basic_reject(self, delivery_tag: int, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Reject: likewise."""
        answer = super().basic_reject(delivery_tag, *args, **kwargs)
        self._free(delivery_tag)
        return answer

    def _arrived(self, queue: str, callback: Callable[[Any], None], message: Any) -> None:  # noqa: ANN401
        try:
            clean = check_hint(message, queue)
        except GarbageError as error:
            raw = raw_body(message)
            log.warning("garbage_buried", queue=queue, reason=error.reason, error=str(error), bytes=len(raw))
            if transport.bury is not None:
                transport.bury(queue, error.reason, str(error), raw)
            self.basic_ack(message.delivery_tag)
            return
        message.body = clean["body"]
        message.properties = {"content_type": "application/json", "content_encoding": "utf-8", "delivery_mode": 2,
                              "correlation_id": clean["properties"]["correlation_id"], "application_headers": clean["headers"]}
        self._waiting[queue].append((callback, message))
        self._hand_on()

    def _free(self, delivery_tag: int) -> None:
        if delivery_tag in self._handed:
            self._handed.discard(delivery_tag)
            self._hand_on()

    def _hand_on(self) -> None:
        while len(self._handed) < self._processes and not transport.held:
            queue = next((queue for queue in self._cycle.consume(len(keys.QUEUES)) if self._waiting[queue]), None)
            if queue is None:
                return
            self._cycle.rotate(queue)
            callback, message = self._waiting[queue].popleft()
            self._handed.add(message.delivery_tag)
            callback(message)


class Connection(pyamqp.Connection):
    """A connection of guarded channels."""

    Channel = Channel


class Transport(pyamqp.Transport):
    """The guarded transport."""

    Connection = Connection


class SSLTransport(amqps.Transport):
    """The guarded transport, encrypted."""

    Connection = Connection


class Consumer(CeleryConsumer):  # type: ignore[misc]  # Celery is untyped
    """Celery's consumer; while the broker is away, the ledger may well be there, and what is being read must keep its leases."""

    class Blueprint(CeleryConsumer.Blueprint):  # type: ignore[misc]  # Celery is untyped
        """Without delayed delivery: it makes 84 queues for what the ledger delays itself, and insists on a node that may be down."""

        default_steps = tuple(step for step in CeleryConsumer.Blueprint.default_steps if "delayed_delivery" not in str(step))

    def ensure_connected(self, conn: Any) -> Any:  # noqa: ANN401 - kombu's connection
        """Wait for the broker as long as it takes."""
        def tell(error: Exception, interval: float) -> None:
            log.warning("broker_awaited", error=f"{type(error).__name__}: {error}"[:300], seconds=interval)

        def wait() -> None:
            maybe_shutdown()
            meanwhile()

        connected = conn.ensure_connection(tell, None, interval_start=1, interval_step=1, interval_max=_PATIENCE_SECONDS, callback=wait)
        self.first_connection_attempt = False
        self.broker_connection_retry_attempt = 0
        return connected
