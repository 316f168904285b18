"""`wiredesk pause|resume|drain`: hold the queue, let it go on, or empty it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import console
from worker.errors import InputError, ServerUnavailableError
from worker.ledger import connect
from worker.settings import load_settings

if TYPE_CHECKING:
    from worker.ledger import Ledger

_LOOK_SECONDS = 0.5


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (pause, resume, drain):
        app.command()(command)


def pause(
    intake: Annotated[bool, typer.Option("--intake", help="Refuse new articles too (producers are told to come again).")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when no article is in a worker's hand.")] = False,
) -> None:
    """Let workers start nothing new until `wiredesk resume`; articles are still accepted."""
    ledger = _ledger()
    ledger.holds.hold("work", *(("intake",) if intake else ()))
    console.say("work is held: articles in hand are finished, queued ones wait for `wiredesk resume`"
                + ("; new articles are refused" if intake else ""), "yellow")
    while wait and ledger.status().in_flight:
        time.sleep(_LOOK_SECONDS)
    if wait:
        console.say("no article is in a worker's hand", "green")


def resume() -> None:
    """Let work and intake go on."""
    ledger = _ledger()
    try:
        held = ledger.holds.held()
    except ServerUnavailableError:
        held = ()  # of several servers the others are let go all the same; the release says what each did
    ledger.holds.release()
    console.say(f"let go: {' and '.join(held)}" if held else "nothing was held", "green")


def drain(
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most; 0: as long as it takes.")] = 0.0,
) -> None:
    """Refuse new articles and wait until every accepted one has its end; intake stays shut until `wiredesk resume`."""
    ledger = _ledger()
    ledger.holds.hold("intake")
    ledger.holds.release("work")
    now = ledger.status()
    began, deadline, owed = time.monotonic(), time.monotonic() + timeout, now.queued + now.in_flight
    console.say(f"intake is shut; {owed:,} articles are owed", "yellow")
    told = False
    with console.progress() as bar:
        task = bar.add_task("draining", total=owed)
        while left := now.queued + now.in_flight:
            if timeout and time.monotonic() > deadline:
                raise InputError(f"{left:,} articles are still owed after {timeout:g} seconds; intake stays shut: "
                                 "call `wiredesk drain` again, or `wiredesk resume`")
            if not told and not (ledger.workers.list() or ledger.workers.loading()):
                told = True
                console.say("no worker runs: nothing will drain until one does", "red")
            time.sleep(_LOOK_SECONDS)
            now = ledger.status()
            bar.update(task, completed=owed - left)
    console.say(f"drained in {time.monotonic() - began:.1f} s: {now.done:,} done, {now.dead:,} dead; "
                "intake stays shut until `wiredesk resume`", "green")


def _ledger() -> Ledger:
    return connect(load_settings(), name="wiredesk-cli")
