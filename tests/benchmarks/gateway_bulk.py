"""A bulk of 100,000 two-sentence articles over HTTP: lines a second, and the gateway's memory; then some of them drained.

    python -m tests.benchmarks.gateway_bulk [--articles 100000] [--drain 5000]

Server, gateway and worker are real processes on this machine; the numbers depend on what else it does.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator

import httpx
import psutil

from tests.servers import Gateway, Server, Worker, open_ledger, server_binaries, wait_for

PLACES = ("harbour", "station", "market", "bridge", "school", "hospital", "library", "stadium")


def lines(number: int) -> Iterator[bytes]:
    """Articles of two sentences, each with its own words."""
    for at in range(number):
        text = (f"The council of district {at} said on Monday that the {PLACES[at % 8]} would be closed for {at % 90 + 2} days. "
                f"Residents of street {at * 7919 % 100_003} asked for a hearing before the works begin.")
        article = {"id": f"bulk-{at}", "title": f"Works in district {at}", "published_at": "2024-10-22", "text": text}
        yield json.dumps(article).encode() + b"\n"


class Watcher(threading.Thread):
    """Notes the highest memory of a process."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.before = self._process.memory_info().rss
        self.highest = self.before
        self.running = True

    def run(self) -> None:
        while self.running:
            self.highest = max(self.highest, self._process.memory_info().rss)
            time.sleep(0.05)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--drain", type=int, default=5_000)
    arguments = parser.parse_args()
    server = Server(server_binaries()["valkey"])
    gateway = Gateway(server.url)
    try:
        watcher = Watcher(gateway.process.pid)
        watcher.start()
        began = time.perf_counter()
        answer = httpx.post(f"{gateway.address}/v1/articles", content=lines(arguments.articles), timeout=600,
                            headers={"Content-Type": "application/x-ndjson"})
        seconds = time.perf_counter() - began
        watcher.running = False
        verdicts = [json.loads(line) for line in answer.text.splitlines()]
        accepted = sum(verdict["verdict"] == "accepted" for verdict in verdicts)
        print(f"status {answer.status_code}: {accepted:,} of {arguments.articles:,} accepted in {seconds:.1f} s, "
              f"{arguments.articles / seconds:,.0f} lines/s; gateway {watcher.before >> 20} MiB before, {watcher.highest >> 20} at most")
        drain(server, arguments.drain)
    finally:
        gateway.close()
        server.close()


def drain(server: Server, number: int) -> None:
    """Let a worker read some of them and see that none is missing."""
    if not number:
        return
    worker = Worker(server.url)
    try:
        with open_ledger(server.url) as ledger:
            began = time.perf_counter()
            wait_for(lambda: ledger.status().done >= number, 3_600, pause=0.5)
            seconds = time.perf_counter() - began
            missing = [at for at in range(number - 200) if ledger.results.get(f"bulk-{at}") is None]
            status = ledger.status()
            print(f"{status.done:,} drained in {seconds:.0f} s, {len(missing)} of the first {number - 200:,} missing, "
                  f"{status.dead} dead, books {'balance' if status.balanced else 'do not balance'}")
    finally:
        worker.close()


if __name__ == "__main__":
    main()
