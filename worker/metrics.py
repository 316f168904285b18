"""Every metric of Wiredesk: its name, kind and meaning; it reads nothing itself, the ledger hands it its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

#: Upper bounds (ms) of the histograms' buckets.
BUCKETS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 600_000)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as Prometheus knows it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str


ACCEPTED = Metric("wiredesk_articles_accepted_total", "counter", "Articles accepted, each version once.")
DONE = Metric("wiredesk_articles_done_total", "counter", "Articles with a result.")
DEAD = Metric("wiredesk_articles_dead_total", "counter", "Articles that ended as a dead letter; replays take none away.")
QUEUED = Metric("wiredesk_articles_queued", "gauge", "Articles that wait for a worker, for another try or in quarantine.")
WAITING = Metric("wiredesk_articles_waiting", "gauge", "Articles that wait for another try.")
QUARANTINED = Metric("wiredesk_articles_quarantined", "gauge", "Articles in quarantine.")
IN_FLIGHT = Metric("wiredesk_articles_in_flight", "gauge", "Articles that a worker reads.")
OLDEST = Metric("wiredesk_oldest_seconds", "gauge", "Age of the oldest article without an end.")
BALANCED = Metric("wiredesk_conservation", "gauge", "1 while accepted = done + dead + queued + in flight.")
MEMORY = Metric("wiredesk_server_memory_ratio", "gauge", "Share of the server's memory in use.")
ALARM = Metric("wiredesk_alarm", "gauge", "1 for each alarm of the ledger.")
SOURCES = Metric("wiredesk_articles_accepted_by_source_total", "counter", "Articles accepted by the way they came in.")
EVENTS = Metric("wiredesk_events_total", "counter",
                "What else happened, by name and reason: duplicate, refused, recovered, retried, stale, garbage ...")
STAGES = Metric("wiredesk_stage_seconds", "histogram", "Time of each stage of reading; end_to_end is from acceptance to result.")

ALL: Final = (ACCEPTED, DONE, DEAD, QUEUED, WAITING, QUARANTINED, IN_FLIGHT, OLDEST, BALANCED, MEMORY, ALARM, SOURCES, EVENTS, STAGES)

#: Counters that are a metric of their own, or part of one.
_NAMED = ("accepted", "done", "dead")


def ledger_text(status: Mapping[str, Any], timings: Mapping[str, float], memory: float | None) -> str:
    """Write the ledger's counts in Prometheus' text format; `timings` are the fields of the ledger's hash (sums in microseconds)."""
    return "\n".join(_lines(status, timings, memory)) + "\n"


def _lines(status: Mapping[str, Any], timings: Mapping[str, float], memory: float | None) -> Iterator[str]:
    # The books let go of a dead letter that is replayed; a counter must not fall.
    died = status["dead"] + status["counters"].get("replayed", 0)
    for metric, value in (
        (ACCEPTED, status["accepted"]), (DONE, status["done"]), (DEAD, died), (QUEUED, status["queued"]),
        (WAITING, status["waiting"]), (QUARANTINED, status["quarantined"]), (IN_FLIGHT, status["in_flight"]),
        (OLDEST, status["oldest_seconds"] or 0), (MEMORY, memory),
        (BALANCED, int(status["accepted"] == status["done"] + status["dead"] + status["queued"] + status["in_flight"])),
    ):
        if value is not None:
            yield from _head(metric)
            yield f"{metric.name} {value}"
    yield from _head(ALARM)
    yield from (f"{ALARM.name}{_labels(name=name)} 1" for name in status["alarms"])
    yield from _head(SOURCES)
    counters = sorted(status["counters"].items())
    for name, value in counters:
        if name.startswith("accepted|"):
            yield f"{SOURCES.name}{_labels(source=name.partition('|')[2])} {value}"
    yield from _head(EVENTS)
    for name, value in counters:
        event, _, reason = name.partition("|")
        # A total beside its reasons would count everything twice.
        total = not reason and any(other.startswith(f"{name}|") for other, _ in counters)
        if name not in _NAMED and event != "accepted" and not total:
            yield f"{EVENTS.name}{_labels(event=event, reason=reason)} {value}"
    yield from _head(STAGES)
    for stage in sorted({name.partition("|")[0] for name in timings}):
        yield from _histogram(stage, timings)


def _histogram(stage: str, timings: Mapping[str, float]) -> Iterator[str]:
    total = 0
    for bound in (*BUCKETS_MS, "inf"):
        total += int(timings.get(f"{stage}|{bound}", 0))
        shown = "+Inf" if isinstance(bound, str) else f"{bound / 1_000:g}"
        yield f"{STAGES.name}_bucket{_labels(stage=stage, le=shown)} {total}"
    yield f"{STAGES.name}_sum{_labels(stage=stage)} {timings.get(f'{stage}|sum', 0) / 1_000_000:.6f}"
    yield f"{STAGES.name}_count{_labels(stage=stage)} {total}"


def _head(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind}"


def _labels(**values: str) -> str:
    def escaped(value: str) -> str:
        return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

    return "{" + ",".join(f'{name}="{escaped(value)}"' for name, value in values.items()) + "}"
