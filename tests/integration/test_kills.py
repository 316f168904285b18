"""Whatever is killed, each accepted article has one result: ten workers and the server once."""

from __future__ import annotations

import random
import signal
import time

from tests.load import Sampler, articles, drained, outcome, submit_patiently
from tests.servers import Server, Worker, open_ledger, server_binaries, wait_for
from worker.consumer import results

#: Short leases, so that the test is short.
QUICK = {"WIREDESK_LEDGER__LEASE_SECONDS": "1.5", "WIREDESK_LEDGER__RENEW_SECONDS": "0.5", "WIREDESK_LEDGER__RECONCILE_SECONDS": "0.3"}
KILLS = 10


def test_nothing_is_lost_or_doubled_when_workers_and_server_are_killed() -> None:
    """Given 300 articles, when the worker's whole group is killed ten times and the server once, then each has exactly one result."""
    chance = random.Random(7)
    server = Server(server_binaries()["valkey"], "--appendfsync", "everysec")
    worker = None
    try:
        with open_ledger(server.url) as ledger, Sampler(server.url) as sampler:
            items = list(articles(300))
            submit_patiently(ledger, items)
            for kill in range(KILLS):
                worker = Worker(server.url, environment=QUICK)
                target = ledger.status().done + chance.randint(5, 25)
                wait_for(lambda target=target: ledger.status().done >= min(target, 300) or drained(ledger), 40, pause=0.005)
                worker.signal_group(signal.SIGKILL)
                worker.close()
                if kill == KILLS // 2:
                    server.kill()
                    server.start()
            # A repeated submit after all that doubles nothing.
            assert all(verdict.verdict == "duplicate" for verdict in submit_patiently(ledger, items))
            worker = Worker(server.url, environment=QUICK)
            wait_for(lambda: drained(ledger), 60)
            found = outcome(ledger, [item["id"] for item in items])
            assert found.good, found
            assert found.dead == 0
            assert len({delivery.id for delivery in results(group="test", ledger=ledger, follow=False)}) == 300
            time.sleep(0.3)
        assert sampler.samples > 50
        assert sampler.broken == []
    finally:
        if worker is not None:
            worker.close()
        server.close()
