"""`wiredesk gateway`: the HTTP API and the foreign intakes."""

from __future__ import annotations

from typing import Annotated

import typer

from worker.cli import console
from worker.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(gateway)


def gateway(
    host: Annotated[str | None, typer.Option(help="Address to listen on; anything but loopback needs API keys.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0: any free one.")] = None,
    *, insecure: Annotated[bool, typer.Option(help="Serve others without API keys.")] = False,
) -> None:
    """Serve the HTTP API and read the foreign intakes, until Ctrl-C."""
    from worker.gateway.server import serve
    from worker.logs import set_up_logs

    settings = load_settings()
    set_up_logs(settings.logs)
    serve(settings, host=host or settings.gateway.host, port=settings.gateway.port if port is None else port, insecure=insecure,
          say=console.say)
