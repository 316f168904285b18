"""Jobs: their way from acceptance to their end, as a worker drives it and as a person asks for it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson
import zstandard
from redis.exceptions import OutOfMemoryError

from worker.ledger import keys
from worker.records import Priority
from worker.tracing import trace_id

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

State = Literal["queued", "waiting", "started", "done", "dead"]

#: What a text may unpack to: far more than the longest article; a bound against bytes that others wrote.
_MAX_UNPACKED = 64 * 1024 * 1024
#: Longest label: short values keep the job's hash in Redis' compact form.
_LABEL_CHARACTERS = 60
_ERROR_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One validated article on its way into the ledger."""

    id: str
    sha256: str
    priority: Priority
    #: What a monitor shows: the title, never text.
    label: str
    body: bytes
    #: The W3C `traceparent` that the worker goes on with; empty: none.
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ledger said to a submission."""

    verdict: Literal["accepted", "duplicate", "conflict", "busy"]
    version: int
    state: str
    #: For busy: backlog, memory or held.
    detail: str
    #: How many replicas have confirmed it in time; None when none was waited for.
    replicas: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One started attempt; the fence proves at its end that it is still the current one."""

    id: str
    fence: str
    number: int
    version: int
    accepted: dt.datetime
    #: When the article first came: before `accepted` when it is read again.
    received: dt.datetime
    #: Milliseconds between acceptance and start.
    queued: int
    quarantined: bool
    #: The submitted JSON, compressed.
    body: bytes
    #: The W3C `traceparent` that the submitter gave; empty: none.
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a job's history."""

    at: dt.datetime
    event: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where an article is and was."""

    id: str
    state: State
    version: int
    attempts: int
    priority: str
    label: str
    source: str
    sha256: str
    #: Why it is dead: reason and error.
    reason: str | None
    error: str | None
    #: The dead letter's number.
    letter: str | None
    #: The trace's id, where the submitter or Wiredesk traces.
    trace: str | None
    history: tuple[Event, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the job as JSON, times in RFC 3339."""
        history = [{"at": event.at.isoformat(), "event": event.event, "detail": event.detail} for event in self.history]
        return {name: getattr(self, name) for name in self.__slots__ if name != "history"} | {"history": history}


class Jobs:
    """The ledger's jobs."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def submit(self, submissions: Sequence[Submission], *, ticket: str, source: str, replace: bool) -> list[Answer]:
        """Accept articles in one round trip; `ticket` marks this call, so that its repetition after a lost reply tells the same.

        With `submit.wait_replicas` the server answers once so many replicas have confirmed, or `submit.wait_ms` later.
        """
        calls = [
            (item.id, item.sha256, keys.QUEUE_OF_PRIORITY[item.priority], item.priority, int(replace), f"{ticket}-{number}",
             item.label, source, item.body, item.trace)
            for number, item in enumerate(submissions)
        ]
        with self._ledger.guard():
            wished = self._ledger.settings.submit
            wait = ("WAIT", wished.wait_replicas, wished.wait_ms) if wished.wait_replicas else ()
            answers = self._ledger.scripts.call_many("submit", calls, then=wait)
            replicas = answers.pop() if wait else None
            for answer in (*answers, replicas):
                # A full server refuses a script whole: that one article may come again later.
                if isinstance(answer, Exception) and not isinstance(answer, OutOfMemoryError):
                    raise answer
        return [Answer("busy", 0, "", "memory") if isinstance(answer, OutOfMemoryError)
                else Answer(answer[0].decode(), answer[1], answer[2].decode(), answer[3].decode(), replicas) for answer in answers]

    def start(self, article_id: str, *, owner: str, process: int, lease_seconds: float) -> Attempt | str:
        """Begin an attempt, or say why there is nothing to do: the job's state, or `unknown`."""
        answer = self._ledger.call("start", article_id, owner, process, int(lease_seconds * 1_000))
        if answer[0] == b"skip":
            return str(answer[1].decode())
        _, body, fence, number, version, accepted, now, quarantined, received, trace = answer
        return Attempt(id=article_id, fence=fence.decode(), number=number, version=version, accepted=_time(accepted),
                       received=_time(received), queued=now - accepted, quarantined=bool(quarantined), body=body,
                       trace=trace.decode())

    def commit(self, attempt: Attempt, result: Mapping[str, Any]) -> bool:
        """End an attempt with its result, once; False if another has taken its place."""
        # The time in the queue is within the whole way's, which the ledger measures itself.
        stages = {name: value for name, value in result["provenance"]["milliseconds"].items() if name != "queued"}
        names = _entity_names(result.get("entities") or ())
        answer = self._ledger.call(
            "commit", attempt.id, attempt.fence, orjson.dumps(result), "partial" if result["failures"] else "done",
            len(stages), *(part for pair in stages.items() for part in pair), *(part for pair in names for part in pair),
        )
        return bool(answer == b"done")

    def fail(self, attempt: Attempt, kind: Literal["transient", "permanent", "crash"], reason: str, error: str, stage: str = "") -> str:
        """End an attempt without a result; gives the job's next state, or `stale`."""
        answer: bytes = self._ledger.call("fail", attempt.id, attempt.fence, kind, reason, error[:_ERROR_CHARACTERS], stage)
        return answer.decode()

    def process_lost(self, article_id: str, *, owner: str, process: int, reason: str, error: str) -> str:
        """Tell that the process that reads this article is gone, as its parent saw; gives the job's next state, or `stale`."""
        answer: bytes = self._ledger.call("fail", article_id, "", "crash", reason, error[:_ERROR_CHARACTERS], "", owner, process)
        return answer.decode()

    def renew(self, owner: str, reading: Iterable[tuple[str, int]], lease_seconds: float) -> int:
        """Lengthen the leases of the articles (id, process) that a worker's live processes read; gives how many."""
        parts = [part for pair in reading for part in pair]
        return int(self._ledger.call("renew", owner, int(lease_seconds * 1_000), *parts)) if parts else 0

    def delete(self, article_id: str) -> bool:
        """Take an article down: text, result, indexes, dead letters, stream copies; False if there was none."""
        return bool(self._ledger.call("delete", article_id))

    def state(self, article_id: str) -> Job | None:
        """Tell where an article is and was; None if the ledger does not know it (any more)."""
        with self._ledger.guard():
            # No transaction: a full server refuses those, even to read.
            pipeline = self._ledger.client.pipeline(transaction=False)
            pipeline.hgetall(keys.JOB + article_id)
            pipeline.lrange(keys.HISTORY + article_id, 0, -1)
            raw, lines = pipeline.execute()
        if not raw:
            return None
        values = {name.decode(): value.decode(errors="replace") for name, value in raw.items()}
        return Job(
            id=article_id, state=values["state"], version=int(values["version"]), attempts=int(values["attempts"]),
            priority=values["priority"], label=values.get("label", ""), source=values.get("source", ""), sha256=values["sha256"],
            reason=values.get("reason"), error=values.get("error"), letter=values.get("letter"),
            trace=trace_id(values.get("trace", "")),
            history=_history(values, lines),
        )


def pack(value: Mapping[str, Any]) -> bytes:
    """Compress an article's JSON for the ledger."""
    return zstandard.compress(orjson.dumps(value), 3)


def unpack(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read what `pack` wrote.

    Raises:
        ValueError: the bytes are no such JSON.
    """
    try:
        # The frame tells its size before anything is unpacked.
        if zstandard.frame_content_size(body) > _MAX_UNPACKED:
            raise ValueError("the stored text unpacks to more than an article can hold")
        return orjson.loads(zstandard.decompress(body, max_output_size=_MAX_UNPACKED))
    except zstandard.ZstdError as error:
        raise ValueError(f"the stored text cannot be unpacked: {error}") from None


def label(title: str | None, article_id: str) -> str:
    """Give what monitors show beside an id: the title's beginning, printable characters only."""
    shown = "".join(character if character.isprintable() else " " for character in title or "")[:_LABEL_CHARACTERS].strip()
    return f"{article_id} {shown}".strip()


def fold_name(name: str) -> str:
    """Give the form under which an entity's name is indexed."""
    return " ".join(name.casefold().split())


def _entity_names(entities: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of entity key and folded name, for the index."""
    return [(entity["key"], fold_name(entity["name"])) for entity in entities if entity.get("key") and entity.get("name")]


def _history(values: Mapping[str, str], lines: Iterable[bytes]) -> tuple[Event, ...]:
    """Accepted, started and finished stand in the job itself, everything unusual in its own list."""
    events = [(int(values["accepted_at"]), "accepted", values.get("source", ""))]
    events += [(int(at), event, str(detail)) for at, event, detail in map(json.loads, lines)]
    if "started_at" in values and not any(event == "started" for _, event, _ in events):
        events.append((int(values["started_at"]), "started", "attempt 1"))
    if values["state"] == "done":
        events.append((int(values["finished_at"]), "done", values.get("status", "")))
    return tuple(Event(at=_time(at), event=event, detail=detail) for at, event, detail in sorted(events, key=lambda event: event[0]))


def _time(milliseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(milliseconds / 1_000, tz=dt.UTC)
