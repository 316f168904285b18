"""`wiredesk export`: all results that are kept, as JSON lines, CSV or Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from worker.cli import console
from worker.errors import InputError
from worker.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(export)


def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: .jsonl, or .csv or .parquet with one table a record kind.")],
    results: Annotated[Path | None, typer.Option(help="Take the results from this file of JSON lines, as `extract` prints them.")] = None,
    source: Annotated[str | None, typer.Option(help="Only articles of this publisher.")] = None,
    after: Annotated[str, typer.Option(help="Only what came after this entry of the stream.")] = "0",
) -> None:
    """Write the newest result of every article."""
    from worker.files.tables import writer
    from worker.schema import result_schema

    written = 0
    try:
        with writer(path, result_schema()) as table, console.progress() as bar:
            task = bar.add_task("exporting", total=None)
            for result in _from_file(results) if results else _from_ledger(after):
                if source is None or result["article"].get("source") == source:
                    table.write(result)
                    written += 1
                    bar.update(task, completed=written)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise InputError(f"{path}: cannot be written ({reason}); make room there or name a file elsewhere; nothing was kept") from None
    console.say(f"{written:,} results written to {path}")


def _from_file(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    result = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InputError(f"{path}:{number}: is no JSON at column {error.colno}") from None
                if not isinstance(result, dict) or not str(result.get("schema", "")).startswith("wiredesk.result/"):
                    raise InputError(f"{path}:{number}: is no result; `wiredesk extract` and `wiredesk follow` print results")
                yield result
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def _from_ledger(after: str) -> Iterator[dict[str, Any]]:
    """Give the result that stands for each article of the stream, once."""
    from worker.consumer import results
    from worker.ledger import connect

    seen: set[tuple[str, int]] = set()
    for delivery in results(after=after, ledger=connect(load_settings()), follow=False):
        if delivery.result is None:
            continue
        result = orjson.loads(delivery.result)
        # An entry of an older version leads to the newest result: it is written once.
        key = (delivery.id, result["version"])
        if key not in seen:
            seen.add(key)
            yield result
