"""Kombu's Redis transport, guarded: no message can kill a worker or vanish, and hints are shared fairly between the queues.

Stock kombu hands whatever lies on a list to the worker: what is no JSON ends the process, what lacks a field counts as a lost
connection and is gone. Here each item of a Wiredesk queue is checked and made anew from its id alone; what fails goes to the dead letters
with its bytes. Unacknowledged messages are not kept in Redis at all: a message is only a hint, and the ledger knows what is owed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any, Final

import kombu.transport
import redis
from kombu.transport import redis as kombu_redis
from kombu.transport.virtual import Empty

from worker.ledger import keys
from worker.logs import get_logger

#: Longest hint in bytes; an id has at most 200 characters.
MAX_HINT_BYTES: Final = 64 * 1024

#: The order in which queues are looked at first: of ten turns six for high, three for normal, one for low; recovered jobs and
#: quarantine get a turn of their own so that nothing starves. A queue that is empty passes its turn on.
TURNS: Final = (
    keys.HIGH, keys.AGAIN, keys.HIGH, keys.NORMAL, keys.HIGH, keys.NORMAL,
    keys.HIGH, keys.LOW, keys.HIGH, keys.NORMAL, keys.HIGH, keys.QUARANTINE,
)

log = get_logger(__name__)

#: Takes what is no hint: queue, reason, error, bytes. The tasks set it; without one, garbage is logged.
bury: Callable[[str, str, str, bytes], None] | None = None


def _one() -> int:
    return 1


#: How many hints the worker wishes for now: the tasks set it (`pace.py`).
wish: Callable[[], int] = _one

#: While true, no hint is taken from the broker: the tasks set it when a person holds work.
held = False


class GarbageError(Exception):
    """An item of a queue that is no hint; `reason` is a short name of its class."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(error)
        self.reason = reason


def install() -> None:
    """Make `redis://`, `rediss://` and `sentinel://` brokers use the guarded transport, in this process."""
    kombu.transport.TRANSPORT_ALIASES.update({
        "redis": f"{__name__}:Transport", "rediss": f"{__name__}:Transport", "sentinel": f"{__name__}:SentinelTransport",
    })


def parse_hint(raw: bytes, queue: str) -> dict[str, Any]:
    """Check one item of a Wiredesk queue and give a clean message for the worker.

    Nothing but the task's name, the id and the tag is taken over: limits, expiry dates and callbacks that others wrote have no effect.

    Raises:
        GarbageError: the item is no hint.
    """
    message = _object(raw)
    properties, headers = message.get("properties"), message.get("headers")
    if not isinstance(properties, dict) or not isinstance(headers, dict):
        raise GarbageError("not_a_message", "it has no properties or no headers")
    tag = properties.get("delivery_tag")
    if not isinstance(tag, str) or not 0 < len(tag) <= 500:  # noqa: PLR2004 - any sane tag
        raise GarbageError("no_delivery_tag", "it has no delivery tag")
    check_kind(message.get("content-type"), headers)
    article_id = article_of(message.get("body"), properties.get("body_encoding"))
    return clean_hint(article_id, tag, headers, queue)


def check_kind(content: object, headers: Mapping[str, object]) -> None:
    """Check that a message is JSON for the one task that there is.

    Raises:
        GarbageError: it is something else.
    """
    if content != "application/json":
        raise GarbageError("content_type", f"only application/json is read, not {str(content)[:100]!r}")
    if (task := headers.get("task")) != keys.EXTRACT_TASK:
        raise GarbageError("unknown_task", f"this worker knows no task {str(task)[:200]!r}; a newer one may: replay it there")


def article_of(body: object, encoding: object = None) -> str:
    """Give the id out of a message's body: `[[id], {}, {}]`, plain or in base64.

    Raises:
        GarbageError: there is none.
    """
    if not isinstance(body, str):
        raise GarbageError("no_body", "it has no body")
    text: str | bytes = body
    if encoding == "base64":
        try:
            text = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise GarbageError("bad_base64", "its body is no base64") from None
    elif encoding is not None:
        raise GarbageError("bad_encoding", f"its body's encoding {str(encoding)[:50]!r} is not known")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise GarbageError("body_not_json", "its body is no JSON") from None
    match value:
        case [[str(article_id)], dict(), dict() | None] if 0 < len(article_id) <= 200 and _encodable(article_id):  # noqa: PLR2004 - the contract's bound
            return article_id
    raise GarbageError("bad_arguments", "its arguments are not one article's id")


def clean_hint(article_id: str, tag: str, headers: Mapping[str, object], queue: str) -> dict[str, Any]:
    """Make a message of the id; of the headers only what monitors show is taken over."""
    label = headers.get("argsrepr")
    shown = label[:300] if isinstance(label, str) else article_id
    body = json.dumps([[article_id], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    return {
        "body": body, "content-encoding": "utf-8", "content-type": "application/json",
        "headers": {"lang": "py", "task": keys.EXTRACT_TASK, "id": tag, "root_id": tag, "parent_id": None, "group": None, "retries": 0,
                    "argsrepr": shown, "kwargsrepr": "{}", "origin": "wiredesk"},
        "properties": {"correlation_id": tag, "delivery_mode": 2, "delivery_tag": tag, "priority": 0,
                       "delivery_info": {"exchange": "", "routing_key": queue}},
    }


class FairCycle:
    """Which queue a worker looks at first, by turns; kombu asks before each pop."""

    def __init__(self, it: Iterable[str] | None = None) -> None:
        self._queues = list(it or ())
        self._turns = deque(TURNS)

    def update(self, it: Iterable[str]) -> None:
        """Take over the queues that are consumed."""
        self._queues[:] = it

    def consume(self, n: int) -> list[str]:
        """Give the queues in the order of this turn: its own first, then the others by rank."""
        first = self._turns[0]
        ranked = sorted(self._queues, key=lambda queue: (queue != first, keys.QUEUES.index(queue) if queue in keys.QUEUES else -1))
        return ranked[:n]

    def rotate(self, last_used: str) -> str:
        """End a turn."""
        self._turns.rotate(-1)
        return last_used


class _Guarded:
    """What both channels, with and without Sentinel, do differently from kombu's."""

    #: Unacknowledged messages stay in the worker's memory and are not given back when a connection ends: the ledger knows them.
    ack_emulation = False
    do_restore = False

    client: Any
    connection: Any
    connection_errors: tuple[type[Exception], ...]
    _in_poll: Any
    active_queues: set[str]
    brpop_timeout: float
    _brpop_sent_at: Any

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._queue_cycle = FairCycle()

    def _brpop_start(self, timeout: float | None = None) -> None:
        if held:
            return
        if (count := wish()) < 2:  # noqa: PLR2004 - one alone is kombu's way
            super()._brpop_start(timeout)  # type: ignore[misc]  # kombu's channel has it
        elif queues := self._queue_cycle.consume(len(self.active_queues)):
            self._in_poll = self.client.connection
            self._brpop_sent_at = monotonic()
            self.client.connection.send_command(
                "BLMPOP", timeout or self.brpop_timeout or 0, len(queues), *queues, "RIGHT", "COUNT", count)

    def _brpop_read(self, **options: object) -> bool:
        try:
            found = self._read_reply(options)
            if not found:
                raise Empty
            queue = found[0].decode().rsplit(kombu_redis.Channel.sep, 1)[0]
            self._queue_cycle.rotate(queue)
            # BLMPOP gives a list of items, BRPOP one.
            items = found[1] if isinstance(found[1], list) else [found[1]]
            messages = [message for item in items if (message := _accept(item, queue)) is not None]
            for message in messages:
                self.connection._deliver(message, queue)  # noqa: SLF001 - kombu's own way from channel to consumer
            return bool(messages)
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()  # type: ignore[attr-defined]  # kombu's channel has it

    def _queue_bind(self, *args: object) -> None:
        """Note a binding; hints are put on their lists directly, so that a full server may refuse it."""
        try:
            super()._queue_bind(*args)  # type: ignore[misc]  # kombu's channel has it
        except redis.exceptions.OutOfMemoryError:
            log.warning("server_full", step="bind")

    def _restore(self, message: object, *_: object, **__: object) -> None:
        """Give nothing back: the ledger sees that the job has not started, and hints again."""
        log.info("hint_dropped", tag=getattr(message, "delivery_tag", ""))

    def _read_reply(self, options: Mapping[str, Any]) -> Any:  # noqa: ANN401 - redis-py's answer
        try:
            return self.client.parse_response(self.client.connection, "BRPOP", **options)
        except self.connection_errors:
            # The next round connects anew.
            self.client.connection.disconnect()
            raise

    def _receive_one(self, client: Any) -> bool | None:  # noqa: ANN401 - redis-py's subscriber
        """Read one broadcast (remote control); what is no message is dropped: it carries no article."""
        try:
            answer: bool | None = super()._receive_one(client)  # type: ignore[misc]  # kombu's channel has it
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.warning("broadcast_refused", error=f"{type(error).__name__}: {error}"[:200])
            return None
        return answer


class Channel(_Guarded, kombu_redis.Channel):
    """The guarded channel."""


class SentinelChannel(_Guarded, kombu_redis.SentinelChannel):
    """The guarded channel to a master that Sentinel names."""


class Transport(kombu_redis.Transport):
    """The guarded transport."""

    Channel = Channel


class SentinelTransport(kombu_redis.SentinelTransport):
    """The guarded transport through Sentinel."""

    Channel = SentinelChannel


def _accept(raw: bytes, queue: str) -> dict[str, Any] | None:
    """Give the message for the worker; None if it was garbage, which is then buried."""
    try:
        if queue in keys.QUEUES:
            return parse_hint(raw, queue)
        return _object(raw)
    except GarbageError as error:
        log.warning("garbage_buried", queue=queue, reason=error.reason, error=str(error), bytes=len(raw))
        if bury is not None:
            bury(queue, error.reason, str(error), raw)
        return None


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_HINT_BYTES:
        raise GarbageError("too_large", f"it has {len(raw):,} bytes; a hint has at most {MAX_HINT_BYTES:,}: submit articles, not messages")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise GarbageError("not_json", "it is no JSON") from None
    if not isinstance(value, dict):
        raise GarbageError("not_an_object", "it is JSON, but no object")
    return value


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
