"""Ids in paths: an id may hold any printable character, so it is one percent-encoded segment of the path as it was sent.

`/v1/articles/a%2Fb/result` is the result of the article `a/b`. Routing therefore sees the raw path, and handlers decode.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Path
from pydantic import AfterValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from worker.gateway.problems import ProblemError
from worker.records import MAX_ID_CHARACTERS


class RawPaths:
    """Routes by the path as it was sent, percent-encoding and all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] == "http" and scope.get("raw_path"):
            path = scope["raw_path"].partition(b"?")[0].decode("latin-1")
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)


def decoded(encoded: str) -> str:
    """Give the value of a percent-encoded segment.

    Raises:
        ProblemError: it is no UTF-8, or nothing could be named so: then nothing is.
    """
    value = unquote(encoded)
    if not value.strip() or not value.isprintable() or len(value) > MAX_ID_CHARACTERS or "\ufffd" in value:
        detail = f"an id has 1 to {MAX_ID_CHARACTERS} printable characters; in a path it is one percent-encoded segment"
        raise ProblemError(404, "unknown-article", detail)
    return value


def _segment(description: str) -> Any:  # noqa: ANN401 - FastAPI's marker
    # The described length is that of the decoded value: one character takes up to twelve in a path.
    return Path(description=f"{description}, percent-encoded.", json_schema_extra={"minLength": 1, "maxLength": MAX_ID_CHARACTERS})


#: The article's id, decoded.
ArticleId = Annotated[str, _segment("The article's id"), AfterValidator(decoded)]
#: An entity's key or name, decoded.
EntityName = Annotated[str, _segment("An entity's key (`Q423`) or name"), AfterValidator(decoded)]
