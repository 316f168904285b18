"""An article's page shows every record, is one file that loads nothing, and lets no hostile text do anything."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.settings import data_folder
from worker.views.article_page import article_page
from worker.views.html import policy

NOW = dt.datetime(2024, 10, 22, 8, 0, tzinfo=dt.UTC)

HOSTILE = [
    '<script>alert(1)</script>, the minister said on Monday.',
    '"><img src=x onerror=alert(1)> said the "minister" of Lyon.',
    "\u202eLyon\u202c said no. \x1b[31m \x07 </span></div></body>",
    "Lyon " + "x" * 5_000 + " said no on Monday.",
    "&lt;b&gt; &amp; 'quotes' \"marks\" said Lyon; 5 > 3 < 7.",
]


class Seen(HTMLParser):
    """What a browser would see: elements, their attributes, and the visible text of the article."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if self._depth or dict(attrs).get("class") == "text":
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.text += data


def seen(reader: Reader, **article: Any) -> tuple[Seen, dict[str, Any]]:
    parsed = Article.parse(article)
    result = run(parsed, reader, Trip(received=NOW))
    page = Seen()
    page.feed(article_page(parsed.text, result))
    return page, result


def test_every_record_of_the_seed_is_marked_and_listed(reader: Reader) -> None:
    """Each id stands in the text; each quote and event has a row; the text is whole."""
    text = (data_folder("seeds") / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
    page, result = seen(reader, text=text)
    marked = {record for _, attributes in page.elements for record in (attributes.get("data-r") or "").split()}
    rows = {attributes["data-id"] for tag, attributes in page.elements if tag == "tr" and attributes.get("data-id")}
    for kind in ("entities", "quotes", "timexes", "events"):
        assert {record["id"] for record in result[kind]} <= marked
    assert {record["id"] for kind in ("entities", "quotes", "events") for record in result[kind]} <= rows
    assert page.text == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_nothing(reader: Reader, text: str) -> None:
    """No script but ours, no handler, no image, no control character; the prose can still be read."""
    page, _ = seen(reader, text=text, title=text[:200], source=text[:100])
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "form"} & set(tags)
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
    assert "said" in page.text


def test_a_page_loads_nothing(reader: Reader) -> None:
    """No address is fetched: links lead away only when followed."""
    page, _ = seen(reader, text="Seoul and Kyiv said no to Vladimir Putin.")
    fetched = [attributes for tag, attributes in page.elements if tag in ("link", "img", "script") for name in ("src", "href")
               if (attributes.get(name) or "data:").startswith("data:") is False]
    assert fetched == []


def test_the_policy_names_style_and_script_by_their_hashes() -> None:
    """What is not ours does not run, even if it got in."""
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy())
    assert policy().startswith("default-src 'none'")
    assert "unsafe" not in policy()
