"""The ledger as one object: its connection, its parts, and what it says of the whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import redis

from worker.errors import WiredeskError
from worker.ledger import keys
from worker.ledger.dead_letters import DeadLetters
from worker.ledger.duplicates import Duplicates
from worker.ledger.holds import SENTENCES, Holds
from worker.ledger.jobs import Jobs
from worker.ledger.results import Results
from worker.ledger.scripts import Scripts
from worker.ledger.server import open_client, refused, require_server, unavailable
from worker.ledger.workers import Workers
from worker.metrics import ledger_text
from worker.settings import server_url

if TYPE_CHECKING:
    from worker.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The ledger at one moment; `accepted == done + dead + queued + in_flight` always holds."""

    accepted: int
    done: int
    dead: int
    queued: int
    in_flight: int
    #: Age of the oldest open job; null when there is none.
    oldest_seconds: float | None
    #: Of the queued: waiting for another try, and in quarantine.
    waiting: int
    quarantined: int
    #: Further counters by name, such as duplicate, recovered, garbage, `refused|backlog`.
    counters: dict[str, int]
    #: What is wrong now, one sentence each.
    alarms: dict[str, str]

    @property
    def balanced(self) -> bool:
        """Whether the conservation law holds."""
        return self.accepted == self.done + self.dead + self.queued + self.in_flight

    def to_json(self) -> dict[str, Any]:
        """Give the status as `wiredesk status --json` prints it."""
        return asdict(self)


class Ledger:
    """One connection to the ledger; safe to use from many threads, not across a fork."""

    def __init__(self, client: redis.Redis, settings: Settings, url: str) -> None:
        #: redis-py's types cannot tell bytes from str; every answer here is bytes.
        self.client: Any = client
        self.settings = settings
        self.url = url
        self.scripts = Scripts(client, settings)
        self.jobs = Jobs(self)
        self.results = Results(self)
        self.dead = DeadLetters(self)
        self.duplicates = Duplicates(self)
        self.holds = Holds(self)
        self.workers = Workers(self)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turn the server's absence into `ServerUnavailableError`."""
        try:
            yield
        except redis.RedisError as error:
            if refused(error):
                raise unavailable(self.url, error) from None
            raise

    def call(self, script: str, *arguments: str | bytes | float) -> Any:  # noqa: ANN401 - each script's own answer
        """Run one script."""
        with self.guard():
            return self.scripts.call(script, *arguments)

    def status(self) -> Status:
        """Read all counts in one step."""
        accepted, done, dead, queued, in_flight, oldest, waiting, quarantined, counters = self.call("status")
        names = [name.decode() for name in counters[::2]]
        with self.guard():
            alarms = self.client.hgetall(keys.ALARMS)
        return Status(
            accepted=accepted, done=done, dead=dead, queued=queued, in_flight=in_flight,
            oldest_seconds=None if oldest < 0 else oldest / 1_000, waiting=waiting, quarantined=quarantined,
            counters=dict(zip(names, map(int, counters[1::2]), strict=True)),
            alarms={name.decode(): json.loads(value)[1] for name, value in sorted(alarms.items())}
            | {f"held_{part}": SENTENCES[part] for part in self.holds.held()},
        )

    @property
    def home(self) -> Ledger:
        """The ledger that has the API keys and the foreign intakes: this one, unless several share the articles (`shards.py`)."""
        return self

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """Each server's ledger, one unless several share the articles."""
        return (self,)

    def of(self, article_id: str) -> Ledger:  # noqa: ARG002 - where there are several, it decides
        """Give the ledger that has the article, or would."""
        return self

    def timings(self) -> dict[str, float]:
        """Give the histogram of each stage: `stage|bound in ms` to articles, `stage|sum` to microseconds."""
        with self.guard():
            return {name.decode(): float(value) for name, value in self.client.hgetall(keys.TIMINGS).items()}

    def memory(self) -> float | None:
        """Give the share of the server's memory that is in use; None where it does not tell of a bound."""
        with self.guard():
            info = self.client.info("memory")
        limit = int(info.get("maxmemory") or info.get("total_system_memory") or 0)
        return int(info["used_memory"]) / limit if limit else None

    def newest(self, count: int) -> list[tuple[int, str]]:
        """Give (milliseconds, id) of the newest results, newest first."""
        with self.guard():
            entries = self.client.xrevrange(keys.RESULTS, count=2 * count)
        found: dict[str, int] = {}
        for entry, fields in entries:
            if fields.get(b"status") != b"deleted":
                found.setdefault(fields[b"id"].decode(), int(entry.partition(b"-")[0]))
        return [(at, article_id) for article_id, at in found.items()][:count]

    def metrics(self) -> str:
        """Give the ledger's counts in Prometheus' text format."""
        return ledger_text(self.status().to_json(), self.timings(), self.memory())

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            ServerUnavailableError: there is none.
        """
        with self.guard():
            self.client.ping()

    def close(self) -> None:
        """Close all connections."""
        self.client.close()


def connect(settings: Settings, url: str = "", *, name: str = "wiredesk", check: bool = False, single: bool = False) -> Ledger:
    """Open the ledger on the given server, else the settings' (several as one: `shards.py`), else the one that runs on this machine.

    `check` refuses a server that cannot keep what it accepts (`server.py`); `single` keeps to one connection.

    Raises:
        ConfigurationError: the server fails the check.
        ServerUnavailableError: there is no server, or none that answers the check.
    """
    if settings.shards and not url and not settings.redis_url:
        return _connect_all(settings, name=name, check=check)
    url = url or server_url(settings)
    try:
        client = open_client(url, name=name, single=single)
    except redis.RedisError as error:
        raise unavailable(url, error) from None
    ledger = Ledger(client, settings, url)
    if check:
        try:
            with ledger.guard():
                require_server(ledger.client, allow_volatile=settings.ledger.allow_volatile)
        except WiredeskError:
            ledger.close()
            raise
    return ledger


def _connect_all(settings: Settings, *, name: str, check: bool) -> Ledger:
    from worker.ledger.shards import Shards

    shards = Shards([connect(settings, url, name=name, check=check) for url in settings.shards], settings)
    try:
        shards.take_places(all_there=check)
    except WiredeskError:
        shards.close()
        raise
    return shards
