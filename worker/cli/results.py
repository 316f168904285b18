"""`wiredesk status|result|show|follow|delete`: what has become of articles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from worker.cli import console
from worker.consumer import results
from worker.errors import InputError
from worker.ledger import Ledger, connect
from worker.settings import load_settings
from worker.views.clean import clean_json

Id = Annotated[str, typer.Argument(metavar="ID", help="An article's id, as submit gave it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (status, result, show, follow, delete):
        app.command()(command)


def status(
    article_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="An article's id; without one, the whole ledger.")] = None,
    as_json: Json = False,
) -> None:
    """Tell where everything stands, or where one article is and was."""
    ledger = _ledger()
    if article_id is None:
        _whole(ledger, as_json=as_json)
        return
    job = ledger.jobs.state(article_id)
    if job is None:
        raise InputError(f"id: the ledger knows no article {article_id!r} (any more)")
    if as_json:
        console.print_json(job.to_json())
        return
    console.OUT.print(console.table(f"{job.id}: {job.state}", ("when", "what", ""), [
        (event.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3], event.event, event.detail) for event in job.history
    ], caption=f"version {job.version}, attempt {job.attempts}, priority {job.priority}" + (f": {job.error}" if job.error else "")))


def result(article_id: Id) -> None:
    """Print an article's result as JSON."""
    sys.stdout.buffer.write(clean_json(_result(_ledger(), article_id)) + b"\n")


def show(
    article_id: Id,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained HTML page to this file instead.")] = None,
) -> None:
    """Show the article with its facts marked, and tables of them."""
    ledger = _ledger()
    found = orjson.loads(_result(ledger, article_id))
    stored = ledger.results.article(article_id)
    if stored is None:
        raise InputError(f"{article_id}: its text is no longer kept; `wiredesk result` still has the facts")
    text = orjson.loads(stored)["text"]
    if html is None:
        from worker.views import terminal

        console.OUT.print(terminal.article(text, found))
        return
    from worker.views.article_page import article_page

    try:
        html.write_text(article_page(text, found), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{html}: cannot be written ({error.strerror})") from None
    console.say(f"written: {html}")


def follow(
    group: Annotated[str, typer.Option(help="Share the stream with other readers of this name; unacknowledged results come again.")] = "",
    start: Annotated[str, typer.Option("--from", help="The entry to go on after; 0: the oldest, $: only new ones.")] = "0",
    end: Annotated[bool, typer.Option("--end", help="Stop at the end instead of waiting for more.")] = False,
) -> None:
    """Print results as they come, one JSON object a line; resumable."""
    for delivery in results(group=group, after=start, ledger=_ledger(), follow=not end):
        console.print_json(delivery.to_json(), lines=True)
        delivery.acknowledge()


def delete(ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Articles to take down.")]) -> None:
    """Take articles down: text, result, indexes and copies in streams."""
    ledger = _ledger()
    unknown = [article_id for article_id in ids if not ledger.jobs.delete(article_id)]
    for article_id in unknown:
        console.complain(article_id, "the ledger knows no such article (any more)")
    console.say(f"{len(ids) - len(unknown):,} taken down")
    if unknown:
        raise typer.Exit(1)


def _whole(ledger: Ledger, *, as_json: bool) -> None:
    now = ledger.status()
    if as_json:
        console.print_json(now.to_json())
        return
    oldest = "–" if now.oldest_seconds is None else f"{now.oldest_seconds:,.1f} s"
    counts = [f"{number:,}" for number in (now.done, now.dead, now.queued, now.in_flight)]
    console.OUT.print(console.table("Ledger", ("accepted", "=", "done", "dead", "queued", "in flight", "oldest open"), [
        (f"{now.accepted:,}", "=" if now.balanced else "≠", *counts, oldest),
    ]))
    for name, sentence in now.alarms.items():
        console.say(f"{name}: {sentence}", "red")


def _ledger() -> Ledger:
    return connect(load_settings(), name="wiredesk-cli")


def _result(ledger: Ledger, article_id: str) -> bytes:
    found = ledger.results.get(article_id)
    if found is not None:
        return found
    job = ledger.jobs.state(article_id)
    if job is None:
        raise InputError(f"id: the ledger knows no article {article_id!r} (any more)")
    reason = f"dead-lettered: {job.error}" if job.state == "dead" else f"{job.state}: there is no result yet"
    raise InputError(f"{article_id}: {reason}; `wiredesk status {article_id}` tells more")
