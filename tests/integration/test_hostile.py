"""Articles made to harm are refused with a reason or become a result; no page carries a live script of theirs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.servers import Gateway, Server, open_ledger, server_binaries
from worker.errors import ArticleError
from worker.gateway.intake import IntakeReader
from worker.ledger import Ledger
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.producer import submit
from worker.records import Article
from worker.views.article_page import article_page

LIVE = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>",
    "'; DROP TABLE articles; --", "{{7*7}}", "${7*7}", "javascript:alert(1)", "]]><!--", "\u202egnp.exe", "\u2066\u2067", "\ufeff",
    "\u0085",
    "=cmd|' /C calc'!A0", "a" * 5_000, "“" * 300, "(" * 300, "\ud800", "\0", "\x1b[31m", "𝕳𝖊𝖑𝖑𝖔", "é" * 40, "1" * 400,
    "-\n" * 50,
]
MIXED = st.lists(st.sampled_from([*LIVE, "Putin said on Monday that "]), max_size=4).map(" ".join)
HOSTILE = st.one_of(st.sampled_from(LIVE), st.text(max_size=60), MIXED)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | HOSTILE,
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3), max_leaves=8)
FIELDS = st.fixed_dictionaries({}, optional={
    "text": HOSTILE | JSON, "id": HOSTILE | JSON, "title": HOSTILE | JSON, "url": HOSTILE, "source": HOSTILE,
    "authors": st.lists(HOSTILE, max_size=3) | JSON,
    "published_at": HOSTILE | JSON, "language": HOSTILE, "extractors": st.lists(HOSTILE, max_size=2), "metadata": JSON, "priority": HOSTILE,
})
ARTICLES = FIELDS | JSON
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Ledger, Gateway]]:
    server = Server(server_binaries()["valkey"])
    gateway = Gateway(server.url)
    with open_ledger(server.url) as ledger:
        yield ledger, gateway
    gateway.close()
    server.close()


@QUICK
@given(article=ARTICLES)
def test_http_refuses_with_a_reason_or_accepts(machine: tuple[Ledger, Gateway], article: Any) -> None:
    """No server error, whatever is sent."""
    _, gateway = machine
    content = json.dumps(article)
    answer = httpx.post(f"{gateway.address}/v1/articles", content=content, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code in (200, 202, 207, 409, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["detail"]
    if answer.status_code in (200, 202):
        state = httpx.get(gateway.address + answer.json()["links"]["self"])
        assert state.status_code == 200


@QUICK
@given(article=ARTICLES)
def test_intakes_accept_or_keep_the_bytes(machine: tuple[Ledger, Gateway], article: Any) -> None:
    """From list and stream: in the ledger, or a dead letter with its bytes; the reader lives."""
    ledger, _ = machine
    before = ledger.dead.count()
    message = json.dumps({"headers": {"task": "wiredesk.submit"}, "body": json.dumps([[article], {}, {}])}).encode()
    reader = IntakeReader(ledger)
    items = [reader._listed(message), reader._streamed(b"1-1", {b"article": json.dumps(article).encode()})]
    reader._settle("celery", items)
    [verdict] = submit([article], ledger=ledger)
    refused = verdict.verdict in ("invalid", "conflict")
    assert ledger.dead.count() - before == (2 if refused else 0)
    if refused:
        assert verdict.reason
        assert message in [letter.body for letter in ledger.dead.list()]


class Page(HTMLParser):
    """Notes what a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            if name.startswith("on") or (name in ("src", "href", "action") and value and not value.startswith(("#", "data:,", "/"))):
                self.wrong.append(f"{tag} {name}={value}")
        if tag in ("img", "svg", "iframe", "object", "embed", "base", "form"):
            self.wrong.append(tag)


@QUICK
@given(text=HOSTILE, title=HOSTILE, source=HOSTILE)
def test_pages_and_results_of_hostile_articles(reader: Reader, text: str, title: str, source: str) -> None:
    """Every extractor bears them, every span holds, and the page has its own script only."""
    try:
        whole = f"{text} Kim Jong-un said on Monday that {text}"
        article = Article.parse({"text": whole, "title": title or None, "source": source or None})
    except ArticleError:
        return  # refused with a reason, as the tests above see
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["failures"] == []
    page = Page()
    page.feed(article_page(article.text, result))
    assert page.scripts == 1
    assert page.wrong == []
