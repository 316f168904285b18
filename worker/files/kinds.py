"""What a file holds, by its name: one text, one JSON value, or JSON lines; each becomes values that may be articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.errors import ArticleError
from worker.files.unpack import LongLineError, Source
from worker.json_input import NotJsonError, read_json

PACKED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Found:
    """A value that may be an article, or an error; `line` counts from 1, 0 where lines mean nothing."""

    line: int
    value: Any = None
    error: str | None = None


def kind_of(path: Path) -> str:
    """Give the ending that says what the file holds (`.jsonl` for `x.jsonl.gz`); empty if it is no kind of article file."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in KINDS else ""


def read_stream(source: Source, kind: str) -> Iterator[Found]:
    """Give the values of one open file.

    Raises:
        InputError: the rest of the file cannot be read.
    """
    if kind == ".jsonl?":
        return _sniffed(source)
    return KINDS[kind](source)


def _text(source: Source) -> Iterator[Found]:
    """Read one article of prose, as it stands."""
    return _decoded(source.whole())


def _decoded(data: bytes) -> Iterator[Found]:
    try:
        # A byte order mark says "this is UTF-8" and is no part of the prose.
        yield Found(0, {"text": data.decode("utf-8-sig")})
    except UnicodeDecodeError as error:
        yield Found(0, error=f"text: byte {error.start} is not UTF-8; save or convert the file as UTF-8")


def _json(source: Source) -> Iterator[Found]:
    """Read one JSON object, or a list of them."""
    return _json_value(source.whole())


def _json_value(data: bytes) -> Iterator[Found]:
    try:
        value = read_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ArticleError as error:
        yield Found(error.line if isinstance(error, NotJsonError) else 0, error=str(error))
        return
    for item in value if isinstance(value, list) else [value]:
        yield Found(0, item)


def _json_lines(source: Source, first: bytes | None = None) -> Iterator[Found]:
    """Read one JSON object a line; blank lines are nothing."""
    number = 0
    while True:
        number += 1
        try:
            line = first if first is not None else source.line()
        except LongLineError as error:
            yield Found(number, error=str(error))
            continue
        first = None
        if not line:
            return
        if not (stripped := line.strip().removeprefix(b"\xef\xbb\xbf")):
            continue
        try:
            value = read_json(stripped)
        except ArticleError as error:
            yield Found(number, error=str(error))
            continue
        yield Found(number, value)


def _from_web(name: str) -> Callable[[Source], Iterator[Found]]:
    """Make the reader of a kind that `web.py` reads; its packages are loaded only then."""
    def read(source: Source) -> Iterator[Found]:
        from worker.files import web

        for number, value in getattr(web, name)(source):
            yield Found(number, error=value) if isinstance(value, str) else Found(number, value)

    return read


def _sniffed(source: Source) -> Iterator[Found]:
    """Read standard input: JSON lines, one JSON value over several lines, or one article of prose."""
    first = source.line()
    start = first.strip().removeprefix(b"\xef\xbb\xbf")
    if start[:1] == b"[" or start == b"{":
        return _json_value(first + source.whole())
    if start[:1] == b"{":
        return _json_lines(source, first)
    return _decoded(first + source.whole())


KINDS: dict[str, Callable[[Source], Iterator[Found]]] = {
    ".txt": _text,
    ".md": _text,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".html": _from_web("page"),
    ".htm": _from_web("page"),
    ".warc": _from_web("archive"),
    ".rss": _from_web("feed"),
    ".atom": _from_web("feed"),
    ".xml": _from_web("feed"),
}
#: For people: which endings are read.
KNOWN = " ".join(KINDS)
