"""Results in the order in which they were made: pages with a cursor, and a live stream of server-sent events.

A cursor is the number of an entry in the ledger's stream of results, of several servers one for each with commas; `Last-Event-ID` is the
same. Takedowns come as entries with the status `deleted` and no result.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from worker.consumer import Delivery, places, results
from worker.errors import InputError, ServerUnavailableError
from worker.gateway import describe
from worker.gateway.access import Reader
from worker.gateway.problems import ProblemError
from worker.ledger import Ledger

router = APIRouter(tags=["results"])

_PLACE = r"(0|[0-9]{1,15}-[0-9]{1,10})"
_CURSOR = rf"^{_PLACE}(,{_PLACE})*$"
#: Entries read at once for a live stream.
_PAGE = 100
_PIECE_BYTES = 1 << 18
#: Seconds between two looks at the stream, and between two signs of life when nothing comes.
_LOOK_SECONDS = 0.25
_SILENCE_SECONDS = 15.0

Cursor = Annotated[str, Query(pattern=_CURSOR, description="Give what comes after this cursor; 0: from the oldest that is kept.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="Entries a page.")]
Whole = Annotated[bool, Query(description="With each result, or only its id.")]


@router.get("/v1/results", responses=describe.RESULTS)
def page_of_results(request: Request, _key: Reader, after: Cursor = "0", limit: Limit = 100, *, whole: Whole = True) -> Response:
    """Give results after a cursor, oldest first; `next` is the cursor for the next page, the same when nothing new has come."""
    found = results(after=after, ledger=request.app.state.ledger, follow=False)
    with _known_cursor():
        first = list(islice(found, 1))  # whatever is wrong shows before the answer begins
    entries = islice(chain(first, found), limit)
    return StreamingResponse(_pieces(entries, after, whole=whole), media_type="application/json")


def _pieces(found: Iterator[Delivery], after: str, *, whole: bool) -> Iterator[bytes]:
    """Write a page as it is read: a thousand large results never lie in memory together."""
    piece, between = bytearray(b'{"results":['), b""
    # What was read before the server went away is a page, too.
    with suppress(ServerUnavailableError):
        for delivery in found:
            piece += between + _entry(delivery, whole=whole)
            after, between = delivery.entry, b","
            if len(piece) >= _PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
    yield b'%b],"next":%b}' % (bytes(piece), orjson.dumps(after))


@router.get("/v1/results/stream", responses=describe.STREAM, response_class=StreamingResponse)
async def stream(
    request: Request, _key: Reader, after: Annotated[str | None, Query(pattern=_CURSOR + r"|^\$$")] = None, *, whole: Whole = True,
    last_event_id: Annotated[str | None, Header(description="Where a broken connection stopped; wins over `after`.")] = None,
) -> StreamingResponse:
    """Send results as they come, as server-sent events named `result`; without a cursor only what comes from now on."""
    if last_event_id is not None and not re.fullmatch(_CURSOR, last_event_id):
        raise ProblemError(422, "invalid-parameter", "Last-Event-ID: is no cursor; send the `id` of the last event", field="Last-Event-ID")
    streams: set[object] = request.app.state.streams
    limit = request.app.state.settings.gateway.streams
    if len(streams) >= limit:
        raise ProblemError(429, "streams", f"{limit} live streams are open already (`gateway.streams`)", retry_after=30)
    ledger: Ledger = request.app.state.ledger
    start = last_event_id or after or "$"
    with _known_cursor():
        start = ",".join(await run_in_threadpool(places, ledger, start))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(ledger, start, streams, whole=whole), headers=headers, media_type="text/event-stream")


async def _events(ledger: Ledger, last: str, streams: set[object], *, whole: bool) -> AsyncIterator[bytes]:
    """Follow the stream from an entry on; a comment now and then keeps the connection open."""
    ticket = object()
    streams.add(ticket)
    silent = 0.0
    try:
        yield b"retry: 2000\n\n"
        while True:
            try:
                found = await run_in_threadpool(_read, ledger, last, _PAGE)
            except ServerUnavailableError:
                # The stream goes on where it stopped when the server is back.
                found = []
            for delivery in found:
                last, silent = delivery.entry, 0.0
                yield b"id: %b\nevent: result\ndata: %b\n\n" % (last.encode(), _entry(delivery, whole=whole))
            if not found:
                await asyncio.sleep(_LOOK_SECONDS)
                silent += _LOOK_SECONDS
                if silent >= _SILENCE_SECONDS:
                    silent = 0.0
                    yield b": nothing new\n\n"
    finally:
        streams.discard(ticket)


def _read(ledger: Ledger, after: str, limit: int) -> list[Delivery]:
    found = []
    try:
        for delivery in results(after=after, ledger=ledger, follow=False):
            found.append(delivery)
            if len(found) == limit:
                break
    except ServerUnavailableError:
        if not found:
            raise
    return found


@contextmanager
def _known_cursor() -> Iterator[None]:
    """Answer 404 to a cursor that has the form of one, but names no place here: one of another number of servers."""
    try:
        yield
    except InputError as error:
        raise ProblemError(404, "unknown-cursor", str(error)) from None


def _entry(delivery: Delivery, *, whole: bool) -> bytes:
    """Write an entry; the result is JSON already and goes in as it is."""
    entry = orjson.dumps({"cursor": delivery.entry, "id": delivery.id, "version": delivery.version, "status": delivery.status,
                          "sha256": delivery.sha256})
    return b'%b,"result":%b}' % (entry[:-1], delivery.result or b"null") if whole else entry
