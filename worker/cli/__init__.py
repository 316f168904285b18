"""The `wiredesk` command: one file a group of commands, no logic of its own."""

from __future__ import annotations

import sys

import typer

from worker.cli import extract
from worker.errors import ConfigurationError, WiredeskError

app = typer.Typer(name="wiredesk", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Read news articles from a queue: who said what, about which event, when, where, how many, by whose word.")
extract.add_to(app)


@app.callback()
def _root() -> None:
    pass


def main() -> None:
    """Run the command; a person gets one sentence, never a traceback."""
    try:
        app()
    except ConfigurationError as error:
        print(f"wiredesk: {error}", file=sys.stderr)
        sys.exit(2)
    except WiredeskError as error:
        print(f"wiredesk: {error}", file=sys.stderr)
        sys.exit(1)
