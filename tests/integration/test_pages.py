"""The gateway's pages for people, in a real browser: start page, article, entity, story; hostile text does nothing in any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.servers import Gateway, Server, open_ledger, server_binaries
from tests.system.browser import Browser, browser
from worker.files import ArticleFiles
from worker.ledger import Ledger
from worker.ledger.jobs import Attempt
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.producer import submit
from worker.records import Article
from worker.settings import data_folder

HOSTILE = {"id": "../<b>&\"'", "source": "<i>", "title": "</title><script>document.title='taken'</script>",
           "text": "<script>document.title='taken'</script> \"Lyon said no\", said Ada Quill <img src=x onerror=\"document.title='x'\">."}


@pytest.fixture(scope="module")
def gateway(reader: Reader) -> Iterator[Gateway]:
    """A gateway over a ledger that has read the seeds and one hostile article."""
    server = Server(server_binaries()["valkey"])
    articles = [item.article for item in ArticleFiles([str(data_folder("seeds"))]) if item.article] + [Article.parse(HOSTILE)]
    with open_ledger(server.url) as ledger:
        submit(articles, ledger=ledger)
        for article in articles:
            _finish(ledger, article, reader)
        running = Gateway(server.url)
        yield running
        running.close()
    server.close()


def _finish(ledger: Ledger, article: Article, reader: Reader) -> None:
    attempt = ledger.jobs.start(article.id, owner="test", process=1, lease_seconds=60)
    assert isinstance(attempt, Attempt)
    result = run(article, reader, Trip(received=dt.datetime(2025, 4, 1, tzinfo=dt.UTC)))
    ledger.duplicates.place(result)
    assert ledger.jobs.commit(attempt, result)


def page(gateway: Gateway, address: str) -> str:
    answer = httpx.get(gateway.address + address, timeout=20, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def test_the_start_page_shows_queue_and_newest_results(gateway: Gateway) -> None:
    """Counts, a search, and a link to every article."""
    markup = page(gateway, "/")
    assert "Two children rescued 61 hours after quake" in markup
    assert markup.count("/page") == 15


def test_an_article_has_its_page_under_any_id(gateway: Gateway) -> None:
    """The id is one percent-encoded segment."""
    markup = page(gateway, f"/v1/articles/{quote(HOSTILE['id'], safe='')}/page")
    assert "&lt;script&gt;" in markup
    assert "Start page" in markup


def test_an_unknown_article_has_no_page(gateway: Gateway) -> None:
    """404 as problem details."""
    assert httpx.get(f"{gateway.address}/v1/articles/nothing/page").status_code == 404


def test_a_search_leads_to_what_an_entity_said(gateway: Gateway) -> None:
    """By name, in any case; what was said by it is listed."""
    markup = page(gateway, "/entities?name=hanna%20voss")
    assert "Said by it" in markup
    assert "three reports" in markup


def test_an_entity_that_nothing_mentions_has_an_empty_page(gateway: Gateway) -> None:
    """A search that finds nothing says so."""
    assert "0 articles mention it" in page(gateway, "/entities?name=Nobody")


def test_a_story_shows_its_sources_side_by_side(gateway: Gateway) -> None:
    """Wire and paper carry the same story; the revised number is told."""
    [wire] = [item.article for item in ArticleFiles([str(data_folder("seeds") / "008_near_duplicate_wire.json")]) if item.article]
    markup = page(gateway, f"/stories/{quote(wire.id, safe='')}")
    assert "2 sources" in markup
    assert "copied from" in markup


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("address", ["/", "/v1/articles/{id}/page", "/entities/lyon", "/stories/{id}"])
def test_hostile_text_does_nothing_in_a_browser(gateway: Gateway, tab: Browser, address: str) -> None:
    """No script of an article runs on any page, and none of its pictures is asked for."""
    tab.open(gateway.address + address.format(id=quote(HOSTILE["id"], safe="")))
    assert tab.evaluate("document.title") not in ("taken", "x")
    assert tab.evaluate("document.images.length") == 0
    assert [url for url in tab.requests if not url.startswith((gateway.address, "data:"))] == []
