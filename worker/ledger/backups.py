"""Backup and restore of all servers that share the articles: a folder with one file each, or one file where there is one server.

Each file is of one moment of its server; the servers know nothing of each other, so that none needs the others' moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from worker.errors import InputError, WiredeskError
from worker.ledger import backup

if TYPE_CHECKING:
    from worker.ledger.backup import Tell
    from worker.ledger.connection import Ledger


def write(ledger: Ledger, path: Path, *, tell: Tell = lambda _: None, patience: float = 120.0) -> int:
    """Write a backup of each server; gives the number of keys. A server that fails leaves its older file as it was.

    Raises:
        InputError: as for one server, or the folder cannot be made.
    """
    if len(ledger.ledgers) > 1:
        _make(path)
    total = 0
    for part, file in _files(ledger, path):
        total += backup.write(part, file, tell=_further(tell, total), patience=patience)
    return total


def restore(ledger: Ledger, path: Path, *, replace: bool = False, tell: Tell = lambda _: None) -> int:
    """Put each server's backup back; gives the number of keys. All files and servers are looked at before anything is changed.

    Raises:
        InputError: as for one server; the folder does not hold one file for each.
    """
    pairs = list(_files(ledger, path))
    if len(pairs) > 1 and not path.is_dir():
        raise InputError(f"{path}: is no folder; {len(pairs)} servers share the articles: name the folder that holds a backup of each, or "
                         "one server in WIREDESK_REDIS_URL")
    if len(pairs) == 1 and path.is_dir():
        raise InputError(f"{path}: is a folder; name one file in it, or all servers in WIREDESK_SHARDS if they share the articles")
    for part, file in pairs:
        backup.check(part, file, replace=replace)
    total = 0
    for number, (part, file) in enumerate(pairs):
        try:
            total += backup.restore(part, file, replace=replace, tell=_further(tell, total))
        except WiredeskError as error:
            if number == 0:
                raise
            raise InputError(f"{error}; {number} of {len(pairs)} servers are restored: call again with --replace") from None
    return total


def _files(ledger: Ledger, path: Path) -> Iterator[tuple[Ledger, Path]]:
    number = len(ledger.ledgers)
    if number == 1:
        yield ledger, path
        return
    for place, part in zip(count(1), ledger.ledgers, strict=False):
        yield part, path / f"{place}-of-{number}.backup"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{folder}: is a file; several servers are written to a folder, one file each") from None
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); name a folder elsewhere") from None


def _further(tell: Tell, before: int) -> Tell:
    return lambda done: tell(before + done)
