"""A worker without a model that does what the article's text commands, so that every fault can be ordered: `@sleep 0.1`, `@abort` ...

Articles whose id begins with `start-`, `before-` or `after-` kill their process once: after the start, before or after the commit.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# A clock that is wrong from the beginning: before Celery reads it.
if _offset := float(os.environ.get("WD_CLOCK_OFFSET", "0")):
    _true_time = time.time
    time.time = lambda: _true_time() + _offset

from billiard.connection import _ConnectionBase

from worker import pipeline, tasks
from worker.ledger.jobs import Attempt, Jobs
from worker.tasks import app

__all__ = ["app"]

_VERSION = os.environ.get("WD_VERSION", pipeline.__version__)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _loop() -> None:
    while True:
        pass


def _recurse() -> None:
    _recurse()


COMMANDS: dict[str, Callable[[str, int], object]] = {
    "sleep": lambda seconds, _: time.sleep(float(seconds)),
    "sleep_first": lambda seconds, attempt: time.sleep(float(seconds) if attempt == 1 else 0),
    "abort": lambda *_: os.abort(),
    "segfault": lambda *_: ctypes.string_at(0),
    "kill": lambda *_: _kill(),
    "kill_first": lambda _, attempt: _kill() if attempt == 1 else None,
    "loop": lambda *_: _loop(),
    "allocate": lambda *_: bytearray(os.urandom(1)) * (64 << 30),
    "recurse": lambda *_: _recurse(),
}


def _run(article: Any, reader: object, trip: Any, tell: Callable[[str], None] | None = None, **_: object) -> dict[str, Any]:
    if path := os.environ.get("WD_RUNS"):
        with Path(path).open("a") as runs:
            runs.write(f"{article.id} {trip.attempt} {os.getpid()}\n")
    for line in article.text.splitlines():
        if line.startswith("@"):
            name, _, argument = line[1:].partition(" ")
            if tell is not None:
                tell(name)
            COMMANDS[name](argument, trip.attempt)
    return {"article": {"id": article.id, "characters": len(article.text)}, "failures": [],
            "provenance": {"wiredesk": _VERSION, "attempt": trip.attempt, "milliseconds": {"queued": trip.queued}}}


tasks.run = _run
tasks.reader = lambda: SimpleNamespace(model=SimpleNamespace(name="none"), report="none", lexicons=None)

_start, _commit = Jobs.start, Jobs.commit


def _start_or_die(self: Jobs, article_id: str, **options: Any) -> Attempt | str:
    attempt = _start(self, article_id, **options)
    if article_id.startswith("start-") and isinstance(attempt, Attempt) and attempt.number == 1:
        _kill()
    return attempt


def _commit_or_die(self: Jobs, attempt: Attempt, result: Any) -> bool:
    if attempt.id.startswith("before-") and attempt.number == 1:
        _kill()
    done = _commit(self, attempt, result)
    if attempt.id.startswith("after-") and attempt.number == 1:
        _kill()
    return done


Jobs.start, Jobs.commit = _start_or_die, _commit_or_die

if _half_way := os.environ.get("WD_SIGNALS_HALF_WAY"):
    # Signals that come between a job's head and its body, on the way to a process: names, as "SIGINT SIGINT".
    _send = _ConnectionBase.send_offset
    _left = _half_way.split()

    def _send_and_signal(self: _ConnectionBase, content: memoryview, offset: int) -> int:
        sent = int(_send(self, content, offset))
        if len(content) == 4:
            while _left:
                os.kill(os.getpid(), signal.Signals[_left.pop(0)])
        return sent

    _ConnectionBase.send_offset = _send_and_signal

if os.environ.get("WD_NEVER_RENEWS"):
    Jobs.renew = lambda *_: 0  # type: ignore[assignment, method-assign, misc]  # every lease ends
