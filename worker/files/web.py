"""What the web brings: HTML pages, web archives (WARC) and feeds (RSS, Atom) become values that may be articles.

Prose, title, authors and date are taken out by trafilatura and htmldate, archives are read by warcio, feeds by feedparser: the
extra `html`. Nothing is fetched: a page's links and images are never followed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import logging
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from worker.errors import InputError
from worker.files.unpack import MAX_PIECE, Source

#: Longest title, author and link that an article may have.
_LINE_CHARACTERS = 2_000
_PAGE = re.compile(r"text/html|application/xhtml\+xml")
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")


def page(source: Source) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Read one HTML page; gives (line 0, article or the reason why there is none)."""
    yield 0, _article_of_page(source.whole(), "")


def archive(source: Source) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Read the HTML answers of a web archive, numbered from 1 as they stand; what is no page is passed over."""
    warcio = _needed("warcio.archiveiterator")
    exceptions = _needed("warcio.exceptions")
    number, known = 0, False
    try:
        for record in warcio.ArchiveIterator(io.BufferedReader(_Stream(source)), no_record_parse=False):
            number += 1
            known = known or bool(record.rec_type)
            if record.rec_type not in ("response", "resource") or not _is_page(record):
                continue
            content = record.content_stream().read(MAX_PIECE + 1)
            if len(content) > MAX_PIECE:
                yield number, f"the page has more than {MAX_PIECE >> 20} MiB, which no article has"
            else:
                yield number, _article_of_page(content, record.rec_headers.get_header("WARC-Target-URI") or "")
    except exceptions.ArchiveLoadFailed as error:
        raise InputError(f"record {number + 1} is no web archive's ({error})") from None
    if not known:
        yield 0, "holds no record of a web archive; is it one, and whole?"


def feed(source: Source) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Read the entries of an RSS or Atom feed, numbered from 1."""
    parsed = _needed("feedparser").parse(source.whole())
    if not parsed.entries and (parsed.bozo or not parsed.version):
        yield 0, f"is no RSS or Atom feed ({_line(str(parsed.get('bozo_exception') or 'other XML'))})"
    for number, entry in enumerate(parsed.entries, start=1):
        bodies = [part.value for part in entry.get("content", [])] or [entry.get("summary", "")]
        text = _plain(max(bodies, key=len))
        if not text:
            yield number, "the entry holds no prose"
            continue
        found = {"text": text, "title": entry.get("title"), "url": entry.get("link"), "source": parsed.feed.get("title")}
        when = entry.get("published_parsed") or entry.get("updated_parsed")
        authors = [author.get("name") for author in entry.get("authors", []) if author.get("name")]
        yield number, _fields(found, authors, _date(when))


def _article_of_page(content: bytes, url: str) -> dict[str, Any] | str:
    trafilatura = _needed("trafilatura")
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    document = None
    # A page can be broken in any way; what the parser cannot bear is a page without prose for us.
    with contextlib.suppress(Exception):
        document = trafilatura.bare_extraction(content, url=url or None, with_metadata=True, include_comments=False, include_tables=False)
    if document is None or not (document.text or "").strip():
        return "no article's prose was found in the page"
    found = {"text": document.text, "title": document.title, "url": document.url or url, "source": document.sitename}
    authors = [author.strip() for author in (document.author or "").split(";") if author.strip()]
    return _fields(found, authors, document.date)


def _fields(found: dict[str, str | None], authors: list[str], date: str | None) -> dict[str, Any]:
    """Keep what an article can hold: lines of bounded length, a date that exists."""
    text = (found.pop("text") or "").replace("\0", "")
    article: dict[str, Any] = {"text": text} | {name: line for name, value in found.items() if value and (line := _line(value))}
    if lines := [line for author in authors if (line := _line(author))]:
        article["authors"] = lines[:100]
    with contextlib.suppress(ValueError, TypeError):
        article["published_at"] = dt.date.fromisoformat((date or "")[:10]).isoformat()
    return article


def _line(value: str) -> str:
    return " ".join(value.replace("\0", " ").split())[:_LINE_CHARACTERS]


def _plain(markup: str) -> str:
    """Give the text of a feed's entry, which may be HTML."""
    if not _TAG.search(markup):
        return markup.strip()
    html = _needed("lxml.html")
    with contextlib.suppress(Exception):
        root = html.fromstring(markup)
        for block in root.iter("p", "br", "div", "li", "h1", "h2", "h3"):
            block.tail = "\n" + (block.tail or "")
        return "\n".join(line for part in root.text_content().splitlines() if (line := " ".join(part.split())))
    return ""


def _date(when: Any) -> str | None:  # noqa: ANN401 - feedparser's time tuple, or nothing
    return f"{when[0]:04d}-{when[1]:02d}-{when[2]:02d}" if when else None


def _is_page(record: Any) -> bool:  # noqa: ANN401 - warcio is untyped
    headers = record.http_headers
    if record.rec_type == "response":
        return headers is not None and headers.get_statuscode() == "200" and bool(_PAGE.match(headers.get_header("Content-Type") or ""))
    return bool(_PAGE.match(record.rec_headers.get_header("Content-Type") or ""))


def _needed(name: str) -> ModuleType:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError("pages, web archives and feeds need more packages: pip install 'wiredesk[html]'") from None


class _Stream(io.RawIOBase):
    """A source as warcio wants it: bytes already unpacked, within the source's limits."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill the buffer from the source."""
        piece = self._source.some(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
