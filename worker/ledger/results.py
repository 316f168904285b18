"""Results and what leads to them: by id, by entity; reading the stream is `worker/consumer.py`'s business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from worker.ledger import keys
from worker.ledger.jobs import fold_name, unpack

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger


class Results:
    """The ledger's results."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, article_id: str) -> bytes | None:
        """Give a result's JSON; None if there is none (yet, or any more)."""
        with self._ledger.guard():
            result: bytes | None = self._ledger.client.get(keys.RESULT + article_id)
        return result

    def get_many(self, article_ids: list[str]) -> list[bytes | None]:
        """Give results' JSON in one round trip, None for each that there is not."""
        if not article_ids:
            return []
        with self._ledger.guard():
            found: list[bytes | None] = self._ledger.client.mget([keys.RESULT + article_id for article_id in article_ids])
        return found

    def article(self, article_id: str) -> bytes | None:
        """Give the submitted article's JSON, as long as it is kept."""
        with self._ledger.guard():
            body: bytes | None = self._ledger.client.get(keys.ARTICLE + article_id)
        return None if body is None else orjson.dumps(unpack(body))

    def mentions(self, entity: str, limit: int = 100) -> list[str]:
        """Give the ids of articles that mention an entity, by its key or its name, newest first."""
        return [article_id for _, article_id in self.scored_mentions(entity, limit)]

    def scored_mentions(self, entity: str, limit: int = 100) -> list[tuple[float, str]]:
        """Give the same with the times of acceptance (ms) before the ids."""
        client = self._ledger.client
        with self._ledger.guard():
            named: set[bytes] = client.smembers(keys.NAME + fold_name(entity))
            entity_keys = [entity, *sorted(key.decode() for key in named)]
            pipeline = client.pipeline(transaction=False)
            for key in entity_keys:
                pipeline.zrange(keys.ENTITY + key, 0, limit - 1, desc=True, withscores=True)
            found = {article_id.decode(): score for rows in pipeline.execute() for article_id, score in rows}
            newest = sorted(found, key=lambda article_id: (-found[article_id], article_id))[:limit]
            # The index may outlive a result by a little.
            kept = client.exists(*(keys.RESULT + article_id for article_id in newest)) == len(newest) if newest else True
            if kept:
                return [(found[article_id], article_id) for article_id in newest]
            pipeline = client.pipeline(transaction=False)
            for article_id in newest:
                pipeline.exists(keys.RESULT + article_id)
            return [(found[article_id], article_id) for article_id, there in zip(newest, pipeline.execute(), strict=True) if there]
