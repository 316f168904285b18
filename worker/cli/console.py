"""What the commands say to people: one voice on standard error, tables, progress bars; data goes to standard output elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from worker.views.clean import clean, clean_json

#: For people.
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
#: For tables that were asked for.
OUT = Console(highlight=False)


def complain(origin: str, reason: str) -> None:
    """Name one failed input: where, and what to do about it."""
    ERR.print(Text.assemble((clean(origin), "bold"), ": ", clean(reason)))


def say(message: str, style: str = "") -> None:
    """Tell a person something, on standard error."""
    ERR.print(Text(clean(message), style=style))


def print_json(value: object, *, lines: bool = False) -> None:
    """Write JSON to standard output: indented for a look, or one line."""
    options = orjson.OPT_APPEND_NEWLINE if lines else orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2
    sys.stdout.buffer.write(clean_json(orjson.dumps(value, option=options)))
    sys.stdout.buffer.flush()


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> Table:
    """Make a table of cleaned cells."""
    made = Table(title=title, caption=caption or None, title_justify="left", caption_justify="left", header_style="bold", pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(clean(str(cell))) for cell in row))
    return made


class _Rate(ProgressColumn):
    """Articles a second."""

    def render(self, task: Task) -> Text:
        """Show the finished ones by the time they took."""
        done = task.fields.get("articles", task.completed)
        return Text(f"{done / task.elapsed:,.0f}/s" if task.elapsed and done else "–/s", style="cyan")


def progress(unit: str = "articles", *, counted: bool = True) -> Progress:
    """Make a progress bar with articles a second and the time left; it shows only where a person looks.

    With `counted=False` the bar runs over bytes and the number of articles is the task's field `articles`.
    """
    number = MofNCompleteColumn() if counted else TextColumn("{task.fields[articles]:,}")
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), number, TextColumn(unit), _Rate(),
        TextColumn("left"), TimeRemainingColumn(), console=ERR, disable=not ERR.is_terminal,
    )
