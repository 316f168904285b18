"""`wiredesk keys`: API keys of the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import console
from worker.errors import InputError
from worker.settings import load_settings

if TYPE_CHECKING:
    from worker.ledger.access import ApiKeys

_COMMANDS = typer.Typer(no_args_is_help=True, help="API keys of the gateway.")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(_COMMANDS, name="keys")


@_COMMANDS.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scope: Annotated[list[str], typer.Option(help="submit, read or admin; may be given more than once.")],
    per_minute: Annotated[int, typer.Option(min=0, help="Articles and requests a minute at most; 0: no limit.")] = 0,
) -> None:
    """Make a key and print it: it cannot be shown again."""
    print(_keys().create(name, scope, per_minute))
    console.say(f"this is the only time that the key of {name!r} is shown; send it as `Authorization: Bearer …`")


@_COMMANDS.command("list")
def list_keys(*, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show the keys: number, name, scopes, limit."""
    found = _keys().list()
    if json:
        console.print_json([key.to_json() for key in found])
        return
    rows = [(key.number, key.name, ", ".join(key.scopes), key.per_minute or "–", key.created) for key in found]
    console.OUT.print(console.table("API keys", ("number", "name", "scopes", "a minute", "made"), rows))


@_COMMANDS.command()
def revoke(number: Annotated[str, typer.Argument(help="The key's number: the eight characters after `wd_`.")]) -> None:
    """Remove a key; it opens nothing from two seconds later on."""
    if not _keys().revoke(number):
        raise InputError(f"there is no key {number!r}; `wiredesk keys list` shows all")


def _keys() -> ApiKeys:
    from worker.ledger import connect
    from worker.ledger.access import ApiKeys

    return ApiKeys(connect(load_settings()))
