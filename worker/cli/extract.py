"""`wiredesk extract`: results of articles in files, without a queue and without Redis."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import orjson
import typer

from worker.errors import ArticleError
from worker.ledger.sketches import RunIndex
from worker.nlp.model import load_model
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(extract)


def extract(path: Annotated[str, typer.Argument(help="A JSON-lines file, or - for standard input.")]) -> None:
    """Print one result a line as JSON."""
    reader = Reader(load_model(load_settings().model))
    stream = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115, PTH123 - closed with the process
    stories = RunIndex()
    failed = False
    for number, line in enumerate(stream, start=1):
        try:
            article = Article.parse(orjson.loads(line))
        except (ArticleError, orjson.JSONDecodeError) as error:
            failed = True
            print(f"{path}:{number}: {error}", file=sys.stderr)
            continue
        result = run(article, reader, Trip(received=dt.datetime.now(dt.UTC)))
        stories.place(result)
        sys.stdout.buffer.write(orjson.dumps(result) + b"\n")
    if failed:
        raise typer.Exit(1)
