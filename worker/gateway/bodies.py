"""Request bodies: which kind they are, and their bytes within limits of size and time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from enum import Enum

from fastapi import Request

from worker.gateway.problems import ProblemError

#: Largest body of one JSON value: an article of a million characters, each a pair of escapes, and its other fields.
MAX_JSON_BYTES = 16 << 20
#: Longest line of a bulk.
MAX_LINE_BYTES = MAX_JSON_BYTES


class Kind(Enum):
    """What a body holds."""

    JSON = "application/json"
    LINES = "application/x-ndjson"


_KINDS = {
    "application/json": Kind.JSON, "application/x-ndjson": Kind.LINES, "application/ndjson": Kind.LINES, "application/jsonl": Kind.LINES,
    "application/x-jsonlines": Kind.LINES,
}


def body_kind(request: Request) -> Kind:
    """Tell what the body holds, by its content type.

    Raises:
        ProblemError: no such kind is read, or the body is compressed.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in _KINDS:
        shown = given[:100] or "a body without a content type"
        raise ProblemError(415, "media-type", f"send application/json or application/x-ndjson, not {shown}")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError(415, "content-encoding", "send the body uncompressed")
    return _KINDS[given]


async def whole_body(request: Request) -> bytes:
    """Read the body of one JSON value.

    Raises:
        ProblemError: it is too large or comes too slowly.
    """
    pieces, size = [], 0
    async for piece in _timed(request):
        size += len(piece)
        if size > MAX_JSON_BYTES:
            limit = MAX_JSON_BYTES >> 20
            raise ProblemError(413, "too-large", f"a JSON body has at most {limit} MiB; send many articles as application/x-ndjson")
        pieces.append(piece)
    return b"".join(pieces)


async def body_lines(request: Request) -> AsyncIterator[bytes | None]:
    """Give the body's lines as they come, blank ones too; None for a line that is longer than any article.

    Raises:
        ProblemError: the body is larger than the setting allows, or comes too slowly.
    """
    limit = request.app.state.settings.gateway.bulk_mib << 20
    rest, size, skipping = bytearray(), 0, False
    async for piece in _timed(request):
        size += len(piece)
        if size > limit:
            raise ProblemError(413, "too-large", f"a bulk has at most {limit >> 20} MiB (`gateway.bulk_mib`); send the rest apart")
        rest += piece
        *lines, last = rest.split(b"\n")
        for line in lines:
            yield None if skipping or len(line) > MAX_LINE_BYTES else bytes(line)
            skipping = False
        rest = bytearray(last)
        if len(rest) > MAX_LINE_BYTES:
            rest, skipping = bytearray(), True
    if skipping:
        yield None
    elif rest:
        yield bytes(rest)


async def _timed(request: Request) -> AsyncIterator[bytes]:
    """Give the body piece by piece; a sender that stays silent or drips is cut off. Only the time of waiting for it counts, not our own."""
    limits = request.app.state.settings.gateway
    stream = request.stream().__aiter__()
    waited, came = 0.0, 0
    while True:
        began = time.monotonic()
        try:
            piece = await asyncio.wait_for(anext(stream), limits.silence_seconds)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ProblemError(408, "too-slow", f"nothing came for {limits.silence_seconds:g} seconds; send the body again") from None
        waited, came = waited + time.monotonic() - began, came + len(piece)
        if waited >= limits.body_window_seconds:
            if came < limits.body_bytes_per_second * waited:
                raise ProblemError(408, "too-slow", f"{came} bytes came in {waited:.0f} seconds; send the body again, at least "
                                   f"{limits.body_bytes_per_second} bytes a second (`gateway.body_bytes_per_second`)")
            waited, came = 0.0, 0
        if piece:
            yield piece
