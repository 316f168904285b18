"""`wiredesk story`: which sources carry an article's story, copied or independent, and where they differ."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from worker.cli import console
from worker.settings import load_settings
from worker.views import story as view


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(story)


def story(
    article: Annotated[str, typer.Argument(metavar="ID", help="An article's id, or a cluster's.")],
    *, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the sources of a story, and how their statements differ or change over time."""
    from worker.ledger import connect
    from worker.stories import find_story

    found = find_story(connect(load_settings()), article)
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


def _shown(statement: view.Statement | None) -> str:
    if statement is None:
        return "–"
    value = statement.value
    if isinstance(value, dict):
        bounds = [value["low"], value["high"]] if value["value"] is None else [value["value"]]
        value = " to ".join(str(bound) for bound in bounds if bound is not None)
    return f"{value}: {statement.text}"
