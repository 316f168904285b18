"""Traces by OpenTelemetry, one an article: submit, queue, parse and each extractor, commit; nothing is loaded or sent unless asked for.

Asked for is what the standard variables name (`OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`; OTLP over HTTP),
or what a program that submits has set up itself. The package's extra `otel` brings the library. A W3C `traceparent` travels with the job
in the ledger, whether or not this process traces; its trace id stands in the logs. No span holds an article's text.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

from worker.logs import get_logger

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

log = get_logger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
#: Version 00 of W3C Trace Context; an all-zero id is none.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
#: Seconds that an ending process waits for its last spans to be sent.
_FAREWELL_SECONDS = 1.0


class _Here:
    """This process's tracer: threads that send do not survive a fork."""

    pid = 0
    tracer: Tracer | None = None
    provider: Any = None


def checked(traceparent: str) -> str:
    """Give a `traceparent` that others sent, or nothing if it is none."""
    return traceparent if _TRACEPARENT.fullmatch(traceparent) else ""


def trace_id(traceparent: str) -> str | None:
    """Give the trace's id: what logs and `wiredesk status` show."""
    return traceparent.split("-")[1] if traceparent else None


class Submits:
    """The spans of one call that submits articles; each article gets a `traceparent` to go on with."""

    def __init__(self, parents: Collection[str], *, source: str, size: int, linked: str = "") -> None:
        """Take the callers' `traceparent`s, one an article, and one that a whole call of `size` articles belongs to.

        An article submitted alone continues the trace of who submits it; of many, each has its own trace, linked to that of the call.
        """
        self._tracer = _tracer()
        self._parents = tuple(map(checked, parents))
        self._linked = checked(linked)
        self._source = source
        self._alone = size == 1
        self._spans: dict[int, Span] = {}

    def begin(self, position: int, article_id: str) -> str:
        """Begin the span of the article at a position of the call; gives what the ledger is to keep."""
        parent = self._parents[position] if position < len(self._parents) else ""
        if self._tracer is None:
            return parent
        from opentelemetry.context import Context
        from opentelemetry.trace import Link, SpanKind, get_current_span

        calls = {}
        if not self._alone:
            found = (get_current_span(_context(self._linked)).get_span_context(), get_current_span().get_span_context())
            calls = {call.span_id: Link(call) for call in found if call.is_valid}
        span = self._tracer.start_span(
            "wiredesk.submit", _context(parent) if parent or self._alone else Context(), SpanKind.PRODUCER,
            links=list(calls.values()),
            attributes={"wiredesk.article.id": article_id, "wiredesk.source": self._source},
        )
        self._spans[position] = span
        return _traceparent(span)

    def end(self, position: int, verdict: str, version: int) -> None:
        """End it with what became of the article."""
        if (span := self._spans.pop(position, None)) is not None:
            span.set_attributes({"wiredesk.verdict": verdict, "wiredesk.article.version": version})
            span.end()

    def close(self) -> None:
        """End what an error has left open."""
        for position in list(self._spans):
            self.end(position, "unknown", 0)


@contextmanager
def attempt(traceparent: str, article_id: str, *, version: int, number: int, accepted: float, queued: float) -> Iterator[None]:
    """Trace one attempt at an article and, of the first, its time in the queue: `accepted`, then `queued` seconds."""
    tracer = _tracer()
    if tracer is None or not traceparent:
        yield
        return
    from opentelemetry.trace import SpanKind

    parent = _context(traceparent)
    if number == 1:
        tracer.start_span("wiredesk.queue", parent, start_time=int(accepted * 1e9)).end(int((accepted + queued) * 1e9))
    attributes: dict[str, str | int] = {"wiredesk.article.id": article_id, "wiredesk.article.version": version, "wiredesk.attempt": number}
    with tracer.start_as_current_span("wiredesk.read", parent, SpanKind.CONSUMER, attributes, record_exception=False):
        yield


def stages(began: float, milliseconds: Mapping[str, float], failed: Collection[str]) -> None:
    """Trace the stages that a result tells of, one after another from `began` (seconds of the epoch)."""
    tracer = _tracer()
    if tracer is None or not _recording():
        return
    from opentelemetry.trace import StatusCode

    at = began
    for name, lasted in milliseconds.items():
        if name == "queued":
            continue
        span = tracer.start_span(f"wiredesk.{name}", start_time=int(at * 1e9))
        at += lasted / 1_000
        if name in failed:
            span.set_status(StatusCode.ERROR, "the result's failures tell why")
        span.end(int(at * 1e9))


@contextmanager
def step(name: str) -> Iterator[None]:
    """Trace one step within an attempt."""
    tracer = _tracer()
    if tracer is None or not _recording():
        yield
        return
    with tracer.start_as_current_span(f"wiredesk.{name}", record_exception=False):
        yield


def failed(reason: str, state: str) -> None:
    """Say of the current attempt that it ended without a result, and what is next."""
    if _tracer() is None:
        return
    from opentelemetry.trace import StatusCode, get_current_span

    get_current_span().set_status(StatusCode.ERROR, reason)
    get_current_span().set_attribute("wiredesk.state", state)


def farewell() -> None:
    """Send what is not yet sent, within a second; for processes that end without Python's own way out."""
    if _Here.provider is not None and _Here.pid == os.getpid():
        sending = Thread(target=_Here.provider.force_flush, daemon=True)
        sending.start()
        sending.join(_FAREWELL_SECONDS)


def _tracer() -> Tracer | None:
    if _Here.pid != os.getpid():
        _Here.pid = os.getpid()
        _Here.tracer = _Here.provider = None
        _Here.tracer = _configured() if _asked_for() else None
    return _Here.tracer or _callers()


def _asked_for() -> bool:
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    return not off and any(map(os.environ.get, _ENDPOINTS))


def _configured() -> Tracer | None:
    """Make this process's own tracer as the standard variables say."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        log.warning("tracing_unavailable", reason=f"{error}; install the extra: pip install '.[otel]' in Wiredesk's folder")
        return None
    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    try:
        provider = TracerProvider(resource=Resource.create({} if named else {"service.name": "wiredesk"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    except Exception as error:  # noqa: BLE001 - a misspelt OTEL_* variable must cost no article
        log.warning("tracing_unavailable", reason=f"the OTEL_* variables: {error}")
        return None
    _Here.provider = provider
    return provider.get_tracer("wiredesk")


def _callers() -> Tracer | None:
    """Give the tracer of a program that has set up tracing itself and submits through `worker.producer`."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None or isinstance(provider := trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    tracer: Tracer = provider.get_tracer("wiredesk")
    return tracer


def _recording() -> bool:
    from opentelemetry.trace import get_current_span

    return get_current_span().is_recording()


def _context(traceparent: str) -> Context | None:
    """Give the context that a span continues; none: the current one."""
    if not traceparent:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})


def _traceparent(span: Span) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}" if context.is_valid else ""
