"""Many articles in one request: each is submitted as it comes, with one verdict an item; memory stays bounded.

Verdicts are kept on disk until the body is read to its end: many clients read no answer before they have sent everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from worker.errors import ArticleError
from worker.gateway.access import Doorkeeper
from worker.gateway.bodies import MAX_LINE_BYTES, body_lines
from worker.gateway.problems import ProblemError
from worker.json_input import NotJsonError, read_json
from worker.ledger import Ledger
from worker.ledger.access import ApiKey
from worker.producer import BATCH, Verdict, submit

_STATUS = {"accepted": 202, "duplicate": 200, "conflict": 409, "invalid": 422, "busy": 429}
#: Bytes of lines after which a batch is submitted even if it is short.
_BATCH_BYTES = 4 << 20
_IN_MEMORY = 1 << 20


class _Unreadable:
    """A line that is no JSON, or has a key twice: what stands in its verdict."""

    def __init__(self, reason: str, field: str = "") -> None:
        self.reason = reason
        self.field = field


class _CutError(Exception):
    """A bulk whose end was never read: too slow, or too large; the lines before it have been submitted."""

    def __init__(self, problem: ProblemError, line: int) -> None:
        super().__init__(problem.detail)
        self._problem = problem
        self._line = line

    def told(self, counts: Counter[str]) -> ProblemError:
        """Give the answer: what was taken stays taken."""
        why = self._problem
        kept = f"lines 1 to {self._line} were taken, {counts['accepted']} accepted: go on after them" if self._line else "no line was taken"
        return ProblemError(why.status, why.name, f"{why.detail}; {kept}", lines=self._line, counts=dict(counts), **why.more)


async def submit_bulk(
    request: Request, values: list[Any] | None, ledger: Ledger, doorkeeper: Doorkeeper, key: ApiKey | None, *, replace: bool,
) -> Response:
    """Submit a JSON list (`values`, as `read_items` gives it) or the request's JSON lines, and answer 207 with a verdict for each item.

    A bulk whose first batch is refused for want of room is not read further: 429.
    """
    counts: Counter[str] = Counter()
    wait = 0
    spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    try:
        async for batch in _batches(request, values):
            first = not counts
            try:
                await run_in_threadpool(doorkeeper.charge, key, len(batch))
                verdicts = await run_in_threadpool(_submit, batch, ledger, request.headers.get("traceparent", ""), replace=replace)
            except ProblemError as limit:
                if first:
                    raise
                # What was accepted before must be told: the rest is told to wait.
                verdicts = [Verdict(verdict="busy", id="", reason=limit.detail, retry_after=limit.more["retry_after"])] * len(batch)
            for (number, _), verdict in zip(batch, verdicts, strict=True):
                counts[verdict.verdict] += 1
                wait = max(wait, verdict.retry_after)
                spool.write(_line(number, verdict))
            if first and counts["busy"] == len(batch):
                raise ProblemError(429, "busy", f"{verdicts[0].reason}; nothing of this bulk was accepted", retry_after=wait)
    except _CutError as cut:
        spool.close()
        raise cut.told(counts) from None
    except BaseException:
        spool.close()
        raise
    headers = {"Retry-After": str(wait)} if wait else {}
    if values is not None:
        spool.seek(0)
        with spool:
            return Response(_list_body(spool.read(), counts), 207, headers, "application/json")
    return StreamingResponse(_sent(spool), 207, headers, "application/x-ndjson")


async def _batches(request: Request, values: list[Any] | None) -> AsyncIterator[list[tuple[int, Any]]]:
    """Give items with their numbers from 1 (lines count blank ones too), in batches."""
    if values is not None:
        items = list(enumerate(map(_unreadable_or_same, values), start=1))
        for at in range(0, len(items), BATCH):
            yield items[at : at + BATCH]
        return
    batch: list[tuple[int, Any]] = []
    number = size = 0
    cut: ProblemError | None = None
    lines = body_lines(request)
    while True:
        try:
            line = await anext(lines)
        except StopAsyncIteration:
            break
        except ProblemError as problem:
            cut = problem
            break
        number += 1
        if line is not None and not line.strip():
            continue
        batch.append((number, _parsed(line)))
        size += len(line or b"")
        if len(batch) == BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
    if cut:
        raise _CutError(cut, number)


def _unreadable_or_same(item: Any) -> Any:  # noqa: ANN401 - JSON
    return _Unreadable(str(item), item.field) if isinstance(item, ArticleError) else item


def _parsed(line: bytes | None) -> Any:  # noqa: ANN401 - JSON
    if line is None:
        return _Unreadable(f"the line has more than {MAX_LINE_BYTES >> 20} MiB, which no article has")
    try:
        return read_json(line)
    except NotJsonError as error:
        return _Unreadable(f"the line {error.reason}")
    except ArticleError as error:
        return _Unreadable(str(error), error.field)


def _submit(batch: list[tuple[int, Any]], ledger: Ledger, call: str, *, replace: bool) -> list[Verdict]:
    items = [item for _, item in batch if not isinstance(item, _Unreadable)]
    readable = iter(submit(items, ledger=ledger, source="http", replace=replace, call=call))
    return [
        Verdict(verdict="invalid", id="", field=item.field, reason=item.reason) if isinstance(item, _Unreadable) else next(readable)
        for _, item in batch
    ]


def _line(number: int, verdict: Verdict) -> bytes:
    """Write one verdict."""
    body: dict[str, Any] = {"item": number, "status": _STATUS[verdict.verdict], "verdict": verdict.verdict, "id": verdict.id}
    if verdict.version:
        body |= {"version": verdict.version, "state": verdict.state}
    if verdict.reason:
        body |= {"detail": verdict.reason} | ({"field": verdict.field} if verdict.field else {})
    if verdict.replicated is not None:
        body["replicated"] = verdict.replicated
    if verdict.retry_after:
        body["retry_after"] = verdict.retry_after
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)


def _list_body(lines: bytes, counts: Counter[str]) -> bytes:
    joined = b",".join(lines.splitlines())
    return b'{"counts":' + orjson.dumps({name: counts[name] for name in _STATUS}) + b',"verdicts":[' + joined + b"]}"


def _sent(spool: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    with spool:
        while piece := spool.read(1 << 16):
            yield piece
