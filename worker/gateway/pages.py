"""Pages for people: the queue at a glance, an article with its facts marked, an entity over time, a story's sources."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from worker.errors import InputError
from worker.gateway import describe
from worker.gateway.access import Reader
from worker.gateway.paths import ArticleId, EntityName
from worker.gateway.problems import ProblemError, unknown_article
from worker.ledger import Ledger
from worker.stories import find_story
from worker.views import desk_pages
from worker.views.article_page import article_page
from worker.views.html import policy

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)

#: Results on the start page, and articles on an entity's.
_NEWEST = 25
_OF_ENTITY = 100


@router.get("/", responses=describe.PAGE)
def start(request: Request, _key: Reader) -> HTMLResponse:
    """Show the queue at a glance and the newest results."""
    ledger: Ledger = request.app.state.ledger
    ids = [article_id for _, article_id in ledger.newest(_NEWEST)]
    return _page(desk_pages.start_page(ledger.status().to_json(), _results(ledger, ids)))


@router.get("/v1/articles/{article_id}/page", responses=describe.PAGE)
def page(request: Request, article_id: ArticleId, _key: Reader) -> HTMLResponse:
    """Show an article with its facts marked, and tables of them."""
    ledger: Ledger = request.app.state.ledger
    found, stored = ledger.results.get(article_id), ledger.results.article(article_id)
    if found is None:
        job = ledger.jobs.state(article_id)
        if job is None:
            raise unknown_article(article_id)
        raise ProblemError(404, "no-result", f"the article is {job.state}: there is no page yet", id=article_id)
    if stored is None:
        raise ProblemError(404, "text-gone", "the text is no longer kept; the result still is", id=article_id)
    return _page(article_page(orjson.loads(stored)["text"], orjson.loads(found), home="/"))


@router.get("/entities", status_code=303, response_class=RedirectResponse, responses=describe.FIND)
def find(_key: Reader, name: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """Lead a search to the entity's page."""
    return RedirectResponse(desk_pages.entity_address(name.strip() or "?"), status_code=303)


@router.get("/entities/{entity}", responses=describe.PAGE)
def entity(request: Request, entity: EntityName, _key: Reader) -> HTMLResponse:
    """Show what was said by and about an entity, newest first."""
    ledger: Ledger = request.app.state.ledger
    return _page(desk_pages.entity_page(entity, _results(ledger, ledger.results.mentions(entity, _OF_ENTITY))))


@router.get("/stories/{article_id}", responses=describe.PAGE)
def story(request: Request, article_id: ArticleId, _key: Reader) -> HTMLResponse:
    """Show the sources of an article's story side by side, and where they differ."""
    ledger: Ledger = request.app.state.ledger
    try:
        found = find_story(ledger, article_id)
    except InputError:
        raise unknown_article(article_id) from None
    results = {result["article"]["id"]: result for result in _results(ledger, [source.id for source in found.sources])}
    return _page(desk_pages.story_page(article_id, found, results))


def _results(ledger: Ledger, ids: list[str]) -> list[dict[str, Any]]:
    return [orjson.loads(result) for result in ledger.results.get_many(ids) if result is not None]


def _page(markup: str) -> HTMLResponse:
    return HTMLResponse(markup, headers={"Content-Security-Policy": policy(), "Cache-Control": "no-store"})
