"""Workers: which ones run, by their own signs of life; nothing of delivery rests on it, leases do."""

from __future__ import annotations

import builtins
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from worker.ledger import keys

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

#: Seconds of silence after which a worker is forgotten.
FORGOTTEN_SECONDS: Final = 600
#: Longest time that a worker may load its model before one that said so is no longer waited for.
LOADING_SECONDS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One worker's last sign of life."""

    #: host/process/start.
    name: str
    version: str
    #: Processes that read articles; 0: it is still loading its model.
    processes: int
    #: Articles that it reads now.
    reading: int
    #: Memory of its parent process (MiB); 0 where the system does not tell.
    memory_mib: int
    #: Seconds since it was heard of.
    silent: float = 0.0

    @property
    def host(self) -> str:
        """The machine it runs on."""
        return self.name.partition("/")[0]


class Workers:
    """The ledger's list of workers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def seen(self, sign: Sign) -> list[str]:
        """Note a worker's sign of life; gives the parts that are held now (`holds.py`)."""
        values = {name: value for name, value in asdict(sign).items() if name not in ("name", "silent")}
        held: list[bytes] = self._ledger.call("seen", sign.name, json.dumps(values))
        return [part.decode() for part in held]

    def gone(self, name: str) -> None:
        """Forget a worker that has stopped."""
        with self._ledger.guard():
            self._ledger.client.hdel(keys.WORKERS, name)

    def list(self) -> list[Sign]:
        """Give every worker heard of within ten minutes, by name; not those that are still loading."""
        return [sign for sign in self._all() if sign.processes]

    def loading(self) -> bool:
        """Tell whether one has begun to load its model and may soon be there."""
        return any(not sign.processes and sign.silent < LOADING_SECONDS for sign in self._all())

    def _all(self) -> builtins.list[Sign]:
        with self._ledger.guard():
            now, stored = self._now(), self._ledger.client.hgetall(keys.WORKERS)
        signs = []
        for name, raw in sorted(stored.items()):
            values = json.loads(raw)
            silent = max(0, now - values.pop("at")) / 1_000
            if silent > FORGOTTEN_SECONDS:
                self.gone(name.decode())
            else:
                signs.append(Sign(name=name.decode(), silent=silent, **values))
        return signs

    def _now(self) -> int:
        seconds, microseconds = self._ledger.client.time()
        return int(seconds) * 1_000 + int(microseconds) // 1_000
