"""Traces: a collector on loopback receives one trace an article, from submit to commit, made by a real gateway and a real worker."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.servers import Gateway, Server, Worker, wait_for
from worker import tracing
from worker.consumer import results
from worker.ledger import Ledger, keys
from worker.producer import submit

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = "0af7651916cd43dd8448eb211c80319c"
TEXT = "Seoul said on Monday that about 1,500 troops had left the port. \"We are watching,\" an official told reporters."


class Collector:
    """What a tracing backend does: takes spans over OTLP and HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["content-length"])))
                for resource in request.resource_spans:
                    collector.services |= {item.value.string_value for item in resource.resource.attributes if item.key == "service.name"}
                    collector.spans += [span for scope in resource.scope_spans for span in scope.spans]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, trace: str) -> dict[str, Any]:
        """The spans of a trace by their names."""
        return {span.name: span for span in self.spans if span.trace_id.hex() == trace}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()


def test_an_article_is_one_trace_from_submit_to_commit(ledger: Ledger, server: Server, collector: Collector) -> None:
    """It goes on with the caller's; its id stands in the logs, the state and the stream of results; a bulk's articles have their own."""
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    worker = Worker(server.url, environment=environment | {"WIREDESK_LOGS__FORMAT": "json"}, concurrency=1)
    gateway = Gateway(server.url, environment=environment)
    try:
        # When one article is submitted by a caller that traces, and two as a bulk
        alone = httpx.post(f"{gateway.address}/v1/articles", json={"id": "alone", "text": TEXT}, headers={"traceparent": CALLER})
        bulk = httpx.post(f"{gateway.address}/v1/articles", json=[{"id": "b1", "text": TEXT}, {"id": "b2", "text": TEXT + " More."}],
                          headers={"traceparent": CALLER})
        assert (alone.status_code, bulk.status_code) == (202, 207)
        wait_for(lambda: ledger.status().done == 3, 90)
        wait_for(lambda: sum(span.name == "wiredesk.read" for span in collector.spans) == 3, 30)
        # Then the one goes on with the caller's trace
        spans = collector.of(TRACE)
        assert {"wiredesk.submit", "wiredesk.queue", "wiredesk.read", "wiredesk.parse", "wiredesk.entities", "wiredesk.quotes",
                "wiredesk.claims", "wiredesk.commit"} <= set(spans)
        assert spans["wiredesk.submit"].parent_span_id.hex() == CALLER.split("-")[2]
        assert spans["wiredesk.queue"].parent_span_id == spans["wiredesk.read"].parent_span_id == spans["wiredesk.submit"].span_id
        read = spans["wiredesk.read"]
        for inner in ("wiredesk.parse", "wiredesk.quotes", "wiredesk.commit"):
            assert spans[inner].parent_span_id == read.span_id
            assert read.start_time_unix_nano <= spans[inner].start_time_unix_nano <= spans[inner].end_time_unix_nano
        assert {span.status.code for span in spans.values()} == {0}
        assert not any(TEXT[:20] in str(span) for span in collector.spans)
        # And logs, state and stream name it
        [line] = [json.loads(line) for line in worker.lines().splitlines() if '"article_done"' in line and '"alone"' in line]
        assert line["trace"] == TRACE
        assert httpx.get(f"{gateway.address}/v1/articles/alone").json()["trace"] == TRACE
        deliveries = {delivery.id: delivery for delivery in results(ledger=ledger, follow=False)}
        assert tracing.trace_id(deliveries["alone"].traceparent) == TRACE
        # And each article of the bulk has a trace of its own, linked to the caller's
        submits = [span for span in collector.spans if span.name == "wiredesk.submit" and span.trace_id.hex() != TRACE]
        assert len({span.trace_id for span in submits}) == 2
        assert {link.trace_id.hex() for span in submits for link in span.links} == {TRACE}
        assert collector.services == {"wiredesk"}
    finally:
        gateway.close()
        worker.close()


def test_a_failed_attempt_is_an_error_in_its_trace(ledger: Ledger, server: Server, collector: Collector) -> None:
    """With the reason, and without the words of the article."""
    submit([{"id": "dutch", "text": TEXT, "language": "nl"}], ledger=ledger, traceparents=[CALLER])
    worker = Worker(server.url, environment={"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.address}/v1/traces",
                                             "OTEL_SERVICE_NAME": "desk", "OTEL_BSP_SCHEDULE_DELAY": "100"}, concurrency=1)
    try:
        wait_for(lambda: ledger.status().dead == 1, 90)
        wait_for(lambda: "wiredesk.read" in collector.of(TRACE), 30)
        read = collector.of(TRACE)["wiredesk.read"]
        assert (read.status.code, read.status.message) == (2, "LanguageError")
        assert collector.services == {"desk"}
    finally:
        worker.close()


def test_a_worker_that_stops_sends_its_last_spans(ledger: Ledger, server: Server, collector: Collector) -> None:
    """Even when it would have waited longer for more."""
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "60000"}
    worker = Worker(server.url, environment=environment, concurrency=1)
    try:
        submit([{"id": "last", "text": TEXT}], ledger=ledger, traceparents=[CALLER])
        wait_for(lambda: ledger.status().done == 1, 90)
        assert collector.spans == []
        worker.stop()
        assert "wiredesk.commit" in collector.of(TRACE)
    finally:
        worker.close()


def test_a_caller_without_traces_of_ours_is_carried_on(ledger: Ledger) -> None:
    """The trace's id is kept for the logs though nothing is sent from here; what is no `traceparent` is not kept."""
    submit([{"id": "a", "text": TEXT}, {"id": "b", "text": TEXT + " b"}, {"id": "c", "text": TEXT + " c"}],
           ledger=ledger, traceparents=[CALLER, "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
    kept = {name: ledger.client.hget(keys.JOB + name, "trace") for name in "abc"}
    assert kept == {"a": CALLER.encode(), "b": None, "c": None}


def test_foreign_messages_bring_their_traces(ledger: Ledger) -> None:
    """A Celery message in its headers, as Celery's instrumentation writes it; a stream entry as a field."""
    from worker.gateway.intake import IntakeReader

    body = json.dumps([[{"id": "celery", "text": TEXT}], {}, {}])
    ledger.client.lpush(keys.INTAKE_QUEUE, json.dumps({"headers": {"task": "wiredesk.submit", "traceparent": CALLER}, "body": body}))
    ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": "stream", "text": TEXT}), "traceparent": CALLER})
    reader = IntakeReader(ledger)
    reader.read_list()
    reader.read_stream()
    assert [ledger.jobs.state(name).trace for name in ("celery", "stream")] == [TRACE, TRACE]  # type: ignore[union-attr]


def test_nothing_is_loaded_when_nobody_asks() -> None:
    """The library costs start-up time and memory: without the variables what makes and sends spans stays on the disk."""
    script = ("import sys, worker.tasks\nfrom worker import tracing\n"
              "with tracing.attempt('', 'x', version=1, number=1, accepted=0, queued=0): tracing.stages(0, {'parse': 1}, [])\n"
              "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk.trace', 'opentelemetry.exporter'))])")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
