"""Row 14: `deploy/`'s Sentinel configuration at work: the master is killed, and what its replica had not heard of is counted."""

from __future__ import annotations

import base64
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis

from tests.faults.conftest import Place
from tests.faults.test_kills import commanded
from tests.load import Sampler, submit_patiently
from tests.servers import ROOT, Server, open_ledger, server_binaries, wait_for
from worker import processes

SECRET = "desk-secret"
#: More than the kernel keeps for a replica that does not read.
HEAVY = [{"id": f"heavy-{number}", "text": base64.b64encode(random.Random(number).randbytes(40_000)).decode()} for number in range(400)]


class Trio:
    """A master, a replica and three Sentinels of `deploy/redis/sentinel.conf`, of which only names, ports and password are changed."""

    def __init__(self, binary: str, stack: ExitStack) -> None:
        ports = [processes.free_port() for _ in range(5)]
        secrets = ("--requirepass", SECRET, "--masterauth", SECRET, "--repl-diskless-sync-delay", "0")
        self.master = Server(binary, *secrets, port=ports[0])
        stack.callback(self.master.close)
        self.replica = Server(binary, *secrets, "--replicaof", f"127.0.0.1 {ports[0]}", port=ports[1])
        stack.callback(self.replica.close)
        text = (ROOT / "deploy/redis/sentinel.conf").read_text()
        for port in ports[2:]:
            config = self.master.folder / f"{port}.conf"
            config.write_text(text.replace("port 26379", f"port {port}\nbind 127.0.0.1\ndir {self.master.folder}")
                              .replace("redis-1 6379", f"127.0.0.1 {ports[0]}").replace("REDIS_PASSWORD", SECRET))
            with (self.master.folder / "sentinel.log").open("ab") as log:
                sentinel = subprocess.Popen([binary, str(config), "--sentinel"], stdout=log, stderr=log)
            stack.callback(sentinel.wait, 10)
            stack.callback(sentinel.kill)
        self.url = f"sentinel://:{SECRET}@" + ",".join(f"127.0.0.1:{port}" for port in ports[2:]) + "/wiredesk"
        asked = redis.Redis(port=ports[2], password=SECRET)
        stack.callback(asked.close)
        wait_for(lambda: self._ready(asked), 40, pause=0.2)

    def _ready(self, asked: redis.Redis) -> bool:
        try:
            return (b"usable" in asked.execute_command("SENTINEL", "CKQUORUM", "wiredesk")
                    and len(asked.execute_command("SENTINEL", "SENTINELS", "wiredesk")) == 2
                    and len(asked.execute_command("SENTINEL", "REPLICAS", "wiredesk")) == 1)
        except redis.RedisError:
            return False


@pytest.fixture
def trio() -> Iterator[Trio]:
    with ExitStack() as stack:
        yield Trio(server_binaries()["valkey"], stack)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("lagging", "replicas"), [
    pytest.param(True, 1, id="a lagging replica, waited for"),
    pytest.param(True, 0, id="a lagging replica, not waited for", marks=pytest.mark.faults),
    pytest.param(False, 1, id="a replica in step, waited for", marks=pytest.mark.faults),
    pytest.param(False, 0, id="a replica in step, not waited for", marks=pytest.mark.faults),
])
def test_14_a_master_that_is_replaced(trio: Trio, lagging: bool, replicas: int) -> None:
    """Work goes on by itself; of what a producer was told to be replicated nothing is lost, and submitted again everything is there."""
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(trio.url, submit={"wait_replicas": replicas, "wait_ms": 200}))
        place = Place(trio.master, ledger, Sampler("", samples=1), stack.enter_context(ExitStack()))
        worker = place.worker(url=trio.url)
        items = commanded(200, "@sleep 0.01")
        early = submit_patiently(ledger, items)
        assert {verdict.replicated for verdict in early} == ({True} if replicas else {None})
        wait_for(lambda: ledger.status().done > 30, 60)
        if lagging:
            trio.replica.process.send_signal(signal.SIGSTOP)
        late = submit_patiently(ledger, HEAVY)
        trio.master.kill()
        began = time.monotonic()
        if lagging:
            trio.replica.process.send_signal(signal.SIGCONT)
        submit_patiently(ledger, items[:1], 60)
        seconds = time.monotonic() - began
        lost = {verdict.id for verdict in (*early, *late) if verdict.ok and ledger.jobs.state(verdict.id) is None}
        unconfirmed = {verdict.id for verdict in late if verdict.replicated is False}
        if replicas:
            assert lost <= unconfirmed
        assert bool(lost) or not lagging
        submit_patiently(ledger, [*items, *HEAVY], 120)
        place.drain(90)
        ids = [item["id"] for item in (*items, *HEAVY)]
        told = f"; {len(unconfirmed)} told to be not yet replicated" if replicas else ""
        place.judge(14, f"Sentinel: master killed, replica {'lags' if lagging else 'in step'}, wait_replicas {replicas}", ids,
                    provoked="1 kill", also=f"writes again after {seconds:.1f} s; {len(lost)} accepted ones lost{told}, submitted again")
        assert worker.alive()
        assert seconds < 30
