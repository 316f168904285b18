"""`wiredesk schema`: the contract with other systems as JSON Schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from worker.cli import console


class Which(StrEnum):
    """What can be described."""

    article = "article"
    result = "result"


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(schema)


def schema(which: Annotated[Which, typer.Argument(help="What goes in, or what comes out.")]) -> None:
    """Print the JSON Schema of article or result."""
    from worker.schema import article_schema, result_schema

    console.print_json(article_schema() if which is Which.article else result_schema())
