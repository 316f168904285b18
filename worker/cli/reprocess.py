"""`wiredesk reprocess`: read stored articles again whose results other extractors or lexicons made than those in force here."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import console
from worker.errors import ArticleError, InputError
from worker.records import parse_published
from worker.settings import load_settings

if TYPE_CHECKING:
    from worker.ledger import Ledger
    from worker.ledger.stale import Answer

#: So many articles at most wait at once; live work goes before them, and the server holds no second backlog.
AHEAD = 200
_LOOK_SECONDS = 0.5


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(reprocess)


def reprocess(
    only: Annotated[str | None, typer.Option(help="Only extractors whose version counts, with commas between them; else all.")] = None,
    source: Annotated[str | None, typer.Option(help="Only articles of this publisher.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what was received at or after this date.")] = None,
    before: Annotated[str | None, typer.Option(help="Only what was received before this date.")] = None,
    *, fresh_too: Annotated[bool, typer.Option("--all", help="Results of the installed versions, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
) -> None:
    """Queue what older extractors or other lexicons read, at low priority, a few at a time, as new versions of the articles."""
    from worker import extractors
    from worker.ledger import connect
    from worker.ledger.stale import Selection, stale
    from worker.nlp.lexicons.own import read

    try:
        names = extractors.check(name.strip() for name in only.split(",")) if only else extractors.names()
    except ArticleError as error:
        raise InputError(f"--only: {error.reason}") from None
    settings = load_settings()
    lexicons = read(settings.lexicons).digest if settings.lexicons else None
    selection = Selection(versions={name: extractors.load(name).VERSION for name in names}, lexicons=lexicons, fresh_too=fresh_too,
                          source=source, since=_moment(since), before=_moment(before))
    ledger = connect(settings, name="wiredesk-reprocess", check=True)
    tally: Counter[str] = Counter()
    with console.progress() as bar:
        task = bar.add_task("looking" if dry_run else "queueing", total=None)
        for article_id, version in stale(ledger, selection):
            tally["stale" if dry_run else _queue(ledger, article_id, version)] += 1
            bar.update(task, completed=tally.total())
    console.say(", ".join(f"{number:,} {answer}" for answer, number in tally.items()) or "nothing is stale")


def _queue(ledger: Ledger, article_id: str, version: int) -> Answer:
    from worker.ledger.stale import read_again

    while True:
        if ledger.status().queued < AHEAD and (answer := read_again(ledger, article_id, version)) != "busy":
            return answer
        time.sleep(_LOOK_SECONDS)


def _moment(given: str | None) -> dt.datetime | None:
    if given is None:
        return None
    try:
        parsed = parse_published(given)
    except ValueError as error:
        raise InputError(f"{given!r} {error}") from None
    return parsed if isinstance(parsed, dt.datetime) else dt.datetime(parsed.year, parsed.month, parsed.day, tzinfo=dt.UTC)
