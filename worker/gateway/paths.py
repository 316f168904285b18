"""Ids in paths: an id may hold any printable character, so it is one percent-encoded segment of the path as it was sent.

`/v1/articles/a%2Fb/result` is the result of the article `a/b`. Routing therefore sees the raw path, and handlers decode.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Path
from pydantic import AfterValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from worker.gateway.problems import ProblemError
from worker.records import MAX_ID_CHARACTERS

#: A character takes up to twelve in a path (`%F0%9F%A6%8A`).
_LONGEST = 12 * MAX_ID_CHARACTERS


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
        ProblemError: it is no UTF-8, or no id could be so.
    """
    try:
        value = unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        raise ProblemError(422, "invalid-parameter", "id: its percent-encoding is not UTF-8", field="id") from None
    if not value.strip() or not value.isprintable() or len(value) > MAX_ID_CHARACTERS:
        raise ProblemError(
            422, "invalid-parameter", f"id: has 1 to {MAX_ID_CHARACTERS} printable characters, percent-encoded as one segment", field="id")
    return value


#: The article's id, decoded.
ArticleId = Annotated[
    str, Path(min_length=1, max_length=_LONGEST, description="The article's id, percent-encoded."), AfterValidator(decoded),
]
#: An entity's key or name, decoded.
EntityName = Annotated[
    str, Path(min_length=1, max_length=_LONGEST, description="An entity's key (`Q423`) or name, percent-encoded."), AfterValidator(decoded),
]
