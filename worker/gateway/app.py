"""The FastAPI application: routes, limits, headers and errors put together; it is started by `server.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker import __version__
from worker.errors import InputError, ServerUnavailableError
from worker.gateway import articles, describe, entities, health, pages, problems, results
from worker.gateway.access import Doorkeeper
from worker.gateway.paths import RawPaths
from worker.gateway.visitors import Visitors, is_of_this_machine

if TYPE_CHECKING:
    from worker.ledger import Ledger
    from worker.settings import Settings

#: On every answer: it is what its media type says, and no page of ours is shown inside another.
_HEADERS = (
    (b"x-content-type-options", b"nosniff"), (b"x-frame-options", b"DENY"), (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def create_app(settings: Settings, ledger: Ledger, *, host: str) -> FastAPI:
    """Make the application on one ledger; `host` is where it listens."""
    app = _Described(
        title="Wiredesk", version=__version__, docs_url=None, redoc_url=None, openapi_url="/openapi.json",
        description="Submit news articles; read who said what, about which event, when, where, how many, how certain, by whose word.",
        license_info={"name": "MIT"}, generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.ledger = ledger
    app.state.doorkeeper = Doorkeeper(ledger)
    app.state.streams = set()
    app.state.routes = []
    for part in (articles, results, entities, pages, health):
        app.include_router(part.router)
        app.state.routes += part.router.routes
    app.add_exception_handler(problems.ProblemError, problems.on_problem)
    app.add_exception_handler(InputError, problems.on_input)
    app.add_exception_handler(ServerUnavailableError, problems.on_unavailable)
    app.add_exception_handler(RequestValidationError, problems.on_parameter)
    app.add_exception_handler(HTTPException, problems.on_http)
    if is_of_this_machine(host):
        app.add_middleware(Visitors, app.state.doorkeeper, settings.gateway)
    app.add_middleware(_Headers)
    if settings.gateway.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.gateway.cors_origins, allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "Last-Event-ID"],
        )
    app.add_middleware(RawPaths)
    return app


class _Described(FastAPI):
    """Adds to the API's description what `describe` refers to by name."""

    def openapi(self) -> dict[str, Any]:
        """Give the description; FastAPI makes it once."""
        described = super().openapi()
        described.setdefault("components", {}).setdefault("schemas", {}).update(describe.SCHEMAS)
        return described


class _Headers:
    """Puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
