"""Holds: what a person (or a backup) keeps from happening for a while; scripts honour them, whoever calls (`held` in the prelude)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from worker.ledger import keys

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

#: work: workers start nothing new; intake: new articles are refused as busy; quiet: both; rounds: the reconciler moves nothing.
Part = Literal["work", "intake", "quiet", "rounds"]

#: What `status` says of each.
SENTENCES: Final[dict[Part, str]] = {
    "work": "workers finish what they read and start nothing new until `wiredesk resume`",
    "intake": "new articles are refused until `wiredesk resume`",
    "quiet": "work and intake stand still while a backup is written or restored",
    "rounds": "the reconciler stands still while a backup is written or restored",
}


class Holds:
    """The ledger's holds."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def hold(self, *parts: Part, seconds: float = 0) -> None:
        """Hold parts for some seconds, or until they are released (0)."""
        self._ledger.call("hold", int(seconds * 1_000), *parts)

    def release(self, *parts: Part) -> None:
        """Let parts go on; all of them when none is named."""
        with self._ledger.guard():
            self._ledger.client.hdel(keys.HOLD, *(parts or SENTENCES))

    def held(self) -> tuple[Part, ...]:
        """Give the parts that are held now."""
        with self._ledger.guard():
            stored = {name.decode(): int(till) for name, till in self._ledger.client.hgetall(keys.HOLD).items()}
            now = self._now() if any(stored.values()) else 0
        return tuple(part for part in SENTENCES if part in stored and (not stored[part] or stored[part] > now))

    def _now(self) -> int:
        seconds, microseconds = self._ledger.client.time()
        return int(seconds) * 1_000 + int(microseconds) // 1_000
