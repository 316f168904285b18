"""One article over HTTP: submit it, see where it is, read its result, take it down."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from worker.gateway import describe
from worker.gateway.access import Admin, Doorkeeper, Reader, Submitter
from worker.gateway.bodies import Kind, body_kind, whole_body
from worker.gateway.bulk import submit_bulk
from worker.gateway.offsets import to_utf16
from worker.gateway.paths import ArticleId
from worker.gateway.problems import ProblemError, unknown_article
from worker.json_input import NotJsonError, read_items
from worker.ledger import Ledger
from worker.producer import Verdict, submit

router = APIRouter(tags=["articles"])

Replace = Annotated[bool, Query(description="Accept other content under a known id, as its next version.")]
Offsets = Annotated[Literal["codepoints", "utf16"], Query(description="What `start` and `end` count; JavaScript counts UTF-16 units.")]

_STATUS = {"accepted": 202, "duplicate": 200}


@router.post("/v1/articles", status_code=202, responses=describe.SUBMIT, openapi_extra={"requestBody": describe.SUBMIT_BODY})
async def submit_articles(request: Request, key: Submitter, *, replace: Replace = False) -> Response:
    """Submit one article (JSON object), or many (JSON list, or JSON lines as `application/x-ndjson`): one verdict for each.

    The same article again answers 200 with the state of the first; nothing runs twice.
    """
    ledger: Ledger = request.app.state.ledger
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    kind = body_kind(request)
    if kind is Kind.LINES:
        return await submit_bulk(request, None, ledger, doorkeeper, key, replace=replace)
    value = _parsed(await whole_body(request))
    if isinstance(value, list):
        return await submit_bulk(request, value, ledger, doorkeeper, key, replace=replace)
    [verdict] = await run_in_threadpool(submit, [value], ledger=ledger, source="http", replace=replace,
                                        traceparents=[request.headers.get("traceparent", "")])
    if verdict.ok:
        return JSONResponse(describe_verdict(verdict), _STATUS[verdict.verdict], {"Location": _path(verdict.id)})
    raise problem_of(verdict)


@router.get("/v1/articles/{article_id}", responses=describe.STATE)
def state(request: Request, article_id: ArticleId, _key: Reader) -> JSONResponse:
    """Tell where an article is and was: state, version, attempts and history."""
    ledger: Ledger = request.app.state.ledger
    job = ledger.jobs.state(article_id)
    if job is None:
        raise unknown_article(article_id)
    return JSONResponse(job.to_json() | {"links": links(article_id)})


@router.get("/v1/articles/{article_id}/result", responses=describe.RESULT)
def result(request: Request, article_id: ArticleId, _key: Reader, offsets: Offsets = "codepoints") -> Response:
    """Give the result's JSON; 404 while there is none, with the job's state."""
    found = _result(request, article_id)
    if offsets == "codepoints":
        return Response(found, media_type="application/json")
    article = request.app.state.ledger.results.article(article_id)
    if article is None:
        raise ProblemError(404, "text-gone", "the text is no longer kept: offsets can be counted in code points only", id=article_id)
    return Response(orjson.dumps(to_utf16(orjson.loads(found), orjson.loads(article)["text"])), media_type="application/json")


@router.delete("/v1/articles/{article_id}", status_code=204, responses=describe.DELETE)
def delete(request: Request, article_id: ArticleId, _key: Admin) -> Response:
    """Take an article down: its text, result, indexes and copies in the stream are removed."""
    ledger: Ledger = request.app.state.ledger
    if not ledger.jobs.delete(article_id):
        raise unknown_article(article_id)
    return Response(status_code=204)


def links(article_id: str) -> dict[str, str]:
    """Give the paths of an article."""
    path = _path(article_id)
    return {"self": path, "result": f"{path}/result", "page": f"{path}/page"}


def describe_verdict(verdict: Verdict) -> dict[str, Any]:
    """Give the body that answers an accepted article."""
    body = {"id": verdict.id, "version": verdict.version, "state": verdict.state, "verdict": verdict.verdict, "links": links(verdict.id)}
    if verdict.replicated is not None:
        body["replicated"] = verdict.replicated
    return body | ({"detail": verdict.reason} if verdict.reason else {})


def problem_of(verdict: Verdict) -> ProblemError:
    """Make the answer that refuses one article."""
    match verdict.verdict:
        case "conflict":
            return ProblemError(409, "conflict", verdict.reason, id=verdict.id, version=verdict.version)
        case "busy":
            return ProblemError(429, "busy", verdict.reason, id=verdict.id, retry_after=verdict.retry_after)
        case _:
            return ProblemError(422, "invalid-article", verdict.reason, field=verdict.field, id=verdict.id)


def _path(article_id: str) -> str:
    return f"/v1/articles/{quote(article_id, safe='')}"


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return read_items(body)
    except NotJsonError as error:
        raise ProblemError(422, "invalid-json", f"the body {error.reason}") from None


def _result(request: Request, article_id: str) -> bytes:
    ledger: Ledger = request.app.state.ledger
    found = ledger.results.get(article_id)
    if found is not None:
        return found
    job = ledger.jobs.state(article_id)
    if job is None:
        raise unknown_article(article_id)
    detail = f"there is no result: the article is {job.state}" + (f" ({job.reason}: {job.error})" if job.state == "dead" else "")
    raise ProblemError(404, "no-result", detail, id=article_id, state=job.state)
