"""`wiredesk watch`: a spool folder whose files are submitted as they come."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from worker.cli import console
from worker.errors import InputError, ServerUnavailableError
from worker.files import Item
from worker.files.watch import LOOK_SECONDS, Spool
from worker.ledger import Ledger, connect
from worker.producer import BATCH, submit
from worker.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(watch)


def watch(
    folder: Annotated[Path, typer.Argument(help="Files put here are submitted, then moved to its `done` or `failed`.")],
    source: Annotated[str | None, typer.Option(help="Publisher of articles that bring none.")] = None,
    *, once: Annotated[bool, typer.Option(help="Take what is there, then end.")] = False,
) -> None:
    """Submit the files that are put into a folder, until Ctrl-C."""
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder")
    ledger = connect(load_settings(), name="wiredesk-watch", check=True)

    spool = Spool(folder, lambda items: _submitted(items, ledger), source=source)
    console.say(f"watching {folder}")
    looks = 0
    while not (once and looks == 2):  # noqa: PLR2004 - the first look sees, the second takes
        looks += 1
        try:
            for outcome in spool.look():
                for error in outcome.errors:
                    console.complain(*error.split(": ", 1))
                failed = f", {len(outcome.errors):,} failed" if outcome.errors else ""
                console.say(f"{outcome.name}: {outcome.submitted:,} submitted{failed}")
        except ServerUnavailableError as error:
            console.say(f"{error}; trying again")
        time.sleep(LOOK_SECONDS)


def _submitted(items: Iterable[Item], ledger: Ledger) -> Iterator[str | None]:
    """Submit items in batches; give for each an error, or None."""
    waiting = iter(items)
    while batch := [item.article for item in islice(waiting, BATCH) if item.article is not None]:
        for article, verdict in zip(batch, submit(batch, ledger=ledger, source="watch"), strict=True):
            final = verdict
            while final.verdict == "busy":
                console.say(final.reason)
                time.sleep(final.retry_after)
                [final] = submit([article], ledger=ledger, source="watch")
            yield None if final.ok else final.reason
