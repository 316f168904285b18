"""The tables of an article's page: who said what, what happened, when, what is hedged and by whom, how many, who and what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from worker.views.html import Content, Html, element, join, table

Result = Mapping[str, Any]
Row = tuple[str, list[Content]]

_WIKIDATA = "https://www.wikidata.org/wiki/"


def all_tables(result: Result) -> Iterator[Html]:
    """Give every table that has rows."""
    names = {entity["id"]: entity["name"] or entity["mentions"][0]["text"] for entity in result.get("entities") or ()}
    yield table("Who said what", "said", ("", "speaker", "cue", "what", "kind", "why"), list(_quotes(result, names)))
    yield table("What happened, and by whose word", "happened",
                ("", "actor", "action", "target", "when", "where", "how many", "status", "certainty", "why"), list(_events(result, names)))
    yield table("What is hedged, denied or planned, and by whom", "hedged", ("", "holder", "status", "certainty", "cues", "claim"),
                list(_claims(result, names)), "What the article asserts in its own voice is not listed.")
    yield table("Timeline", "timeline", ("", "from", "to", "value", "in the text", "events", "why"), list(_timeline(result)),
                "From is included, to is not; in order of time.")
    yield table("How many", "many", ("", "in the text", "value", "at least", "at most", "unit", "of what", "why"),
                list(_quantities(result)))
    yield table("Who and what", "who", ("", "type", "name", "roles", "mentions", "ids"), list(_entities(result, names)))


def _quotes(result: Result, names: Mapping[str, str]) -> Iterator[Row]:
    for quote in result.get("quotes") or ():
        speaker = quote["speaker"]
        who: Content = element("span", quote["unattributed"] or "nobody", class_="why")
        if speaker:
            who = speaker["name"] or names.get(speaker["entity"] or "") or speaker["text"]
            if speaker["anonymous"]:
                who = f"{speaker['text']} (not named)"
        yield quote["id"], [quote["id"], who, (quote["cue"] or {}).get("text"), quote["text"], quote["kind"], _why(quote)]


def _events(result: Result, names: Mapping[str, str]) -> Iterator[Row]:
    times = {timex["id"]: timex["value"] for timex in result.get("timexes") or ()}
    amounts = {item["id"]: item["text"] for item in result.get("quantities") or ()}
    for event in result.get("events") or ():
        sides = [", ".join(_actor(actor, names) for actor in event[side]) or None for side in ("actors", "recipients")]
        action = join([element("strong", event["type"] or "·"), " ", event["trigger"]["text"]])
        many = ", ".join(amounts[number] for number in event["quantities"] if number in amounts) or None
        yield event["id"], [event["id"], sides[0], action, sides[1], times.get(event["time"]), names.get(event["place"]), many,
                            _status(event), event["certainty"], _why(event)]


def _claims(result: Result, names: Mapping[str, str]) -> Iterator[Row]:
    for claim in result.get("claims") or ():
        if claim["status"] == "asserted" and claim["polarity"] == "positive" and claim["certainty"] == "certain":
            continue
        holder = claim["holder"]
        who = names.get(holder["entity"] or "") or holder["text"] or holder["kind"]
        cues = ", ".join(cue["text"] for cue in claim["cues"])
        yield claim["id"], [claim["id"], who, _status(claim), claim["certainty"], cues or None, claim["text"]]


def _timeline(result: Result) -> Iterator[Row]:
    told: dict[str, list[str]] = {}
    for event in result.get("events") or ():
        if event["time"]:
            told.setdefault(event["time"], []).append(event["trigger"]["text"])
    placed = [timex for timex in result.get("timexes") or () if (timex["interval"] or {}).get("from")]
    for timex in sorted(placed, key=lambda timex: (timex["interval"]["from"], timex["start"])):
        interval = timex["interval"]
        yield timex["id"], [timex["id"], interval["from"], interval["to"], timex["value"], timex["text"],
                            ", ".join(told.get(timex["id"], ())) or None, _why(timex)]


def _quantities(result: Result) -> Iterator[Row]:
    for item in result.get("quantities") or ():
        yield item["id"], [item["id"], item["text"], item["value"], item["low"], item["high"], item["currency"] or item["unit"],
                           (item["of"] or {}).get("text"), _why(item)]


def _entities(result: Result, names: Mapping[str, str]) -> Iterator[Row]:
    for entity in result.get("entities") or ():
        forms: dict[str, int] = {}
        for mention in entity["mentions"]:
            forms[mention["text"]] = forms.get(mention["text"], 0) + 1
        said = ", ".join(f"{form} ×{number}" if number > 1 else form for form, number in forms.items())
        roles = ", ".join(dict.fromkeys(role["text"] for role in entity["roles"]))
        yield entity["id"], [entity["id"], entity["type"], names[entity["id"]], roles or None, said, _ids(entity["ids"])]


def _ids(ids: Mapping[str, Any]) -> Content:
    links: list[Content] = []
    if ids.get("wikidata"):
        links.append(element("a", ids["wikidata"], href=_WIKIDATA + str(ids["wikidata"]), rel="noreferrer"))
    links += [str(ids[name]) for name in ("iso3166", "geonames") if ids.get(name)]
    if ids.get("candidates"):
        links.append("one of " + ", ".join(str(candidate["name"]) for candidate in ids["candidates"]))
    return join(links, " · ") if links else None


def _actor(actor: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = names.get(actor["entity"] or "") or actor["text"] or "?"
    code = "/".join(part for part in (actor["code"], actor["sector"]) if part)
    return f"{name} ({code})" if code else str(name)


def _status(record: Mapping[str, Any]) -> Html:
    negative = " · not" if record["polarity"] == "negative" else ""
    return element("span", f"{record['status']}{negative}", class_=f"status {record['status']}")


def _why(record: Mapping[str, Any]) -> Html:
    return element("span", record["why"], class_="why")
