"""Read results as a downstream system does: a stream, consumer groups, acknowledgement, and taking over from readers that died.

    for delivery in results(group="search-index"):
        store(delivery.id, delivery.version, delivery.result)
        delivery.acknowledge()

Each result is delivered at least once to each group: who stores it under (id, version) has it once. The versions of an id go on counting
after a takedown or the end of its retention, for `retention.version_days`. `once` keeps count in any SQL database:

    for delivery in results(group="archive"):
        with once(delivery, database) as new:
            if delivery.status == "deleted":
                database.execute("DELETE FROM articles WHERE id = ? AND version <= ?", (delivery.id, delivery.version))
            elif new and delivery.result:
                database.execute("INSERT INTO articles VALUES (?, ?, ?)", (delivery.id, delivery.version, delivery.result))

A takedown is of the versions up to its own. Readers of one group do not keep the stream's order among themselves: who takes one up late
may find the id submitted again and a newer version stored, which a takedown that goes by the id alone would drop.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from heapq import merge
from itertools import repeat
from typing import Any
from uuid import uuid4

import orjson
import redis
from redis.exceptions import OutOfMemoryError

from worker.errors import InputError, ServerUnavailableError
from worker.ledger import Ledger, connect, keys
from worker.ledger.shards import Shards
from worker.logs import get_logger
from worker.settings import load_settings

log = get_logger(__name__)

#: Milliseconds after which another reader takes over what one has not acknowledged.
TAKE_OVER_MS = 60_000
_BATCH = 100
#: Most entries of one reader that `keep` looks for.
_KEPT = 2_000
_BLOCK_MS = 1_000
#: Between two looks at several servers.
_LOOK_SECONDS = 0.25
#: An entry's number, as a place in one stream of several.
_PLACE = re.compile("0|[0-9]{1,15}-[0-9]{1,10}")
#: How a result begins, as `pipeline.py` writes it: saves reading it whole.
_HEAD = re.compile(rb'\{"schema":"[^"]*","version":(\d+),"article":\{"id":"(?:[^"\\]|\\.)*","sha256":"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One entry of the stream of results."""

    #: The entry's number: where to go on reading. Read from several servers without a group: the place in each one's stream, with commas.
    entry: str
    id: str
    version: int
    #: done; partial when an extractor failed; deleted when the article was taken down: drop your copies up to this version.
    status: str
    sha256: str
    #: The result's JSON; None when deleted, replaced or past its retention.
    result: bytes | None
    #: The W3C `traceparent` of the article's trace; empty: none.
    traceparent: str
    #: The group it was delivered to, if any.
    group: str
    _ledger: Ledger

    def acknowledge(self) -> None:
        """Tell that the group needs it no longer."""
        if not self.group:
            return
        with self._ledger.guard():
            pipeline = self._ledger.client.pipeline(transaction=False)
            pipeline.xack(keys.RESULTS, self.group, self.entry)
            pipeline.hset(keys.GROUP + self.group, "acknowledged", _now(self._ledger))
            for answer in pipeline.execute(raise_on_error=False):
                # A full server notes no time, but lets go of what was read: that is what makes room.
                if isinstance(answer, Exception) and not isinstance(answer, OutOfMemoryError):
                    raise answer

    def to_json(self) -> dict[str, Any]:
        """Give the entry as JSON, the result as an object."""
        return {"entry": self.entry, "id": self.id, "version": self.version, "status": self.status, "sha256": self.sha256,
                "result": None if self.result is None else orjson.loads(self.result)}


def results(
    *, group: str = "", consumer: str = "", after: str = "0", ledger: Ledger | None = None, follow: bool = True,
    take_over_ms: int = TAKE_OVER_MS,
) -> Iterator[Delivery]:
    """Give results as they come, for ever, or until the stream's end when `follow` is false.

    With a `group`, its readers share the stream, unacknowledged entries come again, and `after` counts only when the group is new.
    Without one, reading begins after the entry `after` (0: the oldest; $: only what comes from now on). Of several servers one that is
    away stops the others' results only after what they have was given.

    Raises:
        ServerUnavailableError: a server is away; call again, with the last entry or the same group.
        InputError: `after` is no entry's number, or the server does not know the group's stream any more.
    """
    ledger = ledger or _default_ledger()
    consumer = consumer or f"{socket.gethostname()}-{uuid4().hex[:8]}"
    if isinstance(ledger, Shards):
        yield from _read_all(ledger, group, consumer, after, take_over_ms, follow=follow)
    elif group:
        yield from _read_group(ledger, group, consumer, after, take_over_ms, follow=follow)
    else:
        yield from _read_alone(ledger, after, follow=follow)


@contextmanager
def once(delivery: Delivery, database: Any, *, mark: str = "?") -> Iterator[bool]:  # noqa: ANN401 - any DB-API connection
    """Hand a delivery over exactly once: what the block writes is committed together with (id, version, sha256), then acknowledged.

    Gives True the first time, False when this version with this content was handed over before. A takedown is True each time that it
    comes, for dropping a copy twice does no harm and missing it does; what was handed over of the article up to it is forgotten, what is
    newer stays (`AND version <= delivery.version`). A reader that is killed at any moment finds either both or neither in the database
    and gets the delivery again. `database` is a DB-API connection that is not in autocommit mode; `mark` is its driver's placeholder
    (`?` for sqlite3, `%s` for psycopg). The table `wiredesk_handed_over` is made when it is missing.
    """
    cursor = database.cursor()
    try:
        cursor.execute("CREATE TABLE IF NOT EXISTS wiredesk_handed_over (reader TEXT, id TEXT, version INTEGER, sha256 TEXT, "
                       "PRIMARY KEY (reader, id, version, sha256))")
        new = _note(cursor, delivery, mark)
        yield new
        database.commit()
    except BaseException:
        database.rollback()
        raise
    finally:
        cursor.close()
    delivery.acknowledge()


def _note(cursor: Any, delivery: Delivery, mark: str) -> bool:  # noqa: ANN401 - any DB-API cursor
    """Note what is handed over; tells whether it was not before."""
    article = (delivery.group, delivery.id)
    if delivery.status == "deleted":
        cursor.execute(f"DELETE FROM wiredesk_handed_over WHERE reader = {mark} AND id = {mark} AND version <= {mark}",  # noqa: S608 - placeholders only
                       (*article, delivery.version))
        return True
    key = (*article, delivery.version, delivery.sha256)
    cursor.execute("SELECT 1 FROM wiredesk_handed_over "  # noqa: S608
                   f"WHERE reader = {mark} AND id = {mark} AND version = {mark} AND sha256 = {mark}", key)
    new = cursor.fetchone() is None
    if new:
        cursor.execute(f"INSERT INTO wiredesk_handed_over VALUES ({mark}, {mark}, {mark}, {mark})", key)  # noqa: S608
    return new


def missed(ledger: Ledger, group: str) -> int:
    """Tell how many entries were trimmed before the group, silent for too long, had read them; then forget it."""
    with ledger.guard():
        key = keys.GROUP + group
        number = int(ledger.client.hget(key, "missed") or 0)
        if number:
            ledger.client.hdel(key, "missed")
    return number


def again(delivery: Delivery) -> Delivery | None:
    """Read an entry once more; None when it was trimmed or its article taken down since."""
    ledger = delivery._ledger  # noqa: SLF001 - the class is this module's
    with ledger.guard():
        entries = ledger.client.xrange(keys.RESULTS, delivery.entry, delivery.entry)
    return next(_deliveries(ledger, entries, delivery.group), None)


def keep(ledger: Ledger, group: str, consumer: str, deliveries: Iterable[Delivery] = ()) -> None:
    """Tell that a reader still works on `deliveries` and on all that it was given: nobody takes them over for another while."""
    wanted = list(deliveries)
    for part in ledger.ledgers:
        with part.guard():
            pending = part.client.xpending_range(keys.RESULTS, group, "-", "+", _KEPT, consumer)
            entries = {row["message_id"].decode() for row in pending} | {one.entry for one in wanted if one._ledger is part}  # noqa: SLF001
            if entries:
                part.client.xclaim(keys.RESULTS, group, consumer, 0, sorted(entries), justid=True)


def places(ledger: Ledger, after: str) -> list[str]:
    """Give the place in each server's stream that an entry names.

    Raises:
        InputError: it names none, or those of another number of servers.
    """
    number = len(ledger.ledgers)
    if after in ("0", "$"):
        return [after if after == "0" else _newest(part) for part in ledger.ledgers]
    found = after.split(",")
    if len(found) != number or not all(map(_PLACE.fullmatch, found)):
        whose = f"in the results of {number} servers" if number > 1 else "in the stream of results"
        raise InputError(f"{after!r} is no place {whose}: write 0, or $, or what stands with a result that was read there, such as "
                         f"{','.join(['1729584000000-0'] * number)}")
    return found


def _read_all(shards: Shards, group: str, consumer: str, after: str, take_over_ms: int, *, follow: bool) -> Iterator[Delivery]:
    """Read several servers: a group by turns, who reads alone in the order of time."""
    lasts = [] if group else places(shards, after)
    while True:
        quiet = True
        for delivery in (_shares(shards, group, consumer, after, take_over_ms) if group else _merged(shards, lasts)):
            quiet = False
            yield delivery
        if quiet and not follow:
            return
        if quiet:
            time.sleep(_LOOK_SECONDS)


def _shares(shards: Shards, group: str, consumer: str, after: str, take_over_ms: int) -> Iterator[Delivery]:
    away: list[ServerUnavailableError] = []
    for ledger in shards.ledgers:
        yield from _living(_read_group(ledger, group, consumer, after, take_over_ms, follow=False), away)
    if away:
        raise away[0]


def _merged(shards: Shards, lasts: list[str]) -> Iterator[Delivery]:
    """Give what each server has after its place, the oldest first, and move the places on."""
    away: list[ServerUnavailableError] = []
    streams = [zip(_living(_read_alone(ledger, last, follow=False), away), repeat(number))
               for number, (ledger, last) in enumerate(zip(shards.ledgers, lasts, strict=True))]
    for delivery, number in merge(*streams, key=lambda pair: [int(part) for part in pair[0].entry.split("-")]):
        lasts[number] = delivery.entry
        yield replace(delivery, entry=",".join(lasts))
    if away:
        raise away[0]


def _living(reading: Iterator[Delivery], away: list[ServerUnavailableError]) -> Iterator[Delivery]:
    """Read until the server goes away, which is noted."""
    try:
        yield from reading
    except ServerUnavailableError as error:
        away.append(error)


def _read_alone(ledger: Ledger, after: str, *, follow: bool) -> Iterator[Delivery]:
    last = after
    while True:
        with ledger.guard(), _named(after):
            rows = ledger.client.xread({keys.RESULTS: last}, count=_BATCH, block=_BLOCK_MS if follow else None)
        entries = _entries(rows)
        if last == "$":
            # A block without news must not skip what comes between two reads.
            last = _newest(ledger)
        if entries:
            last = entries[-1][0].decode()
        yield from _deliveries(ledger, entries, "")
        if not entries and not follow:
            return


def _read_group(ledger: Ledger, group: str, consumer: str, after: str, take_over_ms: int, *, follow: bool) -> Iterator[Delivery]:
    _create_group(ledger, group, after)
    if lost := missed(ledger, group):
        log.warning("results_missed", group=group, entries=lost, reason="the group was silent for too long and the stream was trimmed")
    yield from _take_over(ledger, group, consumer, take_over_ms)
    while True:
        with ledger.guard():
            rows = ledger.client.xreadgroup(group, consumer, {keys.RESULTS: ">"}, count=_BATCH, block=_BLOCK_MS if follow else None)
        fresh = _entries(rows)
        yield from _deliveries(ledger, fresh, group)
        if follow and not fresh:
            # A quiet moment: look for what readers that died have left.
            yield from _take_over(ledger, group, consumer, take_over_ms)
        elif not fresh:
            return


def _take_over(ledger: Ledger, group: str, consumer: str, take_over_ms: int) -> Iterator[Delivery]:
    """Go once through what others have left unacknowledged for so long."""
    cursor = "0-0"
    while True:
        with ledger.guard():
            answer = ledger.client.xautoclaim(keys.RESULTS, group, consumer, min_idle_time=take_over_ms, start_id=cursor, count=_BATCH)
        yield from _deliveries(ledger, [entry for entry in answer[1] if entry[1]], group)
        cursor = answer[0].decode()
        if cursor == "0-0":
            return


def _create_group(ledger: Ledger, group: str, after: str) -> None:
    with ledger.guard(), _named(after):
        try:
            ledger.client.xgroup_create(keys.RESULTS, group, id=after, mkstream=True)
            ledger.client.hset(keys.GROUP + group, "acknowledged", _now(ledger))
        except OutOfMemoryError:
            # A full server makes no group; who has one may go on.
            if not any(known["name"].decode() == group for known in ledger.client.xinfo_groups(keys.RESULTS)):
                raise
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def _deliveries(ledger: Ledger, entries: list[tuple[bytes, dict[bytes, bytes]]], group: str) -> Iterator[Delivery]:
    ids = [fields[b"id"].decode() for _, fields in entries]
    inside = [fields.get(b"result") for _, fields in entries]
    stored = ledger.results.get_many(ids) if ids and not all(inside) else inside
    for (entry, fields), article_id, own, kept in zip(entries, ids, inside, stored, strict=True):
        status, version, sha256 = fields[b"status"].decode(), int(fields[b"version"]), fields[b"sha256"].decode()
        # Without its own copy the entry finds under the id whatever is the newest: perhaps the result of a later version.
        result = own or (kept if kept is not None and _is_of(kept, version, sha256) else None)
        yield Delivery(entry=entry.decode(), id=article_id, version=version, status=status, sha256=sha256,
                       result=None if status == "deleted" else result,
                       traceparent=fields.get(b"traceparent", b"").decode(), group=group, _ledger=ledger)


def _is_of(result: bytes, version: int, sha256: str) -> bool:
    """Tell whether a stored result is that of this version and content; what it does not tell is believed."""
    if head := _HEAD.match(result):
        return int(head[1]) == version and head[2].decode() == sha256
    told = orjson.loads(result)
    return bool(told.get("version", version) == version and told.get("article", {}).get("sha256", sha256) == sha256)


def _entries(rows: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:  # noqa: ANN401 - redis-py answers a list, or a dict in its third protocol
    streams = rows.items() if isinstance(rows, dict) else rows or ()
    found = []
    for _, entries in streams:
        batches = entries if entries and isinstance(entries[0], list) else [entries]
        found += [entry for batch in batches for entry in batch]
    return found


class _named:  # noqa: N801 - reads as a word in a with statement
    """Turn the server's complaint about an entry's number into one that names it."""

    def __init__(self, after: str) -> None:
        self._after = after

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, redis.ResponseError) and "stream ID" in str(error):
            raise InputError(
                f"{self._after!r} is no entry of the stream of results; write one such as 1729584000000-0, or 0, or $") from None


def _newest(ledger: Ledger) -> str:
    with ledger.guard():
        newest = ledger.client.xrevrange(keys.RESULTS, count=1)
    return newest[0][0].decode() if newest else "0-0"


def _now(ledger: Ledger) -> int:
    seconds, microseconds = ledger.client.time()
    return int(seconds) * 1_000 + int(microseconds) // 1_000


@cache
def _default_ledger() -> Ledger:
    return connect(load_settings(), name="wiredesk-consumer")
