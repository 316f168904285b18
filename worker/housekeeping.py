"""What a worker's parent does besides handing out articles: renew leases, reconcile, give signs of life, look for dead processes.

The bootstep `Housekeeping` sets the rounds; each may fail and is followed by another one.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from celery import bootsteps, signals
from celery.worker import state as worker_state

from worker import __version__, transport
from worker.app import app
from worker.errors import ServerUnavailableError
from worker.ledger import Ledger, connect
from worker.ledger.workers import Sign
from worker.logs import get_logger
from worker.pace import limit_hints
from worker.reconciler import Reconciler
from worker.settings import load_settings

log = get_logger(__name__)

#: Between two looks for processes that died. Celery looks once, when a process closes its pipes: a large one may then not be gone yet, and
#: would be missed for seconds in which it seems to read.
_LOOK_SECONDS = 0.25


@cache
def worker_name() -> str:
    """Name this worker instance: host, the parent's process id, and when it began; children inherit it."""
    return f"{socket.gethostname()}/{os.getpid()}/{int(time.time())}"


class _Process:
    """This process's own connection to the ledger: connections do not survive a fork."""

    pid = 0
    ledger: Ledger

    @classmethod
    def connection(cls) -> Ledger:
        if cls.pid != os.getpid():
            settings = load_settings()
            cls.ledger = connect(settings, name="wiredesk-process", single=True)
            cls.pid = os.getpid()
        return cls.ledger


def connection() -> Ledger:
    """Give this process's own connection to the ledger."""
    return _Process.connection()


class Housekeeping(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is untyped
    """The parent's regular work: renew leases, reconcile, look for dead processes.

    Celery clears its timers on a lost connection; starting again sets them again.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:  # noqa: ANN401 - Celery's consumer
        """Begin the rounds."""
        settings = load_settings().ledger
        reconciler = _reconciler()
        transport.held = False
        consumer.timer.call_repeatedly(settings.renew_seconds, safely, (renew,))
        if not load_settings().broker.url:
            transport.wish = limit_hints(consumer)
        processes = int(getattr(consumer.controller, "concurrency", 0) or 1)
        _Held.consumer, _Held.processes = consumer, processes
        consumer.timer.call_repeatedly(settings.renew_seconds, safely, (partial(_show, processes),))
        consumer.timer.call_repeatedly(settings.reconcile_seconds, safely, (reconciler.round,))
        if (look_for_dead := getattr(getattr(consumer.pool, "_pool", None), "maintain_pool", None)) is not None:
            consumer.timer.call_repeatedly(_LOOK_SECONDS, safely, (look_for_dead,))


app.steps["consumer"].add(Housekeeping)


@cache
def _reconciler() -> Reconciler:
    return Reconciler(connection(), worker_name())


def renew() -> None:
    """Lengthen the leases of what this worker's processes read."""
    active = [(request.args[0], request.worker_pid) for request in tuple(worker_state.active_requests) if request.worker_pid]
    connection().jobs.renew(worker_name(), active, load_settings().ledger.lease_seconds)


def _show(processes: int) -> None:
    """Give a sign of life, and learn whether work is held."""
    _Held.be(not {"work", "quiet"}.isdisjoint(_give_sign(processes)))


def _give_sign(processes: int) -> list[str]:
    return connection().workers.seen(Sign(name=worker_name(), version=__version__, processes=processes,
                                                   reading=len(worker_state.active_requests), memory_mib=_memory_mib()))


def loading() -> None:
    """Tell that this worker has begun to load its model."""
    safely(partial(_give_sign, 0))


class _Held:
    """Whether hints are taken from the broker; RabbitMQ, which pushes, is told as well."""

    consumer: Any = None
    processes = 0

    @classmethod
    def be(cls, held: bool) -> None:
        before, transport.held = transport.held, held
        if before == held or cls.consumer is None or not load_settings().broker.url:
            return
        if held:
            cls.consumer.task_consumer.cancel()
        else:
            cls.consumer.task_consumer.consume()


def meanwhile() -> None:
    """While RabbitMQ is away the ledger goes on: what is read keeps its lease, and the worker gives its sign of life."""
    safely(renew)
    safely(partial(_give_sign, _Held.processes))


def _memory_mib() -> int:
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    except OSError:
        return 0


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def take_leave(**_: object) -> None:
    """Tell that this worker is gone."""
    safely(lambda: connection().workers.gone(worker_name()))


def safely(round_: Callable[[], object]) -> None:
    """A round that fails is followed by another one."""
    try:
        round_()
    except ServerUnavailableError as error:
        log.warning("server_awaited", error=str(error))
    except Exception:
        log.exception("round_failed")
