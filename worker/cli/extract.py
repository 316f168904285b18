"""`wiredesk extract`: results of articles in files, without a queue and without Redis."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import orjson
import typer

from worker.cli import console
from worker.errors import ArticleError, PermanentError
from worker.extractors import check
from worker.files import ArticleFiles
from worker.settings import load_settings
from worker.views.clean import clean_json


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(extract)


def extract(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders, or - for standard input.")],
    published: Annotated[str | None, typer.Option(help="Date for articles that bring none: 2024-10-22.")] = None,
    only: Annotated[str | None, typer.Option(help="Names of extractors to run, with commas between them.")] = None,
) -> None:
    """Print one result a line as JSON; no queue, no server."""
    defaults: dict[str, object] = {"published_at": published} if published else {}
    if only:
        try:
            defaults["extractors"] = list(check(name.strip() for name in only.split(",")))
        except ArticleError as error:
            raise typer.BadParameter(error.reason, param_hint="--only") from None
    files = ArticleFiles(paths, defaults)
    failed = 0
    from worker.nlp.language import preload

    preload()
    from worker.ledger.sketches import RunIndex
    from worker.nlp.model import load_model
    from worker.nlp.reading import Reader
    from worker.pipeline import Trip, run

    settings = load_settings()
    model = load_model(settings.model, whole=settings.reading.accelerate == "off")
    reader = Reader(model, accelerate=settings.reading.accelerate, lexicons=settings.lexicons)
    stories = RunIndex()
    with console.progress(counted=False) as bar:
        task = bar.add_task("reading", total=files.total or None, articles=0)
        done = 0
        for item in files:
            try:
                if item.article is None:
                    raise ArticleError("", item.error or "")
                result = run(item.article, reader, Trip(received=dt.datetime.now(dt.UTC)))
            except (ArticleError, PermanentError) as error:
                failed += 1
                console.complain(item.origin, str(error))
                continue
            stories.place(result)
            done += 1
            sys.stdout.buffer.write(clean_json(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE)))
            bar.update(task, completed=files.done, articles=done)
    sys.stdout.buffer.flush()
    if failed:
        console.say(f"{done:,} read, {failed:,} failed", "yellow")
        raise typer.Exit(1)
