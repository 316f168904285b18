"""Several ledgers as one, for whoever submits, asks and watches: each article lies on one server, chosen by a hash of its id.

The servers know nothing of each other. A worker serves one of them (`redis_url`) and sees none of this. What needs one server after all
says so. API keys and the foreign intakes are those of the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from worker.errors import ConfigurationError, ServerUnavailableError
from worker.ledger import keys
from worker.ledger.connection import Ledger, Status
from worker.ledger.dead_letters import DeadLetter, DeadLetters, Filter
from worker.ledger.duplicates import Duplicates
from worker.ledger.holds import Holds, Part
from worker.ledger.jobs import Answer, Job, Jobs, Submission
from worker.ledger.results import Results
from worker.ledger.server import masked
from worker.ledger.workers import Sign, Workers

if TYPE_CHECKING:
    from worker.settings import Settings

Item = TypeVar("Item")
Answered = TypeVar("Answered")


def shard_of(article_id: str, number: int) -> int:
    """Give the place of an article's server among so many: the first 32 bits of its id's SHA-256, modulo their number."""
    return int.from_bytes(hashlib.sha256(article_id.encode()).digest()[:4], "big") % number


class Shards(Ledger):
    """Ledgers that share the articles."""

    def __init__(self, ledgers: Sequence[Ledger], settings: Settings) -> None:
        self._ledgers = tuple(ledgers)
        self.settings = settings
        self.url = " ".join(ledger.url for ledger in ledgers)
        self.jobs = _Jobs(self)
        self.results = _Results(self)
        self.dead = _DeadLetters(self)
        self.duplicates = _Duplicates(self)
        self.holds = _Holds(self)
        self.workers = _Workers(self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - there is none
        """Refuse what only one server has: its client and its scripts."""
        if name in ("client", "scripts"):
            raise ConfigurationError("shards: this works on one server; name one of them in WIREDESK_REDIS_URL")
        raise AttributeError(name)

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """Each server's ledger, in the order of the setting `shards`."""
        return self._ledgers

    @property
    def home(self) -> Ledger:
        """The first server's ledger."""
        return self._ledgers[0]

    def of(self, article_id: str) -> Ledger:
        """Give the ledger that has the article, or would."""
        return self.ledgers[shard_of(article_id, len(self.ledgers))]

    def take_places(self, *, all_there: bool = True) -> None:
        """Note on each server which of how many it is; where one is away or full, go on without it unless `all_there` is wished.

        Raises:
            ConfigurationError: a server has another place: with a changed list articles would not be found again.
            ServerUnavailableError: a server is away.
        """
        for number, ledger in enumerate(self.ledgers, start=1):
            try:
                known = _place(ledger, f"{number} of {len(self.ledgers)}")
            except ServerUnavailableError:
                if all_there:
                    raise
                continue
            if known != f"{number} of {len(self.ledgers)}":
                raise ConfigurationError(
                    f"shards: the server at place {number} says that it is {known}; articles are found by their place: "
                    "restore the order, or drain all of them and delete the key wiredesk:shard on each before the list is changed")

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Each ledger guards itself."""
        yield

    def status(self) -> Status:
        """Sum all counts; each ledger is read in one step, one after the other."""
        found = [ledger.status() for ledger in self.ledgers]
        counters: dict[str, int] = {}
        for status in found:
            for name, value in status.counters.items():
                counters[name] = counters.get(name, 0) + value
        ages = [status.oldest_seconds for status in found if status.oldest_seconds is not None]

        def total(name: str) -> int:
            return sum(getattr(status, name) for status in found)

        return Status(
            accepted=total("accepted"), done=total("done"), dead=total("dead"), queued=total("queued"), in_flight=total("in_flight"),
            oldest_seconds=max(ages, default=None), waiting=total("waiting"), quarantined=total("quarantined"), counters=counters,
            alarms={f"shard_{number}_{name}": f"server {number}: {sentence}" for number, status in enumerate(found, start=1)
                    for name, sentence in status.alarms.items()})

    def timings(self) -> dict[str, float]:
        """Sum the times of stages."""
        sums: dict[str, float] = {}
        for ledger in self.ledgers:
            for name, value in ledger.timings().items():
                sums[name] = sums.get(name, 0.0) + value
        return sums

    def memory(self) -> float | None:
        """Give the fullest server's share of memory in use."""
        return max((share for ledger in self.ledgers if (share := ledger.memory()) is not None), default=None)

    def newest(self, count: int) -> list[tuple[int, str]]:
        """Give (milliseconds, id) of the newest results of all."""
        return list(islice(merge(*(ledger.newest(count) for ledger in self.ledgers), reverse=True), count))

    def ping(self) -> None:
        """Ask every server for a sign of life."""
        for ledger in self.ledgers:
            ledger.ping()

    def close(self) -> None:
        """Close all connections."""
        for ledger in self.ledgers:
            ledger.close()


class _Jobs(Jobs):
    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def submit(self, submissions: Sequence[Submission], *, ticket: str, source: str, replace: bool) -> list[Answer]:
        """Submit each article to its server; the answers come in the order of the articles."""
        return _spread(self._shards, submissions, lambda item: item.id, lambda ledger, part: ledger.jobs.submit(
            part, ticket=ticket, source=source, replace=replace))

    def delete(self, article_id: str) -> bool:
        return self._shards.of(article_id).jobs.delete(article_id)

    def state(self, article_id: str) -> Job | None:
        return self._shards.of(article_id).jobs.state(article_id)


class _Results(Results):
    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def get(self, article_id: str) -> bytes | None:
        return self._shards.of(article_id).results.get(article_id)

    def get_many(self, article_ids: list[str]) -> list[bytes | None]:
        return _spread(self._shards, article_ids, str, lambda ledger, part: ledger.results.get_many(part))

    def article(self, article_id: str) -> bytes | None:
        return self._shards.of(article_id).results.article(article_id)

    def scored_mentions(self, entity: str, limit: int = 100) -> list[tuple[float, str]]:
        found = chain.from_iterable(ledger.results.scored_mentions(entity, limit) for ledger in self._shards.ledgers)
        return sorted(found, key=lambda pair: (-pair[0], pair[1]))[:limit]


class _DeadLetters(DeadLetters):
    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def list(self, chosen: Filter | None = None, *, limit: int | None = None, start: str = "-") -> Iterator[DeadLetter]:
        yield from islice(chain.from_iterable(ledger.dead.list(chosen, start=start) for ledger in self._shards.ledgers), limit)

    def show(self, name: str) -> DeadLetter | None:
        home = self._shards.of(name)
        others = (ledger for ledger in self._shards.ledgers if ledger is not home)
        return next((letter for ledger in (home, *others) if (letter := ledger.dead.show(name)) is not None), None)

    def count(self) -> int:
        return sum(ledger.dead.count() for ledger in self._shards.ledgers)

    def bury(self, source: str, reason: str, error: str, raw: bytes, *, article_id: str = "") -> str:
        ledger = self._shards.of(article_id) if article_id.isprintable() and article_id else self._shards.home
        return ledger.dead.bury(source, reason, error, raw, article_id=article_id)

    def replay(
        self, chosen: Filter | None = None, *, per_second: float | None = None, dry_run: bool = False,
    ) -> Iterator[tuple[DeadLetter, str]]:
        for ledger in self._shards.ledgers:
            yield from ledger.dead.replay(chosen, per_second=per_second, dry_run=dry_run)

    def replay_one(self, letter: str) -> str:
        answers = (ledger.dead.replay_one(letter) for ledger in self._shards.ledgers)
        return next((answer for answer in answers if answer != "unknown"), "unknown")

    def purge(self, chosen: Filter | None = None, *, dry_run: bool = False) -> int:
        return sum(ledger.dead.purge(chosen, dry_run=dry_run) for ledger in self._shards.ledgers)


class _Duplicates(Duplicates):
    """Near-duplicates are each server's own."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def story(self, cluster: str) -> list[str]:
        return [article_id for ledger in self._shards.ledgers for article_id in ledger.duplicates.story(cluster)]


class _Holds(Holds):
    """A server that is away is named once the others are held, or let go; the error's words say what each of them did."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def hold(self, *parts: Part, seconds: float = 0) -> None:
        self._each("held", lambda ledger: ledger.holds.hold(*parts, seconds=seconds))

    def release(self, *parts: Part) -> None:
        self._each("let go", lambda ledger: ledger.holds.release(*parts))

    def _each(self, done: str, ask: Callable[[Ledger], None]) -> None:
        told, away = [], False
        for number, ledger in enumerate(self._shards.ledgers, start=1):
            try:
                ask(ledger)
                told.append(f"server {number} ({masked(ledger.url)}): {done}")
            except ServerUnavailableError as error:
                away = True
                told.append(f"server {number}: NOT {done}: {error}")
        if away:
            raise ServerUnavailableError("; ".join(told) + ". Call the same again when all answer: what is done already is not done twice, "
                                         "or `wiredesk resume` to let all go on")

    def held(self) -> tuple[Part, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(ledger.holds.held() for ledger in self._shards.ledgers)))


class _Workers(Workers):
    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def list(self) -> list[Sign]:
        return [sign for ledger in self._shards.ledgers for sign in ledger.workers.list()]

    def loading(self) -> bool:
        """Tell whether one has begun to load its model and may soon be there."""
        return any(ledger.workers.loading() for ledger in self._shards.ledgers)


def _place(ledger: Ledger, place: str) -> str:
    """Give the place that a server knows of itself, the given one if it knew none."""
    with ledger.guard():
        # A full server, or a replica, can still be read.
        known: bytes | None = ledger.client.get(keys.SHARD) or ledger.client.set(keys.SHARD, place, nx=True, get=True)
    return place if known is None else known.decode()


def _spread(
    shards: Shards, items: Sequence[Item], name: Callable[[Item], str], ask: Callable[[Ledger, list[Item]], Iterable[Answered]],
) -> list[Answered]:
    """Ask each server about its items; the answers stand in the order of the items."""
    parts: dict[int, list[int]] = {}
    for at, item in enumerate(items):
        parts.setdefault(shard_of(name(item), len(shards.ledgers)), []).append(at)
    answers: dict[int, Answered] = {}
    for number, positions in parts.items():
        answers.update(zip(positions, ask(shards.ledgers[number], [items[at] for at in positions]), strict=True))
    return [answers[at] for at in range(len(items))]
