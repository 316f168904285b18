"""`wiredesk story`: which sources carry an article's story, copied or independent, and where they differ."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from worker.cli import console
from worker.errors import InputError
from worker.settings import load_settings
from worker.views import story as view

if TYPE_CHECKING:
    from worker.ledger import Ledger

#: Articles of one entity that are looked at for independent reports.
_LOOKED_AT = 200


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(story)


def story(
    article: Annotated[str, typer.Argument(metavar="ID", help="An article's id, or a cluster's.")],
    *, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the sources of a story, and how their statements differ or change over time."""
    from worker.ledger import connect

    found = _story(connect(load_settings()), article)
    if json:
        console.print_json(asdict(found))
        return
    rows = [
        (source.date, source.source or "–", source.carries, source.of or "", source.similarity or "", source.id) for source in found.sources
    ]
    console.OUT.print(console.table(f"Story {found.cluster or ''}", ("date", "source", "carries it", "of", "similarity", "article"), rows))
    if found.differences:
        differing = [
            (difference.kind, difference.of or "", _shown(difference.before), _shown(difference.after)) for difference in found.differences
        ]
        console.OUT.print(console.table("Differences", ("what", "of", "earlier", "later"), differing))
    else:
        console.say("no statement differs")


def _story(ledger: Ledger, name: str) -> view.Story:
    own = ledger.results.get(name)
    cluster = (orjson.loads(own).get("duplicates") or {}).get("cluster") if own else name
    ids = ledger.duplicates.story(cluster) if cluster else []
    if own is None and not ids:
        raise InputError(f"{name!r} has no result and is no cluster; `wiredesk status {name}` tells where the article is")
    copies = _results(ledger, ids or [name])
    return view.tell(copies, _independent(ledger, copies))


def _independent(ledger: Ledger, copies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find articles in other words about the same events: they share two of the main entities."""
    if not copies:
        return []
    known = {result["article"]["id"] for result in copies}
    shared: dict[str, int] = {}
    for key in view.main_entities(copies[0]):
        for article_id in ledger.results.mentions(key, _LOOKED_AT):
            shared[article_id] = shared.get(article_id, 0) + 1
    candidates = [article_id for article_id, number in shared.items() if number > 1 and article_id not in known]
    return [result for result in _results(ledger, candidates) if view.same_events(copies[0], result)]


def _results(ledger: Ledger, ids: list[str]) -> list[dict[str, Any]]:
    return [orjson.loads(result) for result in ledger.results.get_many(ids) if result is not None]


def _shown(statement: view.Statement | None) -> str:
    if statement is None:
        return "–"
    value = statement.value
    if isinstance(value, dict):
        bounds = [value["low"], value["high"]] if value["value"] is None else [value["value"]]
        value = " to ".join(str(bound) for bound in bounds if bound is not None)
    return f"{value}: {statement.text}"
