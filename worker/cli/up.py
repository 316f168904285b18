"""`wiredesk up|worker|flower|alive`: everything on one machine until Ctrl-C, or one part for many machines."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import console
from worker.settings import load_settings, server_url

if TYPE_CHECKING:
    from worker.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(up)
    app.command()(worker)
    app.command()(flower)
    app.command()(alive)


def up(
    workers: Annotated[int, typer.Option(min=0, max=1_024, help="Worker processes; 0: as many as cores.")] = 0,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="The gateway's port.")] = None,
    flower_port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Flower's port; 0: without Flower.")] = None,
) -> None:
    """Run server, workers, gateway and Flower on this machine until Ctrl-C."""
    from worker.machine import machine

    settings = load_settings()
    flower = settings.flower.port if flower_port is None else flower_port
    gateway = settings.gateway.port if port is None else port
    with suppress(KeyboardInterrupt), machine(
        settings, workers=workers or settings.worker.concurrency, gateway_port=gateway, flower_port=flower or None,
        tell=lambda message: console.say(message, "yellow"),
    ) as running:
        kind = "embedded" if running.server.embedded else "configured"
        data = str(settings.home.absolute()) if running.server.embedded else ""
        rows = [("server", f"{running.server.program} ({kind})", data)]
        rows += [(part.name, part.address or f"process {part.pid}", str(part.log)) for part in running.parts]
        console.ERR.print(console.table("Wiredesk is up; Ctrl-C stops it", ("part", "where", "log or data"), rows))
        running.watch()
    console.say("stopped; nothing is left running")


def worker(
    concurrency: Annotated[int, typer.Option(min=0, max=1_024, help="Worker processes; 0: as set, else as many as cores.")] = 0,
    events: Annotated[bool, typer.Option("--events", help="Send task events for Flower; costs about a millisecond an article.")] = False,
) -> None:
    """Run a worker here; any number of them, on any number of machines, share one server."""
    settings = _checked_settings()
    processes = concurrency or settings.worker.concurrency or os.cpu_count() or 1
    options = ["--concurrency", str(processes), "--hostname", f"wiredesk-{os.getpid()}@%h", "--without-gossip", "--without-mingle",
               "--loglevel", settings.logs.level.upper(), *(["--events"] if events else [])]
    # Celery's own program takes this process over: signals and supervisors reach it without a go-between.
    os.execv(sys.executable, [sys.executable, "-m", "celery", "-A", "worker.app", "worker", *options])


def flower(port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Flower's port.")] = None) -> None:
    """Run Flower here; anything but loopback needs flower.user and flower.password."""
    from worker.machine import flower_command

    settings = _checked_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    command, secret = flower_command(settings, port or settings.flower.port)
    os.execve(command[0], command, {**os.environ, **secret})


def alive(seconds: Annotated[float, typer.Option(min=1, help="Longest silence.")] = 30.0) -> None:
    """Tell by the exit status whether a worker of this host lives; a server that does not answer is not its fault."""
    import socket

    from worker.errors import ServerUnavailableError
    from worker.ledger import connect

    host = socket.gethostname()
    try:
        mine = [sign for sign in connect(load_settings(), name="wiredesk-alive").workers.list() if sign.host == host]
    except ServerUnavailableError as error:
        console.say(f"nobody can tell: {error}", "yellow")
        return
    heard = min((sign.silent for sign in mine), default=None)
    if heard is None or heard > seconds:
        console.say(f"no worker of {host} was heard of " + ("within ten minutes" if heard is None else f"for {heard:.0f} seconds"), "red")
        raise typer.Exit(1)
    console.say(f"a worker of {host} was heard of {heard:.0f} seconds ago", "green")


def _checked_settings() -> Settings:
    """A clear word on server and broker before Celery starts, which would end in a traceback."""
    from worker import amqps
    from worker.ledger.server import open_client

    settings = load_settings()
    open_client(server_url(settings)).close()
    amqps.split(settings.broker.url)
    return settings
