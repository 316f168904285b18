"""The price of delivery that loses nothing: Wiredesk against plain Celery in one run, no-op tasks, articles of 4 kB.

    python -m tests.benchmarks.queue_price [articles]      # prints the figures as JSON

Everything runs on one real server with an append-only file. Turns alternate, so that what else the machine does falls on both alike; the
ratios count, not the rates. Seconds of processor time of the worker processes stand beside the wall clock: they are less disturbed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import redis

from tests.servers import ROOT, Server, open_ledger, server_binaries, wait_for
from worker.producer import submit

ROUNDS = 3
#: Twice the cores: a process of ours waits for the server twice an article, one of plain Celery never.
PROCESSES = int(os.environ.get("WD_PRICE_PROCESSES", "4"))


def articles(count: int, prefix: str) -> list[dict[str, str]]:
    """Different articles of 4 kB."""
    return [{"id": f"{prefix}-{number}", "text": f"Report {number}. " + "The minister said on Monday that talks would go on. " * 77}
            for number in range(count)]


def measure(count: int = 3_000) -> dict[str, Any]:
    """Measure submitting and consuming, both ways; gives rates (articles a second) and Wiredesk's share of plain Celery's."""
    server = Server(server_binaries()["valkey"], "--appendfsync", "everysec")
    try:
        rounds = [_round(server, count, number) for number in range(ROUNDS)]
    finally:
        server.close()
    middle = {name: statistics.median(row[name] for row in rounds) for name in rounds[0]}
    return middle | {
        "submit_ratio": statistics.median(row["submit"] / row["apply_async"] for row in rounds),
        "consume_ratio": statistics.median(row["consume"] / row["celery"] for row in rounds),
        "consume_ratio_processor_time": statistics.median(row["celery_cpu_ms"] / row["consume_cpu_ms"] for row in rounds),
        "articles": count, "rounds": ROUNDS, "processes": PROCESSES,
    }


def _round(server: Server, count: int, number: int) -> dict[str, float]:
    os.environ["WIREDESK_REDIS_URL"] = server.url
    client = redis.Redis.from_url(server.url)
    client.flushall()
    items = articles(count, f"r{number}")
    with open_ledger(server.url) as ledger:
        submit_rate = _rate(count, lambda: submit(items, ledger=ledger))
        consume_rate, consume_cpu = _consume("tests.benchmarks.noop_worker", server, count, lambda: ledger.status().done >= count)
    client.flushall()
    from tests.benchmarks.plain_celery import app, nothing

    app.conf.broker_url = f"redis+socket://{server.socket}?virtual_host=0"
    nothing.delay(items[0])
    client.delete("celery")
    apply_rate = _rate(count, lambda: [nothing.delay(item) for item in items])
    celery_rate, celery_cpu = _consume(
        "tests.benchmarks.plain_celery", server, count, lambda: not client.llen("celery") and not client.hlen("unacked"))
    return {"submit": submit_rate, "apply_async": apply_rate, "consume": consume_rate, "celery": celery_rate,
            "consume_cpu_ms": consume_cpu, "celery_cpu_ms": celery_cpu}


def _rate(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _consume(app: str, server: Server, count: int, finished: Callable[[], bool]) -> tuple[float, float]:
    """Start a worker on a full queue; time from its first answer to its last, and its processes' CPU milliseconds an article."""
    environment = {**os.environ, "WIREDESK_REDIS_URL": server.url, "WIREDESK_LOGS__LEVEL": "warning"}
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-c", str(PROCESSES), "-l", "warning"]
    client = redis.Redis.from_url(server.url)
    lists = ("celery", "wiredesk.normal")
    full = sum(int(client.llen(name)) for name in lists)
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: sum(int(client.llen(name)) for name in lists) < full, 60, pause=0.002)
        began, used = time.perf_counter(), _cpu(worker.pid)
        wait_for(finished, 300, pause=0.01)
        seconds, spent = time.perf_counter() - began, _cpu(worker.pid) - used
    finally:
        worker.terminate()
        worker.wait(60)
    return count / seconds, spent / count * 1_000


def _cpu(pid: int) -> float:
    parent = psutil.Process(pid)
    times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    return sum(time_.user + time_.system for time_ in times)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3_000), indent=2))
