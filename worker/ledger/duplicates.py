"""The shared index of near-duplicates: bounded, one atomic step an article; comparison itself is told in `sketches.py`.

An article gets the next number. Under `wiredesk:duplicates:{capacity}:` lie
    d:{number / 128}             list, 128 remembered articles: sketch, cluster, nearest, similarity, id
    p:{generation}:{hash}        hash of look-up value to the numbers of up to eight articles that have it
    i:{generation}:{hash}        hash of an id's digest to its number
with some 56 entries a hash, which Redis then keeps in its compact form. A generation is a fifth of the capacity; when a new one
begins, the sixth is dropped little by little. A million articles take about half a gigabyte.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from worker.ledger import keys
from worker.ledger.sketches import Place, cluster_name, fingerprint_bytes

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

_SCAN = 1_000


class Duplicates:
    """The ledger's near-duplicates."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._tidied = False

    def place(self, result: dict[str, Any], *, fence: str = "") -> None:
        """Fill in `duplicates` of a result with what the articles before it tell; the same when asked again. `fence` as in `join`."""
        if found := result.get("duplicates"):
            found |= asdict(self.join(result["article"]["id"], found["fingerprint"], fence=fence))

    def join(self, article_id: str, fingerprint: str, *, fence: str = "") -> Place:
        """Find the article's nearest earlier duplicate, take its cluster, and remember the article.

        With an attempt's `fence`, one that is no longer the current attempt stands alone and is not remembered: its result will be refused.

        Raises:
            InputError: this is no fingerprint.
        """
        self._tidy()
        own = bytes.fromhex(cluster_name(article_id))
        cluster, of, share = self._ledger.call("duplicates", article_id, own, fingerprint_bytes(fingerprint), fence)
        return Place(cluster.decode(), of.decode() or None, share / 10_000 if of else None)

    def story(self, cluster: str) -> list[str]:
        """Give the ids of a cluster's articles, oldest first; none for a cluster of one."""
        with self._ledger.guard():
            return [article_id.decode() for article_id in self._ledger.client.lrange(keys.STORY + cluster, 0, -1)]

    def _tidy(self) -> None:
        """Drop, once a process, what was remembered under another capacity: it is never looked at again."""
        if self._tidied:
            return
        with self._ledger.guard():
            client, own = self._ledger.client, self._ledger.settings.retention.duplicates
            for capacity in client.hkeys(keys.DUPLICATES + "next"):
                if int(capacity) != own:
                    for key in client.scan_iter(f"{keys.DUPLICATES}{int(capacity)}:*", count=_SCAN):
                        client.unlink(key)
                    client.hdel(keys.DUPLICATES + "next", capacity)
        self._tidied = True
