"""Errors that a program can read: RFC 9457 problem details; nothing here decides what is an error."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from worker.errors import ArticleError, InputError, ServerUnavailableError

MEDIA_TYPE = "application/problem+json"

#: The schema of every error's body, for the API's description.
SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": "`urn:wiredesk:` and a name that does not change."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do, for a person."},
        "field": {"type": "string", "description": "The field of the article or parameter that is wrong."},
        "id": {"type": "string", "description": "The article's id, where one is meant."},
        "version": {"type": "integer", "description": "The version that stands, in a conflict."},
        "lines": {"type": "integer", "description": "Of a bulk that was cut: its lines up to this one were taken."},
        "counts": {"type": "object", "description": "The verdicts on those lines, counted."},
        "retry_after": {"type": "integer", "description": "Seconds after which to try again."},
    },
    "required": ["type", "title", "status", "detail"],
}


class ProblemError(Exception):
    """An answer that is an error; `name` is its stable name, `more` further members of the body."""

    def __init__(self, status: int, name: str, detail: str, **more: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(detail)
        self.status = status
        self.name = name
        self.detail = detail
        self.more = {key: value for key, value in more.items() if value not in (None, "")}


def answer(problem: ProblemError) -> JSONResponse:
    """Give the response of a problem."""
    body = {
        "type": f"urn:wiredesk:{problem.name}", "title": HTTPStatus(problem.status).phrase, "status": problem.status,
        "detail": problem.detail, **problem.more,
    }
    headers = {}
    if "retry_after" in problem.more:
        headers["Retry-After"] = str(problem.more["retry_after"])
    if problem.status == HTTPStatus.REQUEST_TIMEOUT:
        headers["Connection"] = "close"
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="wiredesk"'
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)


def unknown_article(article_id: str) -> ProblemError:
    """Make the answer for an id that the ledger does not know."""
    return ProblemError(404, "unknown-article", "no article with this id is known (any more)", id=article_id)


def from_input(error: InputError) -> ProblemError:
    """Make the answer for wrong input; an article's error names its field."""
    field = error.field if isinstance(error, ArticleError) else ""
    return ProblemError(422, "invalid-article" if isinstance(error, ArticleError) else "invalid-input", str(error), field=field)


async def on_problem(request: Request, error: Exception) -> JSONResponse:
    """Answer a problem that was raised; a browser that wants a page asks its person for the key."""
    assert isinstance(error, ProblemError)
    made = answer(error)
    if error.status == HTTPStatus.UNAUTHORIZED and "text/html" in request.headers.get("Accept", ""):
        made.headers["WWW-Authenticate"] = 'Basic realm="Wiredesk: any user name, an API key as the password", charset="UTF-8"'
    return made


async def on_input(_request: Request, error: Exception) -> JSONResponse:
    """Answer wrong input."""
    assert isinstance(error, InputError)
    return answer(from_input(error))


async def on_unavailable(_request: Request, error: Exception) -> JSONResponse:
    """Answer while Redis is away."""
    assert isinstance(error, ServerUnavailableError)
    return answer(ProblemError(503, "unavailable", "the ledger cannot be reached or takes no writes; nothing was half done", retry_after=5))


async def on_parameter(_request: Request, error: Exception) -> JSONResponse:
    """Answer a parameter that FastAPI refused."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = str(first["loc"][-1])
    return answer(ProblemError(422, "invalid-parameter", f"{field}: {first['msg'].lower()}", field=field))


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what Starlette refuses: unknown paths and methods."""
    assert isinstance(error, HTTPException)
    names = {404: "unknown-path", 405: "method-not-allowed"}
    made = answer(ProblemError(error.status_code, names.get(error.status_code, "refused"), str(error.detail)))
    made.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        made.headers["Allow"] = ", ".join(_methods(request))
    return made


def _methods(request: Request) -> list[str]:
    """Give all methods of the path: each is a route of its own."""
    found: set[str] = set()
    for route in request.app.state.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)
