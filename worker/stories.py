"""A story as the ledger knows it: the near-duplicates of an article, and independent articles about the same events.

What their statements have in common and where they differ, `worker/views/story.py` tells.
"""

from __future__ import annotations

from typing import Any

import orjson

from worker.errors import InputError
from worker.ledger import Ledger
from worker.views import story

#: Newest articles looked at for each main entity.
_LOOKED_AT = 200


def find_story(ledger: Ledger, name: str) -> story.Story:
    """Give the story of an article, or of a cluster, by its id.

    Raises:
        InputError: there is no such result or cluster.
    """
    own = ledger.results.get(name)
    cluster = (orjson.loads(own).get("duplicates") or {}).get("cluster") if own else name
    ids = ledger.duplicates.story(cluster) if cluster else []
    if own is None and not ids:
        raise InputError(f"{name!r} has no result and is no cluster; `wiredesk status {name}` tells where the article is")
    copies = _results(ledger, ids or [name])
    return story.tell(copies, _independent(ledger, copies))


def _independent(ledger: Ledger, copies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find articles in other words about the same events: they share two of the main entities."""
    if not copies:
        return []
    known = {result["article"]["id"] for result in copies}
    shared: dict[str, int] = {}
    for key in story.main_entities(copies[0]):
        for article_id in ledger.results.mentions(key, _LOOKED_AT):
            shared[article_id] = shared.get(article_id, 0) + 1
    candidates = [article_id for article_id, number in shared.items() if number > 1 and article_id not in known]
    return [result for result in _results(ledger, candidates) if story.same_events(copies[0], result)]


def _results(ledger: Ledger, ids: list[str]) -> list[dict[str, Any]]:
    return [orjson.loads(result) for result in ledger.results.get_many(ids) if result is not None]
