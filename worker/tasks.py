"""The Celery task and what a worker does around it: start, read, commit or fail; the only place that knows queue and extraction.

In the worker's parent: the model is loaded before the fork, lost processes are reported; its regular rounds are `housekeeping.py`. In its
children: one article at a time.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, TypeVar

from celery import signals
from celery.exceptions import SoftTimeLimitExceeded, WorkerLostError
from celery.worker.request import Request
from structlog.contextvars import bound_contextvars

from worker import tracing, transport
from worker.app import app, broker_url
from worker.errors import ConfigurationError, PermanentError, ServerUnavailableError, TransientError, WiredeskError
from worker.housekeeping import connection, loading, meanwhile, take_leave, worker_name
from worker.ledger import Ledger, connect, keys
from worker.ledger.jobs import Attempt, unpack
from worker.ledger.server import check_celery, masked
from worker.logs import get_logger, set_up_logs
from worker.nlp.language import preload
from worker.nlp.model import load_model
from worker.nlp.reading import Reader
from worker.pace import pace
from worker.pipeline import Trip, run
from worker.quarantine import ProcessLostError, run_apart
from worker.records import Article
from worker.relay import Relay
from worker.settings import load_settings, server_url

T = TypeVar("T")

log = get_logger(__name__)

#: An article that makes every extractor load what it needs; long enough for its language to be judged.
_WARM_UP = """LONDON, March 3 (Wire) - "We will send 1,500 troops to Kenya," President Ruth Adeyemi told reporters on Monday.

Her office reportedly paid $2.3 million, 4 percent more than in June 2019; the African Union has not confirmed it, and she may resign.

The ministers met in Nairobi for three hours and agreed to consider the request again before parliament returns in September.
"""
#: Longest pause between two tries to reach a server that is away or full.
_PATIENCE_SECONDS = 2.0
#: Articles between two returns of freed memory; one takes a millisecond, and each article more keeps another MiB.
_TRIM_ARTICLES = 10
#: What ends the whole article when it comes over an extractor: half a result is none.
_ENDS = (SoftTimeLimitExceeded, MemoryError)


@cache
def reader() -> Reader:
    """Load the model: once in the parent, before the fork; children share its memory."""
    settings = load_settings()
    preload()
    cache = settings.home.absolute() / "numba"
    model = load_model(settings.model, whole=settings.reading.accelerate == "off")
    loaded = Reader(model, accelerate=settings.reading.accelerate, cache=cache, patience=0, lexicons=settings.lexicons)
    # The first article loads every lexicon and fills caches that each child would otherwise hold a copy of.
    run(Article.parse({"text": _WARM_UP}), loaded, Trip(received=dt.datetime(2024, 1, 1, tzinfo=dt.UTC)))
    return loaded


class _Lease:
    """How long a started job is left alone; pools whose parent cannot renew need the whole time limit at once."""

    seconds = load_settings().worker.time_limit


class HintRequest(Request):  # type: ignore[misc]  # Celery is untyped
    """A request that tells the ledger when its process was lost."""

    def acknowledge(self) -> None:
        """Note how long the article took, then do as Celery does; its `on_success` is written anew for each task and never asks ours."""
        if self.time_start:
            pace.took(time.time() - self.time_start)
        super().acknowledge()

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> None:  # noqa: ANN401 - Celery's signature
        """Report a process that died, then do as Celery does."""
        # Celery wraps some in an exception whose text is a whole traceback.
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, WorkerLostError):
            self._report("process_lost", str(error))
        super().on_failure(exc_info, send_failed_event, return_ok)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Report a process that is killed for being too slow, then do as Celery does."""
        if not soft:
            self._report("time_limit", f"killed after {timeout} seconds")
        super().on_timeout(soft, timeout)

    def _report(self, reason: str, error: str) -> None:
        article_id, process = self.args[0], self.worker_pid
        if not process:
            return
        try:
            state = connection().jobs.process_lost(article_id, owner=worker_name(), process=process, reason=reason, error=error)
            log.warning("process_lost", id=article_id, process=process, reason=reason, error=error, state=state)
        except WiredeskError as failure:
            # Its lease will end.
            log.warning("process_lost", id=article_id, process=process, reason=reason, error=error, unreported=str(failure))


@app.task(name=keys.EXTRACT_TASK, Request=HintRequest)  # type: ignore[untyped-decorator]  # Celery is untyped
def extract(article_id: str) -> None:
    """Read one article that the ledger says is due; a hint for anything else has no effect."""
    with bound_contextvars(id=article_id):
        try:
            ledger = connection()
            attempt = _patiently(
                lambda: ledger.jobs.start(article_id, owner=worker_name(), process=os.getpid(), lease_seconds=_Lease.seconds))
            if attempt == "held":
                # The next look at the holds keeps the parent from taking more; the reconciler brings this one back.
                time.sleep(load_settings().ledger.renew_seconds)
            if isinstance(attempt, str):
                log.debug("hint_skipped", state=attempt)
                return
            with bound_contextvars(attempt=attempt.number, version=attempt.version, **_trace(attempt)), _traced(attempt):
                _read(ledger, attempt)
            _Freed.article()
        except SoftTimeLimitExceeded:
            # The server was away all the time; the ledger brings the job back.
            log.warning("article_left", reason="the server was away for as long as an article may take")


def _trace(attempt: Attempt) -> dict[str, str | None]:
    """Give what ties log lines to the article's trace, where it has one."""
    return {"trace": tracing.trace_id(attempt.trace)} if attempt.trace else {}


def _traced(attempt: Attempt) -> AbstractContextManager[None]:
    return tracing.attempt(attempt.trace, attempt.id, version=attempt.version, number=attempt.number,
                           accepted=attempt.accepted.timestamp(), queued=attempt.queued / 1_000)


class _Freed:
    """Gives freed memory back to the system now and then: the C library keeps what long articles needed, some 25 MiB a process."""

    read = 0
    trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only

    @classmethod
    def article(cls) -> None:
        cls.read += 1
        if cls.trim is not None and cls.read % _TRIM_ARTICLES == 0:
            cls.trim(0)


def _read(ledger: Ledger, attempt: Attempt) -> None:
    began = time.time()
    try:
        result = _result(attempt)
    except SoftTimeLimitExceeded:
        _fail(ledger, attempt, "crash", "soft_time_limit", f"not read within {load_settings().worker.soft_time_limit:g} seconds")
    except ProcessLostError as error:
        _fail(ledger, attempt, "crash", "process_lost", str(error), error.stage)
    except MemoryError as error:
        _fail(ledger, attempt, "crash", "memory", str(error) or "out of memory")
    except (PermanentError, ValueError, RecursionError) as error:
        _fail(ledger, attempt, "permanent", type(error).__name__, str(error))
    except TransientError as error:
        _fail(ledger, attempt, "transient", type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 - an article's failure is its own; tried again, then dead-lettered
        _fail(ledger, attempt, "transient", type(error).__name__, f"{type(error).__name__}: {error}")
    else:
        failed = [failure["extractor"] for failure in result["failures"]]
        tracing.stages(began, result["provenance"]["milliseconds"], failed)
        with tracing.step("commit"):
            _commit(ledger, attempt, result)


def _commit(ledger: Ledger, attempt: Attempt, result: dict[str, Any]) -> None:
    try:
        _patiently(lambda: ledger.duplicates.place(result, fence=attempt.fence))
        committed = _patiently(lambda: ledger.jobs.commit(attempt, result))
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        # A defect, or a server that others have written to: the job must not wait for its lease to end.
        log.exception("commit_failed")
        _fail(ledger, attempt, "transient", "commit_failed", f"{type(error).__name__}: {error}")
        return
    if committed:
        log.info("article_done", failures=[failure["extractor"] for failure in result["failures"]],
                 milliseconds=result["provenance"]["milliseconds"], characters=result["article"]["characters"])
        return
    log.warning("result_refused", reason="another attempt has taken over, or the article was replaced or deleted")


def _result(attempt: Attempt) -> dict[str, Any]:
    article = Article.parse(unpack(attempt.body))
    trip = Trip(received=attempt.received, version=attempt.version, attempt=attempt.number, queued=attempt.queued)
    if not attempt.quarantined:
        return run(article, reader(), trip, ends=_ENDS)
    limits = load_settings().worker

    seconds = limits.soft_time_limit
    return run_apart(lambda tell: run(article, reader(), trip, tell), memory_mib=limits.quarantine_memory_mib,
                     cpu_seconds=seconds, wall_seconds=seconds)


def _fail(ledger: Ledger, attempt: Attempt, kind: Any, reason: str, error: str, stage: str = "") -> None:  # noqa: ANN401 - the ledger's literal
    state = _patiently(lambda: ledger.jobs.fail(attempt, kind, reason, error, stage))
    tracing.failed(reason, state)
    log.warning("article_failed", kind=kind, reason=reason, error=error[:500], state=state)


def _patiently(step: Callable[[], T]) -> T:
    """Take a step in the ledger, waiting for a server that is away or full as long as the article's time lasts."""
    pause = 0.05
    while True:
        try:
            return step()
        except ServerUnavailableError as error:
            log.warning("server_awaited", error=str(error))
            time.sleep(pause)
            pause = min(pause * 2, _PATIENCE_SECONDS)


@signals.worker_process_shutdown.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def _send_last_spans(**_: object) -> None:
    tracing.farewell()


@signals.worker_init.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def _prepare(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's worker
    """Check what delivery rests on, then load the model where all children can share it."""
    settings = load_settings()
    set_up_logs(settings.logs)
    worker_name()
    try:
        url = server_url(settings)
        if not settings.broker.url:
            sender.app.conf.broker_url = broker_url(url)
        _check(url)
        loading()
        _load()
    except WiredeskError as error:
        log.error("worker_refused", reason=str(error))  # noqa: TRY400 - the sentence says all
        raise SystemExit(2) from None
    transport.bury = _bury
    if settings.broker.url:
        from worker import rabbit

        rabbit.meanwhile = meanwhile
    # No collection before it: that would look at a million objects, a tenth of a second, to free next to none.
    gc.freeze()
    log.info("worker_ready_to_fork", server=masked(url), model=reader().model.name, parse=reader().report, lexicons=reader().lexicons,
             worker=worker_name())


def _load() -> None:
    try:
        reader()
    except WiredeskError:
        take_leave()
        raise


def _check(url: str) -> None:
    for finding in check_celery():
        raise ConfigurationError(finding.message)
    settings = load_settings()
    try:
        ledger = connect(settings, url, check=True)
        if settings.broker.url:
            Relay(settings.broker.url).claim(ledger)
        ledger.close()
    except ServerUnavailableError as error:
        # It may come: Celery waits for it, and the reconciler's rounds check it then.
        log.warning("server_awaited", error=str(error))


@signals.celeryd_after_setup.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def _choose_lease(instance: Any, **_: object) -> None:  # noqa: ANN401 - Celery's worker
    if "prefork" in str(getattr(instance, "pool_cls", "")):
        _Lease.seconds = load_settings().ledger.lease_seconds


@signals.task_unknown.connect  # type: ignore[untyped-decorator]  # Celery is untyped
@signals.task_rejected.connect  # type: ignore[untyped-decorator]
def _keep_refused(message: Any = None, exc: object = None, **_: object) -> None:  # noqa: ANN401 - kombu's message
    """What Celery would log, acknowledge and drop goes to the dead letters."""
    body = getattr(message, "body", b"")
    _bury("celery", "refused_by_celery", str(exc), body if isinstance(body, bytes) else str(body).encode())


def _bury(source: str, reason: str, error: str, raw: bytes) -> None:
    _patiently(lambda: connection().dead.bury(source, reason, error, raw))


