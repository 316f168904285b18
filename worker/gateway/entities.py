"""Articles that mention an entity, by its key (`Q423`) or its name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from worker.gateway import describe
from worker.gateway.access import Reader
from worker.gateway.articles import links
from worker.gateway.paths import EntityName
from worker.ledger import Ledger

router = APIRouter(tags=["entities"])


@router.get("/v1/entities/{entity}", responses=describe.ENTITY)
def articles_of(
    request: Request, entity: EntityName, _key: Reader, limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> JSONResponse:
    """Give the articles that mention an entity, newest first; an entity that nothing mentions has none."""
    ledger: Ledger = request.app.state.ledger
    found = ledger.results.mentions(entity, limit)
    return JSONResponse({"entity": entity, "articles": [{"id": article_id, "links": links(article_id)} for article_id in found]})
