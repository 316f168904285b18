"""Several machines, each a network namespace: a server and two hosts of workers; links are cut and healed, workers come and go."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.faults.conftest import Place
from tests.faults.test_kills import commanded
from tests.load import Sampler, outcome, submit_patiently
from tests.servers import ROOT, Server, open_ledger, server_binaries, wait_for

PORT = 6379


@dataclass
class Hosts:
    """A server's host and two hosts of workers, each on a link of its own: 10.99.1.0/24 and 10.99.2.0/24."""

    server: str
    workers: tuple[str, str]

    def on(self, host: str) -> list[str]:
        """What runs a command there."""
        return ["ip", "netns", "exec", host]

    def url(self, number: int) -> str:
        """The server's address as worker host 0 or 1 sees it."""
        return f"redis://10.99.{number + 1}.1:{PORT}/0"

    def link(self, number: int, state: str) -> None:
        """Cut a link (down) or heal it (up)."""
        _ip("-n", self.server, "link", "set", f"wd{number}", state)


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    mark = f"wd{os.getpid()}"
    made = Hosts(f"{mark}s", (f"{mark}a", f"{mark}b"))
    with ExitStack() as stack:
        for host in (made.server, *made.workers):
            if not shutil.which("ip") or not _ip("netns", "add", host, may_fail=True):
                pytest.skip("network namespaces are not permitted here: several machines are not tried")
            stack.callback(_ip, "netns", "del", host, may_fail=True)
            _ip("-n", host, "link", "set", "lo", "up")
        for number, host in enumerate(made.workers):
            _ip("link", "add", f"wd{number}", "netns", made.server, "type", "veth", "peer", "name", "wd", "netns", host)
            _ip("-n", made.server, "address", "add", f"10.99.{number + 1}.1/24", "dev", f"wd{number}")
            _ip("-n", host, "address", "add", f"10.99.{number + 1}.2/24", "dev", "wd")
            _ip("-n", made.server, "link", "set", f"wd{number}", "up")
            _ip("-n", host, "link", "set", "wd", "up")
        yield made


@pytest.fixture
def place(hosts: Hosts) -> Iterator[Place]:
    """The server on its host; this test itself reaches it by its socket, as no link can be cut."""
    with ExitStack() as stack:
        server = Server(server_binaries()["valkey"], "--bind", "0.0.0.0", "--protected-mode", "no", port=PORT,
                        prefix=hosts.on(hosts.server))
        stack.callback(server.close)
        url = f"unix://{server.socket}?db=0"
        ledger = stack.enter_context(open_ledger(url))
        sampler = stack.enter_context(Sampler(url))
        workers = stack.enter_context(ExitStack())
        yield Place(server, ledger, sampler, workers)


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_19_workers_come_and_go_on_two_machines(place: Place, hosts: Hosts) -> None:
    """1 -> 4 -> 1 workers of one process each: nothing lost, and the rate grows with them while the work is waiting, not computing."""
    items = commanded(3_000, "@sleep 0.1")
    ids = [item["id"] for item in items]
    submit_patiently(place.ledger, items)
    first = place.worker(url=hosts.url(0), prefix=hosts.on(hosts.workers[0]), concurrency=1)
    alone = _rate(place, workers=1)
    others = [place.worker("-n", f"more{number}@%h", url=hosts.url(number % 2), prefix=hosts.on(hosts.workers[number % 2]), concurrency=1)
              for number in range(1, 4)]
    four = _rate(place, workers=4)
    for worker in others:
        assert worker.stop() < 30
    one = _rate(place, workers=1)
    place.ledger.holds.hold("work")
    assert first.stop() < 30
    assert four > 2.5 * alone, (alone, four, one)
    assert place.sampler.broken == []
    place.ledger.holds.release("work")
    for number in range(2):
        place.worker("-n", f"last{number}@%h", url=hosts.url(number), prefix=hosts.on(hosts.workers[number]), concurrency=8)
    place.drain(180)
    place.judge(19, "1 -> 4 -> 1 workers on two machines", ids, provoked="6 starts, 4 stops",
                also=f"{alone:.1f}, {four:.1f}, {one:.1f} a second")


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_26_links_are_cut_for_half_a_minute(place: Place, hosts: Hosts) -> None:
    """Both links fall silent in mid-work: after healing the next result comes within a minute, and nothing is lost or doubled."""
    items = commanded(600, "@sleep 0.05")
    submit_patiently(place.ledger, items)
    for number, host in enumerate(hosts.workers):
        place.worker(url=hosts.url(number), prefix=hosts.on(host), concurrency=2)
    wait_for(lambda: place.ledger.status().done > 30, 90)
    for number in range(2):
        hosts.link(number, "down")
    time.sleep(30)
    done = place.ledger.status().done
    for number in range(2):
        hosts.link(number, "up")
    healed = time.monotonic()
    wait_for(lambda: place.ledger.status().done > done, 60)
    back = time.monotonic() - healed
    place.drain(120)
    place.judge(26, "both links cut for 30 s", [item["id"] for item in items], provoked="2 cuts",
                also=f"next result {back:.1f} s after healing")


#: Seconds one way, and bytes a second: an office far away behind a megabit.
_LATENCY, _BANDWIDTH = 0.1, 125_000
#: The settings' own defaults: short leases are for short links.
PATIENT = {"WIREDESK_LEDGER__LEASE_SECONDS": "6", "WIREDESK_LEDGER__RENEW_SECONDS": "2", "WIREDESK_LEDGER__RECONCILE_SECONDS": "1"}


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_27_workers_behind_a_slow_link(place: Place, hosts: Hosts) -> None:
    """200 ms there and back and a megabit a second: nothing lost or started twice, leases of long articles are renewed all the same."""
    ports = [_slow(place, hosts, number) for number in range(2)]
    padding = random.Random(27)
    items = [{**item, "text": f"{item['text']}\n{padding.randbytes(2_000).hex()}"} for item in commanded(200, "@sleep 0.02")]
    items += commanded(8, "@sleep 15", prefix="long")
    submit_patiently(place.ledger, items)
    for number, host in enumerate(hosts.workers):
        place.worker(url=f"redis://10.99.{number + 1}.1:{ports[number]}/0", prefix=hosts.on(host), concurrency=4,
                     **PATIENT)
    wait_for(lambda: place.ledger.status().done > 0, 120)
    done, began = place.ledger.status().done, time.monotonic()
    wait_for(lambda: place.ledger.status().done >= 200, 120)
    rate = (place.ledger.status().done - done) / (time.monotonic() - began)
    place.drain(120)
    ids = [item["id"] for item in items]
    place.judge(27, "links of 200 ms and 1 Mbit/s", ids, provoked=f"2 slow links ({'netem' if ports[0] == PORT else 'proxy'})",
                also=f"{rate:.1f} a second by 8 processes")
    assert outcome(place.ledger, ids).recovered == 0


def _slow(place: Place, hosts: Hosts, number: int) -> int:
    """Make a host's link slow by the kernel, else by a proxy on the server's host; gives the port that the server is reached at."""
    shape = ["netem", "delay", f"{_LATENCY * 1_000:.0f}ms", "rate", f"{_BANDWIDTH * 8}bit"]
    ends = ((hosts.server, f"wd{number}"), (hosts.workers[number], "wd"))
    if shutil.which("tc") and all(_ran(["tc", "-n", host, "qdisc", "add", "dev", device, "root", *shape]) for host, device in ends):
        return PORT
    port = PORT + 1 + number
    proxy = subprocess.Popen([*hosts.on(hosts.server), sys.executable, "-m", "tests.faults.proxy", f"10.99.{number + 1}.1", str(port),
                              str(PORT), str(_LATENCY), str(_BANDWIDTH)], cwd=ROOT)
    place._stack.callback(proxy.wait, 10)
    place._stack.callback(proxy.kill)
    return port


def _ran(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0


def _rate(place: Place, *, workers: int, seconds: float = 8.0) -> float:
    """Results a second while so many workers run."""
    wait_for(lambda: sum(sign.silent < 5 for sign in place.ledger.workers.list()) == workers, 90)
    before, began = place.ledger.status().done, time.monotonic()
    time.sleep(seconds)
    return (place.ledger.status().done - before) / (time.monotonic() - began)


def _ip(*arguments: str, may_fail: bool = False) -> bool:
    ran = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=20, check=False)
    assert may_fail or ran.returncode == 0, (arguments, ran.stderr)
    return ran.returncode == 0
