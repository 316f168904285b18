"""The page of one article: its text in layers that can be switched on and off, and what was found as tables; one HTML file.

It draws from the result's JSON alone; the tables are in `article_tables.py`, the frame in `html.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from worker.views.article_tables import all_tables
from worker.views.html import Content, Html, element, escape, join, page

#: The layers in the order of their switches: the result's field, its name for people, and its class in the text.
LAYERS = (("entities", "who and what", "e"), ("quotes", "quotes", "q"), ("timexes", "when", "t"), ("quantities", "how many", "n"),
          ("events", "events", "v"), ("claims", "hedged, denied, planned", "c"))

Result = Mapping[str, Any]


def article_page(text: str, result: Result, *, home: str = "") -> str:
    """Write the page; `home` is the address of the start page, if there is one to go to."""
    about = result["article"]
    title = about["title"] or _first_line(text) or about["id"]
    layers = [name for name, _, _ in LAYERS if result.get(name)]
    navigation = element("nav", element("a", "Start page", href=home)) if home else ""
    reading = element("div", _text(text, result), class_="text", lang=result["document"]["language"]["code"])
    body = join([
        element("header", join([navigation, element("h1", title), element("p", _facts(result), class_="facts")])),
        element("main", join([_switches(layers), reading, _summary(result), *all_tables(result), _failures(result)])),
        element("footer", _provenance(result)),
    ])
    return page(title, body, layers=layers)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else line[:79].rstrip() + "…"  # noqa: PLR2004 - about a line of a heading


def _facts(result: Result) -> str:
    about, document = result["article"], result["document"]
    reference = document["reference_time"]
    authors = (document.get("byline") or {}).get("authors") or about["authors"]
    dateline = document.get("dateline") or {}
    parts = [about["source"], ", ".join(authors), dateline.get("place"), f"{reference['value']} (known by: {reference['basis']})",
             f"{document['sentences']} sentences", f"id {about['id']}"]
    return " · ".join(part for part in parts if part)


def _switches(layers: list[str]) -> Html:
    boxes = [
        Html(f'<label><input type="checkbox" checked data-layer="{name}"> <span class="key key-{name}">{escape(label)}</span></label>')
        for name, label, _ in LAYERS if name in layers
    ]
    return element("fieldset", join([element("legend", "Show in the text"), *boxes])) if boxes else Html("")


def _text(text: str, result: Result) -> Html:
    """Cut the text at every border of a record; each piece says which records it belongs to, and why on hover."""
    opening: dict[int, list[int]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    marks = list(_marks(result))
    for number, (start, end, *_) in enumerate(marks):
        opening[start].append(number)
        closing[end].append(number)
    borders = sorted({0, len(text), *opening, *closing})
    open_now: dict[int, None] = {}
    pieces: list[Content] = []
    for start, end in pairwise(borders):
        for number in closing[start]:
            open_now.pop(number, None)
        open_now.update(dict.fromkeys(opening[start]))
        if not open_now:
            pieces.append(text[start:end])
            continue
        inside = [marks[number] for number in open_now]
        pieces.append(element("span", text[start:end], class_=" ".join(dict.fromkeys(mark[3] for mark in inside)),
                              data_r=" ".join(dict.fromkeys(mark[2] for mark in inside)), title="\n".join(mark[4] for mark in inside)))
    return join(pieces)


def _marks(result: Result) -> Iterator[tuple[int, int, str, str, str]]:
    """Give (start, end, id, classes, what hovering tells) of everything that is marked; long ones first at one place."""
    for entity in result.get("entities") or ():
        for mention in entity["mentions"]:
            sense = f", {mention['sense']}" if mention["sense"] else ""
            yield mention["start"], mention["end"], entity["id"], "e", (
                f"{entity['name'] or 'unnamed'} ({entity['type']}) · {mention['form']}{sense} · {mention['why']}")
    for quote in result.get("quotes") or ():
        speaker = quote["speaker"] or {}
        who = speaker.get("name") or speaker.get("text") or quote["unattributed"] or "nobody named"
        for fragment in quote["fragments"]:
            yield fragment["start"], fragment["end"], quote["id"], "q", f"{quote['kind']} quote of {who} · {quote['why']}"
    for timex in result.get("timexes") or ():
        yield timex["start"], timex["end"], timex["id"], "t", f"{timex['type']} {timex['value']} · {timex['why']}"
    for item in result.get("quantities") or ():
        yield item["start"], item["end"], item["id"], "n", f"{item['kind']} {item['modifier']} {item['value']} · {item['why']}"
    for event in result.get("events") or ():
        for trigger in event["mentions"]:
            told = f"event {event['type'] or 'without type'}, {event['status']} · {event['why']}"
            yield trigger["start"], trigger["end"], event["id"], "v", told
    for claim in result.get("claims") or ():
        head, shown = claim["head"], claim["status"]
        if shown != "asserted":
            yield head["start"], head["end"], claim["id"], f"c {shown}", f"{shown}, {claim['certainty']} · {claim['why']}"


def _summary(result: Result) -> Html:
    sentences = result.get("summary") or ()
    if not sentences:
        return Html("")
    return join([element("h2", "In short"), *(element("p", sentence["text"]) for sentence in sentences)])


def _failures(result: Result) -> Html:
    return join(element("p", f"{failure['extractor']} failed: {failure['error']}", class_="failed") for failure in result["failures"])


def _provenance(result: Result) -> str:
    made = result["provenance"]
    versions = ", ".join(f"{name} {number}" for name, number in made["extractors"].items())
    duplicates = result.get("duplicates") or {}
    copied = f" · near-duplicate of {duplicates['of']}" if duplicates.get("of") else ""
    return f"Wiredesk {made['wiredesk']} · model {made['model']['name']} {made['model']['version']} · extractors: {versions}{copied}"
