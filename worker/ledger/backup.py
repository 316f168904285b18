"""Backup and restore of everything that Wiredesk keeps: one file, taken while nothing moves; not a copy of other keys on the server.

The file is one zstd stream of frames, each a key, its remaining life (ms, 0: for ever) and Redis' own DUMP of its value; an empty key ends
it, with the number of frames and a SHA-256 over all. Redis checks each value's own checksum when it takes it back; a DUMP can be
restored on the same or a newer kind of server, not on an older one.
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import redis
import zstandard

from worker.errors import InputError
from worker.ledger import keys
from worker.ledger.server import masked

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

_MAGIC: Final = b"wiredesk-backup/1\n"
_HEAD = struct.Struct(">IQQ")
_BATCH = 500
#: A hold outlives a backup that was killed by this; it is renewed far more often.
_HOLD_SECONDS = 60.0
_RENEW_SECONDS = 10.0
#: What is not of this moment: who is alive, who holds what, what a reader has in hand is found again by others.
_PASSING: Final = frozenset({keys.HOLD, keys.WORKERS, keys.RECONCILER, keys.RELAY, keys.MEMORY})
_LARGEST = 512 * 1024 * 1024

#: Told after each batch: keys so far.
Tell = Callable[[int], None]


def write(ledger: Ledger, path: Path, *, tell: Tell = lambda _: None, patience: float = 120.0) -> int:
    """Write a backup; gives the number of keys. Work and intake stand still meanwhile and go on by themselves.

    Raises:
        InputError: the file cannot be written, or articles in hand did not end within `patience` seconds.
    """
    part = path.with_name(path.name + ".part")
    with _stillness(ledger, patience) as renew:
        try:
            with part.open("wb") as raw, zstandard.ZstdCompressor(level=3).stream_writer(raw) as out:
                count = _write_frames(ledger, out, renew, tell)
            part.replace(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from None
        finally:
            part.unlink(missing_ok=True)
    return count


def restore(ledger: Ledger, path: Path, *, replace: bool = False, tell: Tell = lambda _: None) -> int:
    """Put a backup back; gives the number of keys. The whole file is checked before anything is changed.

    Raises:
        InputError: the file is no whole backup, the server holds articles and `replace` was not asked for, or it is older than the backup.
    """
    expected = check(ledger, path, replace=replace)
    existing = _own_keys(ledger)
    ledger.holds.hold("quiet", "rounds", seconds=_HOLD_SECONDS)
    try:
        with ledger.guard():
            for start in range(0, len(existing), _BATCH):
                ledger.client.unlink(*existing[start:start + _BATCH])
                ledger.holds.hold("quiet", "rounds", seconds=_HOLD_SECONDS)
            done = 0
            for batch in _batches(_frames(path)):
                _put(ledger, batch)
                ledger.holds.hold("quiet", "rounds", seconds=_HOLD_SECONDS)
                tell(done := done + len(batch))
    finally:
        ledger.holds.release("quiet", "rounds")
    return expected


def check(ledger: Ledger, path: Path, *, replace: bool = False) -> int:
    """Read a whole backup and see that it may be put back here; gives the number of its keys.

    Raises:
        InputError: as `restore` does.
    """
    with ledger.guard():
        place = ledger.client.dump(keys.SHARD)
    expected = 0
    for name, _, value in _frames(path):
        expected += 1
        # The last ten bytes tell of the kind of server.
        if place is not None and name == keys.SHARD.encode() and value[:-10] != place[:-10]:
            raise InputError(f"{path}: is of another server among several than {masked(ledger.url)}; articles are found by their place")
    existing = len(set(_own_keys(ledger)) - {keys.SHARD.encode()})
    if existing and not replace:
        raise InputError(f"the server already holds {existing:,} keys of Wiredesk; --replace gives them up for what {path} holds")
    return expected


@contextmanager
def _stillness(ledger: Ledger, patience: float) -> Iterator[Callable[[], None]]:
    """Hold work and intake, wait until no article is in hand, then hold the reconciler too; gives what renews the holds."""
    deadline, due = time.monotonic() + patience, 0.0
    parts: tuple[str, ...] = ("quiet",)

    def renew() -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        if due and "quiet" not in ledger.holds.held():
            raise InputError("the hold ran out while the backup was written, so that it may not be of one moment; try again later")
        ledger.holds.hold(*parts, seconds=_HOLD_SECONDS)  # type: ignore[arg-type]  # parts are literals
        due = time.monotonic() + _RENEW_SECONDS

    try:
        renew()
        while reading := ledger.status().in_flight:
            if time.monotonic() > deadline:
                raise InputError(f"{reading:,} articles are still in workers' hands after {patience:g} seconds; try again later")
            renew()
            time.sleep(0.1)
        parts, due = ("quiet", "rounds"), 0.0
        renew()
        yield renew
        due = min(due, time.monotonic())
        renew()
    finally:
        ledger.holds.release("quiet", "rounds")


def _write_frames(ledger: Ledger, out: IO[bytes], renew: Callable[[], None], tell: Tell) -> int:
    digest, count = hashlib.sha256(), 0
    out.write(_MAGIC)
    names = _own_keys(ledger)
    for start in range(0, len(names), _BATCH):
        renew()
        batch = names[start:start + _BATCH]
        with ledger.guard():
            pipeline = ledger.client.pipeline(transaction=False)
            for name in batch:
                pipeline.dump(name)
                pipeline.pttl(name)
            answers = pipeline.execute()
        for name, value, life in zip(batch, answers[::2], answers[1::2], strict=True):
            if value is None:  # its life ended meanwhile
                continue
            frame = _HEAD.pack(len(name), max(0, life), len(value)) + name + value
            digest.update(frame)
            out.write(frame)
            count += 1
        tell(count)
    out.write(_HEAD.pack(0, count, len(digest.digest())) + digest.digest())
    return count


def _frames(path: Path) -> Iterator[tuple[bytes, int, bytes]]:
    """Give key, life and value of each frame; the last thing it does is to check that the file is whole."""
    broken = InputError(f"{path}: is no whole backup of Wiredesk; nothing was changed by it")
    digest, count = hashlib.sha256(), 0
    try:
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as source:
            if source.read(len(_MAGIC)) != _MAGIC:
                raise broken
            while True:
                head = _exactly(source, _HEAD.size, broken)
                name_length, life, value_length = _HEAD.unpack(head)
                if value_length > _LARGEST:
                    raise broken
                body = _exactly(source, name_length + value_length, broken)
                if not name_length:
                    if life != count or body != digest.digest():
                        raise broken
                    return
                digest.update(head + body)
                count += 1
                yield body[:name_length], life, body[name_length:]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except zstandard.ZstdError:
        raise broken from None


def _exactly(source: IO[bytes], size: int, broken: InputError) -> bytes:
    data = source.read(size)
    while len(data) < size:
        more = source.read(size - len(data))
        if not more:
            raise broken
        data += more
    return data


def _batches(frames: Iterator[tuple[bytes, int, bytes]]) -> Iterator[list[tuple[bytes, int, bytes]]]:
    batch = []
    for frame in frames:
        batch.append(frame)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _put(ledger: Ledger, batch: list[tuple[bytes, int, bytes]]) -> None:
    pipeline = ledger.client.pipeline(transaction=False)
    for name, life, value in batch:
        pipeline.restore(name, life, value, replace=True)
    try:
        pipeline.execute()
    except redis.ResponseError as error:
        if "payload version" in str(error):
            raise InputError("the backup comes from a newer kind of server than this one; restore it on the same or a newer one") from None
        raise


def _own_keys(ledger: Ledger) -> list[bytes]:
    """Every key of Wiredesk: `wiredesk:*` and the queues `wiredesk.*`, jobs' own before the indexes that name them."""
    found: set[bytes] = set()
    with ledger.guard():
        for pattern in ("wiredesk:*", "wiredesk.*"):
            found.update(ledger.client.scan_iter(match=pattern, count=1_000))
    return sorted(found - {name.encode() for name in _PASSING})
