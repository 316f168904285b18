"""Health and metrics: /livez never depends on Redis, /readyz does, /metrics are the ledger's counts for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from worker.gateway import describe
from worker.gateway.access import Reader
from worker.ledger import Ledger

router = APIRouter(tags=["operations"])


@router.get("/livez", responses=describe.LIVE)
async def live() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", responses=describe.READY)
def ready(request: Request) -> JSONResponse:
    """Say that the ledger answers: articles can be submitted."""
    ledger: Ledger = request.app.state.ledger
    ledger.ping()
    return JSONResponse({"status": "ready"})


@router.get("/metrics", responses=describe.METRICS, response_class=PlainTextResponse)
def metrics(request: Request, _key: Reader) -> PlainTextResponse:
    """Give the ledger's counts in Prometheus' text format."""
    ledger: Ledger = request.app.state.ledger
    return PlainTextResponse(ledger.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
