"""A worker whose pipeline does nothing, for the price of the queue alone: `celery -A tests.benchmarks.noop_worker worker`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from worker import tasks
from worker.pipeline import Trip
from worker.records import Article
from worker.tasks import app

__all__ = ["app"]


def _nothing(article: Article, reader: object, trip: Trip, tell: object = None, **_: object) -> dict[str, Any]:
    """A result without facts."""
    return {"article": {"id": article.id, "characters": len(article.text)}, "failures": [],
            "provenance": {"attempt": trip.attempt, "milliseconds": {"queued": trip.queued}}}


tasks.run = _nothing
tasks.reader = lambda: SimpleNamespace(model=SimpleNamespace(name="none"), report="none", lexicons=None)
