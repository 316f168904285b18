"""The pages around the articles: the queue at a glance with the newest results, an entity over time, a story's sources side by side.

They are given plain JSON and know of no ledger; the frame is in `html.py`, an article's own page in `article_page.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from worker.views.html import Content, Html, element, escape, join, page, table
from worker.views.story import Source, Statement, Story

Result = Mapping[str, Any]

#: Of an article without a title, in characters.
_LONGEST_NAME = 60


def article_address(article_id: str) -> str:
    """Give the address of an article's page."""
    return f"/v1/articles/{quote(article_id, safe='')}/page"


def entity_address(key: str) -> str:
    """Give the address of an entity's page."""
    return f"/entities/{quote(key, safe='')}"


def story_address(article_id: str) -> str:
    """Give the address of a story's page."""
    return f"/stories/{quote(article_id, safe='')}"


def start_page(status: Mapping[str, Any], newest: Sequence[Result]) -> str:
    """Show the ledger's counts, what is wrong, a search by entity, and the newest results."""
    counts = [(name.replace("_", " "), f"{status[name]:,}") for name in ("accepted", "done", "dead", "queued", "in_flight")]
    oldest = status["oldest_seconds"]
    counts.append(("oldest open", "–" if oldest is None else f"{oldest:,.1f} s"))
    cards = join(element("div", join([element("dt", name), element("dd", value)])) for name, value in counts)
    alarms = join(element("p", f"{name}: {sentence}", class_="failed", role="alert") for name, sentence in status["alarms"].items())
    rows = [("", list(_result_cells(result))) for result in newest]
    listed = table("Newest results", "newest", ("article", "source", "day", "who", "events", "story"), rows)
    nothing = element("p", "No article has been read yet: submit one with `wiredesk submit seeds`.") if not rows else Html("")
    main = join([element("h2", "The queue", id="queue"), element("dl", cards, class_="cards"), alarms, _search(""), listed, nothing])
    return page("Wiredesk", join([_header("Wiredesk", home=False), element("main", main)]))


def entity_page(name: str, results: Sequence[Result]) -> str:
    """Show what was said by and about one entity over time, newest first."""
    by, about, events = [], [], []
    title = name
    for result in results:
        ids = {entity["id"]: entity for entity in result.get("entities") or ()
               if name == entity["key"] or name.casefold() == (entity["name"] or "").casefold()}
        title = next((entity["name"] for entity in ids.values() if entity["name"]), title)
        day, article = _day(result), _link(result)
        for quoted in result.get("quotes") or ():
            speaker = quoted["speaker"] or {}
            if speaker.get("entity") in ids:
                by.append(("", [day, quoted["text"], (quoted["cue"] or {}).get("text"), article]))
            elif _mentions(ids.values(), quoted):
                about.append(("", [day, speaker.get("name") or speaker.get("text"), quoted["text"], article]))
        events += [("", [day, *cells, article]) for cells in _events_of(result, ids)]
    main = join([
        _search(name), element("p", f"{len(results):,} articles mention it.", class_="facts"),
        table("Said by it", "by", ("day", "what", "cue", "article"), by),
        table("Said about it", "about", ("day", "by whom", "what", "article"), about),
        table("What it did, and what was done to it", "did", ("day", "actor", "action", "target", "status", "article"), events),
    ])
    return page(title, join([_header(title), element("main", main)]))


def story_page(name: str, story: Story, results: Mapping[str, Result]) -> str:
    """Show the sources of a story side by side, and the statements that differ."""
    sources = join(_source(source, results.get(source.id)) for source in story.sources)
    rows = [("", [difference.kind, difference.of, _statement(difference.before), _statement(difference.after)])
            for difference in story.differences]
    differing = table("Where they differ", "differ", ("what", "of", "earlier", "later"), rows)
    agreed = element("p", "No statement differs.") if not rows else Html("")
    first = results.get(story.sources[0].id) if story.sources else None
    title = (first["article"]["title"] if first else None) or name
    main = join([element("h2", f"{len(story.sources)} sources", id="sources"), element("div", sources, class_="sides"), differing, agreed])
    return page(f"Story: {title}", join([_header(f"Story: {title}"), element("main", main)]))


def _header(title: str, *, home: bool = True) -> Html:
    way = element("nav", element("a", "Start page", href="/")) if home else Html("")
    return element("header", join([way, element("h1", title)]))


def _search(value: str) -> Html:
    return Html(
        '<form action="/entities" method="get" role="search"><label for="name">Find what was said by and about</label> '
        f'<input type="search" id="name" name="name" required maxlength="200" value="{escape(value)}" placeholder="North Korea"> '
        "<button>Find</button></form>"
    )


def _link(result: Result) -> Html:
    about = result["article"]
    return element("a", about["title"] or _beginning(result), href=article_address(about["id"]))


def _beginning(result: Result) -> str:
    """Give what to call an article without a title: its first summary sentence, else its id, cut short."""
    sentences = result.get("summary") or ()
    told = str(sentences[0]["text"] if sentences else result["article"]["id"])
    return told if len(told) <= _LONGEST_NAME else told[: _LONGEST_NAME - 1].rstrip() + "…"


def _day(result: Result) -> Html:
    return element("span", result["document"]["reference_time"]["value"], class_="day")


def _result_cells(result: Result) -> Iterator[Content]:
    yield _link(result)
    yield result["article"]["source"]
    yield _day(result)
    ranked = sorted((entity for entity in result.get("entities") or () if entity["name"]), key=lambda entity: -entity["salience"])
    yield join([element("a", entity["name"], href=entity_address(entity["key"])) for entity in ranked[:3]], ", ") if ranked else None
    types = dict.fromkeys(event["type"] for event in result.get("events") or () if event["type"])
    yield ", ".join(types) or None
    yield element("a", "sources", href=story_address(result["article"]["id"]))


def _mentions(entities: Any, record: Mapping[str, Any]) -> bool:  # noqa: ANN401 - a view of entities' JSON
    return any(record["start"] <= mention["start"] < record["end"] for entity in entities for mention in entity["mentions"])


def _events_of(result: Result, ids: Mapping[str, Any]) -> Iterator[list[Content]]:
    for event in result.get("events") or ():
        sides = [event["actors"], event["recipients"]]
        if any(actor["entity"] in ids for side in sides for actor in side):
            actor, target = (", ".join(str(one["text"]) for one in side) or None for side in sides)
            action = f"{event['type'] or '·'} {event['trigger']['text']}"
            yield [actor, action, target, element("span", event["status"], class_=f"status {event['status']}")]


def _source(source: Source, result: Result | None) -> Html:
    told = join([element("p", sentence["text"]) for sentence in result.get("summary") or ()]) if result else Html("")
    copied = f"copied from {source.of}, {source.similarity:.0%} the same" if source.of and source.similarity else source.carries
    link = _link(result) if result else Html(escape(source.id))
    return element("section", join([element("h3", link), element("p", f"{source.source or 'unknown source'} · {source.date} · {copied}",
                                                                 class_="facts"), told]))


def _statement(statement: Statement | None) -> Content:
    if statement is None:
        return None
    value = statement.value
    if isinstance(value, dict):
        bounds = [value["low"], value["high"]] if value["value"] is None else [value["value"]]
        value = " to ".join(str(bound) for bound in bounds if bound is not None)
    return join([element("strong", value), " ", statement.text])
