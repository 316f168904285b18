"""Connections that say nothing: how long the head of a request may take, and who makes room when there are too many.

uvicorn bounds neither: whoever opens connections and sends nothing would keep everybody else out. What a body may take is `bodies.py`'s.
"""

from __future__ import annotations

import asyncio
import resource
import time
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from worker.gateway.problems import ProblemError, answer
from worker.logs import get_logger

_log = get_logger(__name__)

#: A connection that is younger may still be sending its head: it never makes room for others.
_YOUNG_SECONDS = 1.0
#: Descriptors beside the connections': the server's connections, files of bulks, sockets of webhooks, Python's own.
_OTHER_DESCRIPTORS = 200
#: Seconds between two lines about descriptors that have run out: asyncio tells of each try.
_TELL_SECONDS = 10.0
#: What this module reads of uvicorn's protocol; one that has grown otherwise is left as it is.
_NEEDED = ("connections", "transport", "loop", "conn", "cycle", "timeout_keep_alive_task")


class Door:
    """What all connections of a gateway share: who waits for a head, in the order of waiting, and how many there may be."""

    def __init__(self, head_seconds: float, most: int) -> None:
        self.head_seconds = head_seconds
        self.most = most
        #: Each connection that is not being answered, and since when.
        self.waiting: dict[DeadlineProtocol, float] = {}
        self.warned = False

    def make_room(self, connections: set[Any]) -> None:
        """Close what has waited longest, silent or idle, until another connection fits."""
        for waiting, since in list(self.waiting.items()):
            if len(connections) < self.most or time.monotonic() - since < _YOUNG_SECONDS:
                return
            waiting.give_up()


class DeadlineProtocol(H11Protocol):
    """uvicorn's protocol with a deadline for heads; `door` is set by `with_deadlines`."""

    door: Door
    _deadline: asyncio.TimerHandle | None = None
    _heard = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's narrower type
        """Begin to wait for the first head."""
        super().connection_made(transport)
        missing = [name for name in _NEEDED if not hasattr(self, name)]
        if missing:
            if not self.door.warned:
                _log.warning("gateway_without_head_deadline", uvicorn=uvicorn.__version__, missing=missing)
                self.door.warned = True
            return
        self.door.make_room(self.connections)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that is not whole yet has its deadline."""
        self._heard = True
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next head: idle, until its first bytes come."""
        super().on_response_complete()
        self._heard = False
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop()
        super().connection_lost(exc)

    def give_up(self) -> None:
        """Close the connection; a head that has begun is told why."""
        self._stop()
        self.connections.discard(self)
        if self.transport.is_closing():
            return
        if self._heard and self.conn.our_state is h11.IDLE:
            self._say_too_slow()
        self.transport.close()

    def _look(self) -> None:
        """Hold the deadline to what the connection does now."""
        if self.door.warned:
            return
        if self.transport.is_closing() or self._answering():
            self._stop()
        elif self.timeout_keep_alive_task is not None:
            # Idle after an answer: uvicorn closes it in its own time.
            self._stop()
            self.door.waiting[self] = time.monotonic()
        elif self._deadline is None:
            self._wait()

    def _answering(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's annotation says
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self.door.waiting.setdefault(self, time.monotonic())
        self._deadline = self.loop.call_later(self.door.head_seconds, self.give_up)

    def _stop(self) -> None:
        self.door.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _say_too_slow(self) -> None:
        problem = answer(ProblemError(408, "too-slow", f"the head of the request was not whole after {self.door.head_seconds:g} seconds"))
        response = h11.Response(status_code=408, headers=list(problem.raw_headers), reason=HTTPStatus(408).phrase.encode())
        for event in (response, h11.Data(data=bytes(problem.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")


def with_deadlines(head_seconds: float, connections: int) -> type[DeadlineProtocol]:
    """Make the protocol of one gateway."""
    return type("Deadlines", (DeadlineProtocol,), {"door": Door(head_seconds, connections)})


def allow_descriptors(connections: int) -> None:
    """Raise this process' limit of open files to what its connections need; a warning where the machine forbids it."""
    needed = connections + _OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < needed:
        _log.warning("few_file_descriptors", allowed=allowed, needed=needed, advice="raise the limit (ulimit -n, LimitNOFILE=) "
                     "or lower gateway.connections")


class LoopErrors:
    """What the event loop tells of: descriptors that ran out in one line now and then; asyncio goes on accepting after a second."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell of one error."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and "accept" in context.get("message", "")):
            loop.default_exception_handler(context)
        elif time.monotonic() - self._told > _TELL_SECONDS:
            self._told = time.monotonic()
            _log.error("no_connection_accepted", reason=error.strerror, advice="they wait until others close; raise the limit of open "
                       "files (ulimit -n, LimitNOFILE=) or lower gateway.connections")
