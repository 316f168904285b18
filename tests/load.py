"""Load and judgement for tests of delivery: cheap articles, the conservation law sampled all the while, what must hold at the end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.servers import open_ledger
from worker.errors import ServerUnavailableError
from worker.ledger import Ledger, Status, keys
from worker.producer import Verdict, submit_each

#: One sentence that the small model reads in a few milliseconds.
SENTENCE = "Officials in Seoul said on Monday that about 1,500 troops had left the eastern port for training."


def articles(count: int, *, prefix: str = "n", sentences: int = 2, **fields: Any) -> Iterator[dict[str, Any]]:
    """Different cheap articles with ids prefix-0, prefix-1 ..."""
    for number in range(count):
        text = f"Report {number}. " + " ".join([SENTENCE] * sentences)
        yield {"id": f"{prefix}-{number}", "text": text, "extractors": ["entities"], **fields}


def submit_patiently(ledger: Ledger, items: Iterable[dict[str, Any]], seconds: float = 60) -> list[Verdict]:
    """Submit as a careful producer does: the same again while the server is away or intake is full."""
    waiting, verdicts = list(items), []
    deadline = time.monotonic() + seconds
    while waiting:
        assert time.monotonic() < deadline, "the server did not come back"
        try:
            answers = list(submit_each(waiting, ledger=ledger))
        except ServerUnavailableError:
            time.sleep(0.2)
            continue
        verdicts += [verdict for verdict in answers if verdict.verdict != "busy"]
        waiting = [item for item, verdict in zip(waiting, answers, strict=True) if verdict.verdict == "busy"]
        time.sleep(0.1 if waiting else 0)
    return verdicts


@dataclass
class Sampler:
    """Reads the books all the while, in a thread; `broken` lists every moment at which they did not balance."""

    url: str
    pause: float = 0.2
    samples: int = 0
    broken: list[Status] = field(default_factory=list)
    #: Longest time (s) between two results.
    longest_stall: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        done, since = -1, time.monotonic()
        with open_ledger(self.url) as ledger:
            while not self._stop.wait(self.pause):
                try:
                    status = ledger.status()
                except ServerUnavailableError:
                    continue
                self.samples += 1
                if not status.balanced:
                    self.broken.append(status)
                if status.done != done or not status.queued + status.in_flight:
                    done, since = status.done, time.monotonic()
                self.longest_stall = max(self.longest_stall, time.monotonic() - since)


@dataclass(frozen=True)
class Outcome:
    """What became of a set of articles."""

    accepted: int
    lost: int
    doubled: int
    dead: int
    recovered: int

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice."""
        return not self.lost and not self.doubled


def outcome(ledger: Ledger, ids: Iterable[str]) -> Outcome:
    """Count results and dead letters of the ids: each must have exactly one end, and one entry in the stream per version at most."""
    wanted = set(ids)
    entries = Counter(
        (fields[b"id"].decode(), fields[b"version"]) for _, fields in ledger.client.xrange(keys.RESULTS) if fields[b"status"] != b"deleted")
    done = {article_id for article_id, _ in entries} & wanted
    dead = {letter.id for letter in ledger.dead.list() if letter.id in wanted}
    without_result = {article_id for article_id in done if not ledger.client.exists(keys.RESULT + article_id)}
    return Outcome(
        accepted=len(wanted), lost=len(wanted - done - dead) + len(without_result),
        doubled=sum(entries.values()) - len(entries) + len(done & dead), dead=len(dead),
        recovered=ledger.status().counters.get("recovered", 0))


def drained(ledger: Ledger) -> bool:
    """Nothing is open."""
    try:
        status = ledger.status()
    except ServerUnavailableError:
        return False
    return status.queued == status.in_flight == 0
