"""`wiredesk backup|restore`: everything that Wiredesk keeps, of one moment, in one file; of several servers in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from worker.cli import console
from worker.ledger import connect
from worker.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; of several servers a folder. A whole one replaces an older.")],
    patience: Annotated[float, typer.Option(min=1, help="Seconds to wait for the articles in workers' hands.")] = 120.0,
) -> None:
    """Write all articles, results, dead letters and books to one file (shards: a folder); all work stands still meanwhile."""
    from worker.ledger import backups as store

    ledger = connect(load_settings(), name="wiredesk-backup")
    with console.progress("keys") as bar:
        task = bar.add_task("writing", total=None)
        count = store.write(ledger, file, patience=patience, tell=lambda done: bar.update(task, completed=done))
    size = sum(part.stat().st_size for part in file.glob("*.backup")) if file.is_dir() else file.stat().st_size
    console.say(f"written: {file}, {count:,} keys, {size / 2**20:,.1f} MiB", "green")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `wiredesk backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the server holds now.")] = False,
) -> None:
    """Put a backup back on an empty server; with --replace on any."""
    from worker.ledger import backups as store

    ledger = connect(load_settings(), name="wiredesk-restore")
    with console.progress("keys") as bar:
        task = bar.add_task("restoring", total=None)
        count = store.restore(ledger, file, replace=replace, tell=lambda done: bar.update(task, completed=done))
    now = ledger.status()
    console.say(f"restored: {count:,} keys; {now.accepted:,} accepted = {now.done:,} done + {now.dead:,} dead + {now.queued:,} queued + "
                f"{now.in_flight:,} in flight", "green" if now.balanced else "red")
