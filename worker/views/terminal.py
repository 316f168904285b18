"""One article for the terminal: its text with the facts marked, and a table for each kind of fact.

It draws from the result's JSON alone, so that it shows what any consumer would see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from worker.views.clean import clean

#: How each kind of fact is marked in the text; later ones are laid over earlier ones.
STYLES = {
    "quotes": "italic", "claims": "", "events": "underline", "quantities": "green", "timexes": "yellow", "entities": "bold cyan",
}
_STATUS_STYLES = {
    "asserted": "", "reported": "cyan", "alleged": "yellow", "conditional": "magenta", "planned": "blue", "denied": "red",
    "unconfirmed": "yellow",
}
_LONGEST_CELL = 100
_AGAIN = "told again"
#: What an overview counts, and the columns' names.
_COUNTED = {"entities": "who", "quotes": "quotes", "events": "events", "claims": "claims", "timexes": "dates", "quantities": "numbers"}

Result = Mapping[str, Any]


def marked_text(text: str, result: Result) -> Text:
    """Give the article's text with entities, timexes, quantities, event triggers and quotes marked."""
    spans = [(start, end, STYLES[kind]) for kind in STYLES for start, end in _spans(kind, result) if STYLES[kind]]
    # Cleaning may lengthen the text: it is cut at every border first, so that the marks stay in place.
    borders = sorted({0, len(text), *(border for start, end, _ in spans for border in (start, end))})
    made, places = Text(), {}
    for start, end in pairwise(borders):
        places[start] = len(made)
        made.append(clean(text[start:end], keep="\n\t"))
    places[len(text)] = len(made)
    for start, end, style in spans:
        made.stylize(style, places[start], places[end])
    return made


def article(text: str, result: Result) -> RenderableType:
    """Give the whole view: heading, marked text, legend and tables."""
    legend = Text.assemble("marked: ", *(part for kind, style in STYLES.items() if style and kind in result
                                         for part in ((kind, style), " ")), style="dim")
    return Group(heading(result), Padding(marked_text(text, result), (1, 2)), legend, *facts(result))


def heading(result: Result) -> Text:
    """Give the article's title line: what it is, from where, and which day is today in it."""
    about, document = result["article"], result["document"]
    reference = document["reference_time"]
    made = Text(clean(about["title"] or about["id"]), style="bold")
    details = [about["source"], ", ".join((document.get("byline") or {}).get("authors") or about["authors"] or ()),
               f"{reference['value']} ({reference['basis']})", f"{document['sentences']} sentences"]
    return made.append("\n" + clean(" · ".join(part for part in details if part)), style="dim not bold")


def facts(result: Result) -> Iterator[RenderableType]:
    """Give a table for each kind of fact that the article has, and a line for each extractor that failed."""
    names = {entity["id"]: entity["name"] or entity["mentions"][0]["text"] for entity in result.get("entities") or ()}
    for title, headings, rows in (
        ("Who, what, where", ("", "type", "name", "mentions", "ids", "roles"), _entities(result)),
        ("Who said what", ("", "speaker", "cue", "quote", "kind"), _quotes(result, names)),
        ("What happened, and by whose word", ("", "actor", "event", "recipient", "when", "status"), _events(result, names)),
        ("What is claimed", ("", "holder", "status", "certainty", "claim"), _claims(result, names)),
        ("When", ("", "text", "value", "type", "from", "to"), _timexes(result)),
        ("How many", ("", "text", "value", "bound", "unit", "of"), _quantities(result)),
    ):
        if made := _table(title, headings, list(rows)):
            yield made
    for failure in result["failures"]:
        yield Text(clean(f"{failure['extractor']} failed: {failure['error']}"), style="red")


def overview(results: Sequence[tuple[str, Result]]) -> RenderableType:
    """Give a table with a line for each (name, result): its title, how many facts of each kind it has, and whose story it tells again."""
    clusters = Counter((result.get("duplicates") or {}).get("cluster") for _, result in results)
    numbers = {result["article"]["id"]: number for number, (_, result) in enumerate(results, start=1)}
    made = Table(header_style="dim", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    # Columns that may be folded give way in a narrow terminal; their cells are cut instead (`no_wrap` of the text), for a line each.
    made.add_column("", justify="right", no_wrap=True)
    made.add_column("")
    for heading in _COUNTED.values():
        made.add_column(heading, justify="right", no_wrap=True)
    made.add_column("story", no_wrap=True)
    made.add_column("title")
    for number, (name, result) in enumerate(results, start=1):
        found = result.get("duplicates") or {}
        original = found.get("of")
        story = f"as {numbers.get(original, original)}" if original else _AGAIN if clusters[found.get("cluster")] > 1 else ""
        failed = "".join(f" ({failure['extractor']} failed)" for failure in result["failures"])
        cells = (number, name, *(len(result.get(kind) or ()) for kind in _COUNTED), story, (result["article"]["title"] or "–") + failed)
        made.add_row(*(Text(_cell(cell), no_wrap=True, overflow="ellipsis") for cell in cells))
    return made


def _table(title: str, headings: Sequence[str], rows: list[Sequence[Any]]) -> Table | None:
    if not rows:
        return None
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, name in enumerate(headings):
        made.add_column(name, style="dim" if number == 0 else "", overflow="fold", no_wrap=number == 0)
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_cell(cell)) for cell in row))
    return made


def _cell(value: object) -> str:
    if value is None:
        return "–"
    shown = clean(" ".join(str(value).split()))
    return shown if len(shown) <= _LONGEST_CELL else shown[: _LONGEST_CELL - 1] + "…"


def _spans(kind: str, result: Result) -> Iterator[tuple[int, int]]:
    for record in result.get(kind) or ():
        match kind:
            case "entities":
                yield from ((mention["start"], mention["end"]) for mention in record["mentions"])
            case "quotes":
                yield from ((fragment["start"], fragment["end"]) for fragment in record["fragments"])
            case "events":
                yield from ((trigger["start"], trigger["end"]) for trigger in record["mentions"])
            case _:
                yield record["start"], record["end"]


def _entities(result: Result) -> Iterator[Sequence[Any]]:
    for entity in result.get("entities") or ():
        forms = dict.fromkeys(mention["text"] for mention in entity["mentions"])
        ids = entity.get("ids") or {}
        known = " ".join(str(ids[name]) for name in ("wikidata", "iso3166", "plover") if ids.get(name))
        roles = ", ".join(dict.fromkeys(role["text"] for role in entity.get("roles") or ()))
        yield entity["id"], entity["type"], entity["name"], f"{len(entity['mentions'])}× {', '.join(forms)}", known or "", roles


def _quotes(result: Result, names: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    for quote in result.get("quotes") or ():
        speaker = quote["speaker"]
        if speaker is None:
            said = f"({quote['unattributed']})"
        else:
            said = speaker["name"] or names.get(speaker["entity"]) or speaker["text"] or ""
            if speaker["anonymous"]:
                said = f"{speaker['text']} (anonymous)"
        yield quote["id"], said, (quote["cue"] or {}).get("text"), quote["text"], quote["kind"]


def _events(result: Result, names: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    times = {timex["id"]: timex["value"] for timex in result.get("timexes") or ()}
    for event in result.get("events") or ():
        sides = [", ".join(names.get(actor["entity"]) or actor["text"] or actor["code"] or "?" for actor in event[side])
                 for side in ("actors", "recipients")]
        told = f"{event['type'] or '·'} {event['trigger']['text']}"
        yield event["id"], sides[0], told, sides[1], times.get(event["time"], ""), _status(event)


def _claims(result: Result, names: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    for claim in result.get("claims") or ():
        if claim["status"] == "asserted" and claim["holder"]["kind"] == "author" and not claim["cues"]:
            continue  # what the article says in its own voice needs no row
        holder = claim["holder"]
        who = names.get(holder["entity"] or "") or holder["text"] or holder["kind"]
        yield claim["id"], who, _status(claim), claim["certainty"], claim["text"]


def _status(record: Mapping[str, Any]) -> Text:
    said = record["status"] or "–"
    made = Text(said, style=_STATUS_STYLES.get(said, ""))
    if record["polarity"] == "negative":
        made.append(" not", style="red")
    return made


def _timexes(result: Result) -> Iterator[Sequence[Any]]:
    for timex in result.get("timexes") or ():
        interval = timex.get("interval") or {}
        yield timex["id"], timex["text"], timex["value"], timex["type"], interval.get("from"), interval.get("to")


def _quantities(result: Result) -> Iterator[Sequence[Any]]:
    for item in result.get("quantities") or ():
        value = item["value"] if item["value"] is not None else f"{_cell(item['low'])} to {_cell(item['high'])}"
        bound = item["modifier"] if item["modifier"] != "exact" else item["change"] or ""
        yield item["id"], item["text"], value, bound, item["currency"] or item["unit"] or "", (item.get("of") or {}).get("lemma", "")
