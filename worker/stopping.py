"""A worker's stop: it always ends, and it never begins in the middle of a job's way to a process.

Celery runs a cold stop (SIGQUIT, or SIGINT twice) inside the signal's handler, wherever the parent stands. If that is half-way through
writing a job to one of its processes, the process waits for the other half, the handler for the process, and the worker for ever. A warm
stop (SIGTERM) only sets a mark. Whatever is cut short here the ledger gives to another worker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from billiard.process import active_children
from celery import signals
from celery.concurrency import asynpool

from worker.housekeeping import renew, safely
from worker.logs import get_logger
from worker.settings import load_settings

log = get_logger(__name__)

#: What hands jobs to processes: functions of `celery.concurrency.asynpool`.
_WRITERS = frozenset({"schedule_writes", "_write_job", "_write_ack"})
#: A job is written in far less.
_MOMENT_SECONDS = 0.02


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def bound_stop(**_: object) -> None:
    """See that a stop ends in time: articles being read are waited for, and left to the ledger when they take too long."""
    seconds = load_settings().worker.stop_seconds
    threading.Thread(target=_end, args=(seconds,), name="stop", daemon=True).start()
    threading.Thread(target=_keep_leases, args=(seconds,), name="stop-leases", daemon=True).start()


def _end(seconds: float) -> None:
    """End this process and its children; it waits for no server and no lock, as the main thread may stand in a handler and hold any."""
    time.sleep(seconds)
    for child in active_children():
        with contextlib.suppress(ProcessLookupError, TypeError):  # gone already, or not yet begun
            os.kill(child.pid, signal.SIGKILL)
    time.sleep(1)
    os._exit(0)


def _keep_leases(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, load_settings().ledger.renew_seconds))
        safely(renew)
    log.warning("stop_cut_short", seconds=seconds)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def settle_signals(sender: Any = None, **_: object) -> None:  # noqa: ANN401 - Celery's consumer
    """Put what must come first before what Celery does at a cold stop; until this moment no job is on its way."""
    if threading.current_thread() is not threading.main_thread():
        return
    pool, begun = getattr(sender, "pool", None), threading.Event()
    _settle(signal.SIGQUIT, pool, begun)
    warm = signal.getsignal(signal.SIGINT)

    def first(number: int, frame: FrameType | None) -> None:
        bound_stop()  # a second one inside this handler is Celery's own cold stop
        if callable(warm):
            warm(number, frame)
        # From now on Ctrl-C is a cold stop.
        _settle(signal.SIGINT, pool, begun)

    signal.signal(signal.SIGINT, first)


def _settle(number: signal.Signals, pool: Any, begun: threading.Event) -> None:  # noqa: ANN401 - Celery's pool
    """Have a cold stop wait until no job is being written, bound it, and finish or take back the jobs that have begun."""
    cold = signal.getsignal(number)
    if not callable(cold):
        return

    def stop(_: int, frame: FrameType | None) -> None:
        if begun.is_set():  # the signal came again while the jobs are finished
            return
        if is_writing(frame):
            threading.Timer(_MOMENT_SECONDS, os.kill, (os.getpid(), number)).start()
            return
        begun.set()
        bound_stop()  # Celery tells of a cold stop only when it is over
        try:
            if flush := getattr(pool, "flush", None):
                flush()
        finally:
            cold(number, frame)

    signal.signal(number, stop)


def is_writing(frame: FrameType | None) -> bool:
    """Tell whether the parent is handing a job to one of its processes."""
    while frame is not None:
        if frame.f_code.co_name in _WRITERS and frame.f_code.co_filename == asynpool.__file__:
            return True
        frame = frame.f_back
    return False
