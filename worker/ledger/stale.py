"""Which stored results were made by other extractors or lexicons than those in force here, and reading those articles again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson

from worker.ledger import keys

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

_SCAN = 500

Answer = Literal["queued", "changed", "textless", "busy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which results are meant; all conditions must hold."""

    #: The installed version of each extractor that counts.
    versions: Mapping[str, int]
    #: The hash of the user's own lexicons that are in force; None: there are none.
    lexicons: str | None = None
    #: Results of the installed versions, too.
    fresh_too: bool = False
    source: str | None = None
    #: Received at or after, and before.
    since: dt.datetime | None = None
    before: dt.datetime | None = None

    def holds(self, result: Mapping[str, Any]) -> bool:
        """Tell whether a result is meant."""
        article = result["article"]
        received = dt.datetime.fromisoformat(article["received_at"])
        return (
            (self.fresh_too or bool(outdated(result, self.versions)) or result["provenance"].get("lexicons") != self.lexicons)
            and self.source in (None, article.get("source")) and (self.since is None or received >= self.since)
            and (self.before is None or received < self.before)
        )


def outdated(result: Mapping[str, Any], versions: Mapping[str, int]) -> list[str]:
    """Name the extractors of a result that were of another version than the given one."""
    made: Mapping[str, int] = result["provenance"]["extractors"]
    return [name for name, version in versions.items() if name in made and made[name] != version]


def stale(ledger: Ledger, selection: Selection) -> Iterator[tuple[str, int]]:
    """Give id and version of each stored result that is meant, of several servers one after the other."""
    prefix = len(keys.RESULT)
    for part in ledger.ledgers:
        with part.guard():
            found: list[str] = []
            for key in part.client.scan_iter(f"{keys.RESULT}*", count=_SCAN):
                found.append(key.decode()[prefix:])
                if len(found) == _SCAN:
                    yield from _meant(part, found, selection)
                    found = []
            yield from _meant(part, found, selection)


def read_again(ledger: Ledger, article_id: str, version: int) -> Answer:
    """Queue an article behind all live work, as its next version."""
    answer: bytes = ledger.of(article_id).call("reprocess", article_id, version, keys.LOW)
    return answer.decode()  # type: ignore[return-value]  # the script gives no other


def _meant(ledger: Ledger, ids: list[str], selection: Selection) -> Iterator[tuple[str, int]]:
    for article_id, stored in zip(ids, ledger.results.get_many(ids), strict=True):
        if stored is not None and selection.holds(result := orjson.loads(stored)):
            yield article_id, result["version"]
