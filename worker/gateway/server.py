"""Starts the gateway: checks that it is not open to the world by mistake, runs uvicorn with limits, and the intake reader beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import uvicorn

from worker.errors import ConfigurationError
from worker.gateway.app import create_app
from worker.gateway.connections import LoopErrors, allow_descriptors, with_deadlines
from worker.gateway.intake import IntakeReader
from worker.gateway.visitors import is_of_this_machine
from worker.gateway.webhooks import Webhooks, check
from worker.ledger import connect
from worker.ledger.access import ApiKeys

if TYPE_CHECKING:
    from worker.ledger import Ledger
    from worker.settings import Settings

#: Connections that wait to be accepted.
_BACKLOG = 512


def serve(settings: Settings, *, host: str, port: int, insecure: bool, say: Callable[[str], None]) -> None:
    """Serve until a signal comes; `say` tells a person the address.

    Raises:
        ConfigurationError: the address is open to others and there are no keys, or it cannot be listened on.
    """
    check(settings.webhooks)
    ledger = connect(settings, name="wiredesk-gateway", check=True)
    try:
        if not (insecure or is_of_this_machine(host) or ApiKeys(ledger).list()):
            raise ConfigurationError(
                f"{host} can be reached by others and there are no API keys: make one with `wiredesk keys create`, "
                "listen on 127.0.0.1, or take the risk with --insecure"
            )
        _run(settings, ledger, host, port, say)
    finally:
        ledger.close()


def _run(settings: Settings, ledger: Ledger, host: str, port: int, say: Callable[[str], None]) -> None:
    listening = _listen(host, port)
    bound, number = listening.getsockname()[:2]
    limits = settings.gateway
    allow_descriptors(limits.connections)
    config = uvicorn.Config(
        create_app(settings, ledger, host=host), log_config=None, access_log=False, server_header=False, proxy_headers=False,
        lifespan="off", http=with_deadlines(limits.head_seconds, limits.connections), ws="none", backlog=_BACKLOG,
        limit_concurrency=limits.connections, timeout_keep_alive=limits.keep_alive_seconds, h11_max_incomplete_event_size=64 * 1024,
        timeout_graceful_shutdown=5,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    server = _Server(config)
    # Whoever reads the address may stop us at once: from here on a signal ends the serving in peace.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, server.handle_exit)
    say(f"gateway at http://{f'[{bound}]' if ':' in bound else bound}:{number}")
    intake, webhooks = IntakeReader(ledger), Webhooks(ledger)
    with listening:
        webhooks.start()
        intake.start()
        try:
            server.run(sockets=[listening])
        finally:
            intake.stop()
            webhooks.stop()


class _Server(uvicorn.Server):
    """A server that ends in peace on a signal; uvicorn's own would send itself the signal once more, past every `finally`."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; what goes wrong in the loop is told as our own log lines are."""
        asyncio.get_running_loop().set_exception_handler(LoopErrors())
        await super().startup(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM end the serving while it lasts."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}:{port} ({error.strerror or error}); give another --host or --port") from None
    return listening
