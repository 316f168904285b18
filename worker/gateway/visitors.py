"""Keeps other web sites out of a gateway that asks for no key: a page in a browser on this machine reaches loopback, too.

Without keys a gateway on loopback answers only who calls it by a name of this machine (a foreign name that leads here, "DNS rebinding",
makes a hostile page one of ours for the browser), and changes nothing on behalf of a page from elsewhere. Programs send no Origin.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from worker.errors import ServerUnavailableError
from worker.gateway.problems import ProblemError, answer

if TYPE_CHECKING:
    from worker.gateway.access import Doorkeeper
    from worker.settings import GatewaySettings

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Visitors:
    """Looks at Host and Origin before a request is handed on."""

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper, settings: GatewaySettings) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        self._names = frozenset(name.lower() for name in (settings.host, *settings.names))
        self._origins = frozenset(settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or refuse it."""
        problem = self._problem(Headers(scope=scope), scope["method"]) if scope["type"] == "http" else None
        if problem is None or await run_in_threadpool(self._asks_for_keys):
            await self._app(scope, receive, send)
        else:
            await answer(problem)(scope, receive, send)

    def _problem(self, headers: Headers, method: str) -> ProblemError | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        name = host_name(host)
        if host and not (is_of_this_machine(name) or name in self._names):
            return ProblemError(421, "foreign-host", "without API keys this gateway answers only to names of its own machine, such as "
                                "localhost; name others in `gateway.names`, or make a key with `wiredesk keys create`")
        if method not in _READING and origin is not None and not _allowed(origin, host, self._origins):
            return ProblemError(403, "foreign-origin", "without API keys no page of another web site may change anything here; "
                                "name the site in `gateway.cors_origins`")
        return None

    def _asks_for_keys(self) -> bool:
        try:
            return bool(self._doorkeeper.known())
        except ServerUnavailableError:
            return False


def host_name(host: str) -> str:
    """Give the name in a Host header, without port, brackets and the root's full stop; empty if it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def is_of_this_machine(name: str) -> bool:
    """Tell whether a name or address leads to this machine for every browser."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _allowed(origin: str, host: str, origins: Iterable[str]) -> bool:
    return urlsplit(origin).netloc == host or origin in origins or "*" in origins
