"""The reconciler: brings back whatever the broker lost, keeps the streams short, and raises alarms; each worker's parent runs it.

One round is one script (`ledger/scripts/reconcile.lua`) that only one of all workers executes in a second. A job that merely waits its turn
is never hinted again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from worker.ledger.server import check_server
from worker.logs import get_logger
from worker.relay import relay

if TYPE_CHECKING:
    from worker.ledger import Ledger, Status

log = get_logger(__name__)

#: Most stream entries that one round removes.
_TRIM_BATCH = 5_000
#: Seconds between two rounds of trimming and checks of the server.
_SLOW_ROUND_SECONDS = 15
#: Seconds for which a server that went back in time is complained of.
_FORGIVE_SECONDS = 86_400
#: Longest time in one round for hints that wait for another broker: the worker has more to do.
_RELAY_SECONDS = 0.5
#: Share of the dead letters' bound that raises an alarm.
_DEAD_SHARE = 0.9


class Reconciler:
    """Runs rounds; remembers what it has seen, so that a server that goes back in time is noticed."""

    def __init__(self, ledger: Ledger, owner: str) -> None:
        self._ledger = ledger
        self._owner = owner
        self._next_slow = 0.0
        self._most_accepted = 0
        self._forgive_at = 0.0
        self._raised: dict[str, str] = {}
        self._relay = relay(ledger)

    def round(self) -> None:
        """Bring back what is due; every while also trim and check.

        Raises:
            ServerUnavailableError: the server is away; call again later.
        """
        expired, woken, rehinted, mine = self._ledger.call("reconcile", self._owner)
        if mine and self._relay is not None:
            rehinted += self._relay.lost(self._ledger)
            self._relay.forward(self._ledger, seconds=_RELAY_SECONDS)
        if expired or rehinted:
            log.warning("jobs_recovered", leases_ended=expired, hints_lost=rehinted, woken=woken)
        if time.monotonic() >= self._next_slow:
            self._next_slow = time.monotonic() + _SLOW_ROUND_SECONDS
            silent = self._trim()
            self._raise_alarms(silent)

    def _trim(self) -> list[str]:
        results, letters, silent = self._ledger.call("trim", _TRIM_BATCH)
        if results or letters:
            log.info("streams_trimmed", results=results, dead_letters=letters)
        return [name.decode(errors="replace") for name in silent]

    def _raise_alarms(self, silent: list[str]) -> None:
        status = self._ledger.status()
        alarms = self._alarms(status, silent)
        for name, sentence in alarms.items():
            if self._raised.get(name) != sentence:
                log.error("alarm_raised", alarm=name, sentence=sentence)
        over = sorted(set(status.alarms) - set(alarms))
        if alarms or over:
            self._ledger.call("alarm", len(alarms), *(part for pair in alarms.items() for part in pair), *over)
        self._raised = alarms

    def _alarms(self, status: Status, silent: list[str]) -> dict[str, str]:
        settings = self._ledger.settings
        alarms = {}
        if not status.balanced:
            alarms["conservation"] = (
                f"the books do not balance: {status.accepted} accepted, but {status.done} done + {status.dead} dead + "
                f"{status.queued} queued + {status.in_flight} in flight; was it restored from an old file, or written to by others?")
        if status.accepted >= self._most_accepted or time.monotonic() > self._forgive_at:
            self._most_accepted = status.accepted
            self._forgive_at = time.monotonic() + _FORGIVE_SECONDS
        else:
            alarms["went_back"] = (
                f"the server has forgotten accepted articles ({self._most_accepted} were accepted, it knows {status.accepted}): "
                "it was emptied or restored from an old file; submit again what producers still have, nothing is doubled")
        if self._relay is not None and self._relay.trouble:
            alarms["broker"] = self._relay.trouble
        with self._ledger.guard():
            findings = check_server(self._ledger.client, allow_volatile=settings.ledger.allow_volatile)
            memory = self._memory()
        alarms |= {f"server_{number}": finding.message for number, finding in enumerate(findings)}
        if memory >= settings.limits.memory_warn:
            alarms["memory"] = f"{memory:.0%} of the server's memory is used; intake refuses from {settings.limits.memory_refuse:.0%}"
        if status.queued + status.in_flight >= settings.limits.backlog:
            alarms["backlog"] = f"{status.queued} articles wait: intake refuses until workers catch up"
        letters = self._ledger.dead.count()
        if letters >= _DEAD_SHARE * settings.retention.dead_length:
            alarms["dead_letters"] = (
                f"{letters} dead letters are kept, {settings.retention.dead_length} at most: replay, export or purge them")
        for name in silent:
            alarms[f"group_{name}"] = (
                f"consumer group {name} has acknowledged nothing for {settings.retention.group_hours:g} hours: "
                "it no longer holds trimming back")
        return alarms

    def _memory(self) -> float:
        info = self._ledger.client.info("memory")
        limit = int(info.get("maxmemory") or info.get("total_system_memory") or 0)
        return int(info["used_memory"]) / limit if limit else 0.0
