"""Articles in files: `.txt .md .json .jsonl .html .warc .rss`, each also packed as `.gz` or `.zst`, folders, and standard input.

Whatever cannot be read is an item of its own that names file, line and field; it never stops the rest. Memory stays bounded:
lines are read one by one, whole files up to a limit, and an archive that unpacks to far more than its size is refused.

    kinds.py    what a file holds, by its name; one function a kind
    web.py      pages, web archives and feeds
    tables.py   results into files: JSON lines, CSV, Parquet
    unpack.py   bytes out of plain, gzip and zstd files, within limits
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from worker.errors import ArticleError, InputError
from worker.files.kinds import KNOWN, Found, kind_of, read_stream
from worker.files.unpack import Source, open_source
from worker.records import Article

STANDARD_INPUT = "-"
#: Beside articles, folders hold notes about them.
_NOTES = ("readme", "license", "changelog")


@dataclass(frozen=True, slots=True)
class Item:
    """One article found, or why there is none at `origin` ("news.jsonl:17")."""

    origin: str
    article: Article | None
    error: str | None = None


class ArticleFiles:
    """The articles of some paths, in order; `total` and `done` count bytes as they lie on disk, for a progress bar.

    `defaults` are fields for articles that lack them (`published_at`, `priority`).
    """

    def __init__(self, paths: Sequence[str], defaults: Mapping[str, Any] | None = None) -> None:
        self._defaults = dict(defaults or {})
        self._places = [place for path in paths for place in _places(path)]
        self.total = sum(_size(place) for place in self._places if isinstance(place, Path))
        self._finished = 0
        self._source: Source | None = None

    @property
    def missing(self) -> list[Item]:
        """The paths that lead to no article, each with its reason, as known before any file is opened."""
        return [place for place in self._places if isinstance(place, Item)]

    @property
    def done(self) -> int:
        """Bytes read so far."""
        return self._finished + (self._source.position if self._source else 0)

    def __iter__(self) -> Iterator[Item]:
        """Give every article and every error, in order."""
        for place in self._places:
            if isinstance(place, Item):
                yield place
            elif place == Path(STANDARD_INPUT):
                yield from self._items("standard input", lambda: Source(sys.stdin.buffer, None), ".jsonl?")
            else:
                yield from self._items(str(place), partial(open_source, place), kind_of(place))
                self._finished += _size(place)

    def _items(self, name: str, opening: Callable[[], Source], kind: str) -> Iterator[Item]:
        try:
            with opening() as self._source:
                for found in read_stream(self._source, kind):
                    yield self._item(name, found)
        except InputError as error:
            yield Item(name, None, str(error))
        except OSError as error:
            yield Item(name, None, f"cannot be read: {error.strerror or error}")
        finally:
            self._source = None

    def _item(self, name: str, found: Found) -> Item:
        origin = f"{name}:{found.line}" if found.line else name
        if found.error is not None:
            return Item(origin, None, found.error)
        value = found.value
        if isinstance(value, dict):
            value = {**self._defaults, **value}
        try:
            return Item(origin, Article.parse(value))
        except ArticleError as error:
            return Item(origin, None, str(error))


def _places(path: str) -> Iterable[Path | Item]:
    """Give the files of a path, or the error that there are none."""
    if path == STANDARD_INPUT:
        return [Path(path)]
    if not path.strip():
        return [Item(repr(path), None, "is an empty path; name a file or a folder (. is this one)")]
    try:
        return _places_of(path, Path(path))
    except OSError as error:
        return [Item(path, None, f"cannot be read: {error.strerror or error}")]


def _places_of(path: str, place: Path) -> Iterable[Path | Item]:
    if place.is_dir():
        found = sorted(file for file in _walk(place) if kind_of(file))
        return found or [Item(path, None, f"the folder holds no article; articles are {KNOWN} files, also as .gz or .zst")]
    if not place.exists():
        return [Item(path, None, "does not exist")]
    if not place.is_file():
        return [Item(path, None, "is neither a file nor a folder")]
    if not kind_of(place):
        return [Item(path, None, f"{place.suffix or 'a name without an ending'} is no kind of article file; "
                                 f"articles are {KNOWN} files, also as .gz or .zst")]
    return [place]


def _walk(folder: Path) -> Iterator[Path]:
    """Give the folder's files, hidden ones, links and notes left out."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            file = Path(parent, name)
            if not name.startswith((".", "_")) and not name.lower().startswith(_NOTES) and not file.is_symlink():
                yield file


def _size(place: Path) -> int:
    with contextlib.suppress(OSError):
        return place.stat().st_size
    return 0
