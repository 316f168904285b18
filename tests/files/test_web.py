"""Pages, web archives and feeds become articles with their title, authors and date; what holds no prose is named."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.files.test_files import read, write
from worker.files import Item

PROSE = [
    "The harbour of the old town will be widened by the year after next, the port's director said on Monday.",
    "Two new quays are planned on the northern side, each as long as four football pitches, and the channel will be dredged.",
    "Fishermen fear that the works will drive the herring away, and have asked the council for a year's delay before dredging begins.",
]
PAGE = f"""<!doctype html><html lang="en"><head><title>Harbour to be widened - Example Gazette</title>
<meta property="og:title" content="Harbour to be widened"><meta name="author" content="Ada Writer">
<meta property="og:site_name" content="Example Gazette"><meta property="article:published_time" content="2024-10-22T08:00:00Z">
<link rel="canonical" href="https://gazette.example/harbour"></head><body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav>
<article><h1>Harbour to be widened</h1>{"".join(f"<p>{line}</p>" for line in PROSE)}</article>
<script>alert("never")</script><footer>All rights reserved</footer></body></html>""".encode()
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Example Gazette</title><link>https://gazette.example/</link>
<item><title>Harbour &amp; herring</title><link>https://gazette.example/1</link><pubDate>Tue, 22 Oct 2024 08:00:00 GMT</pubDate>
<author>ada@gazette.example (Ada Writer)</author>
<description>&lt;p&gt;Fishermen fear the works.&lt;/p&gt;&lt;p&gt;They asked for delay.&lt;/p&gt;</description></item>
<item><title>Empty</title><link>https://gazette.example/2</link></item></channel></rss>"""


def archive(*records: tuple[str, str, bytes], packed: bool = True) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=packed)
    for status, kind, content in records:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record("https://gazette.example/harbour", "response", payload=io.BytesIO(content),
                                                      http_headers=headers))
    return buffer.getvalue()


def whole(item: Item) -> None:
    assert item.article is not None, item.error
    assert item.article.title == "Harbour to be widened"
    assert item.article.published_at == "2024-10-22"
    assert all(line in item.article.text for line in PROSE)
    assert "alert" not in item.article.text
    assert "Sport" not in item.article.text


def test_a_page_gives_prose_title_author_and_date(tmp_path: Path) -> None:
    """Navigation, scripts and footers are no prose."""
    [item] = read(write(tmp_path, "page.html", PAGE))
    whole(item)
    assert item.article is not None
    assert item.article.authors == ["Ada Writer"]
    assert (item.article.source, item.article.url) == ("Example Gazette", "https://gazette.example/harbour")


@pytest.mark.parametrize("name", ["news.warc.gz", "news.warc"])
def test_an_archive_gives_its_pages(tmp_path: Path, name: str) -> None:
    """Answers that are no page, or no success, are passed over; pages are numbered as they stand."""
    data = archive(("404 Not Found", "text/html", PAGE), ("200 OK", "text/html; charset=utf-8", PAGE),
                   ("200 OK", "image/png", b"\x89PNG"),
                   ("200 OK", "text/html", b"<html><body><p>Hi</p></body></html>"),
                   ("200 OK", "text/html", PAGE), packed=name.endswith("gz"))
    items = read(write(tmp_path, name, data))
    assert [item.origin.rsplit(":", 1)[-1] for item in items] == ["2", "4", "5"]
    whole(items[0])
    whole(items[2])


def test_a_broken_archive_is_named(tmp_path: Path) -> None:
    """What came before the break is read."""
    data = archive(("200 OK", "text/html", PAGE), packed=False) + b"garbage without end\r\n\r\n"
    items = read(write(tmp_path, "news.warc", data))
    whole(items[0])
    assert "no web archive" in (items[-1].error or "")
    [cut] = read(write(tmp_path, "cut.warc.gz", gzip.compress(archive(("200 OK", "text/html", PAGE), packed=False))[:-30]))[-1:]
    assert cut.error


def test_a_feed_gives_its_entries(tmp_path: Path) -> None:
    """Markup in an entry becomes prose; an entry without prose is named by its number."""
    first, second = read(write(tmp_path, "news.rss", FEED))
    assert first.article is not None, first.error
    assert first.article.text == "Fishermen fear the works.\nThey asked for delay."
    assert (first.article.title, first.article.published_at) == ("Harbour & herring", "2024-10-22")
    assert (first.article.source, first.article.url) == ("Example Gazette", "https://gazette.example/1")
    assert (second.origin.rsplit(":", 1)[-1], second.error) == ("2", "the entry holds no prose")


@pytest.mark.parametrize(("name", "data"), [
    ("a.html", b""), ("a.html", b"<html><body></body></html>"), ("a.html", b"\x00\xff\xfe"), ("a.html", b"<" * 50_000),
    ("a.rss", b"no feed"),
    ("a.xml", b"<?xml version='1.0'?><other/>"), ("a.warc", b"no archive at all"), ("a.html", b"<p>" * 20_000),
    ("a.warc", b"\n\xb0\xff"), ("a.warc", b""),
])
def test_what_holds_no_article_gives_none(tmp_path: Path, name: str, data: bytes) -> None:
    """No bytes whatever end in a traceback, and none become an article."""
    items = read(write(tmp_path, name, data))
    assert items
    assert all(item.article is None and item.error for item in items)
