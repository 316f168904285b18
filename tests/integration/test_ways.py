"""The same articles by each of the five ways give the same results, and by all ways again nothing runs twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.servers import ROOT, Gateway, Server, Worker, open_ledger, server_binaries, wait_for
from worker.ledger import Ledger, keys
from worker.producer import submit

#: WAYS_ARTICLES=500 is the full measure.
NUMBER = int(os.environ.get("WAYS_ARTICLES", "40"))
STRANGE = ["a/b/result", "../x", "https://example.org/?q=1"]

Articles = list[dict[str, Any]]


def articles() -> Articles:
    made: Articles = [
        {"id": STRANGE[at] if at < len(STRANGE) else f"way-{at}", "published_at": f"2024-10-{at % 28 + 1:02d}", "source": "Example Gazette",
         "text": f"The mayor of Paris said on Monday that {at + 2} new schools would open. “We need {at + 3} more,” she told reporters "
                 f"in June. Unions denied that talks with Germany had begun."}
        for at in range(NUMBER)
    ]
    return made


class Ways:
    """The ways in; each takes all articles."""

    def __init__(self, gateway: Gateway, ledger: Ledger, folder: Path) -> None:
        self._gateway, self._ledger, self._folder = gateway, ledger, folder

    def http(self, given: Articles) -> None:
        lines = "\n".join(json.dumps(article) for article in given)
        headers = {"Content-Type": "application/x-ndjson"}
        answer = httpx.post(f"{self._gateway.address}/v1/articles", content=lines, headers=headers, timeout=60)
        assert answer.status_code == 207

    def cli(self, given: Articles) -> None:
        path = self._folder / "articles.jsonl"
        path.write_text("\n".join(json.dumps(article) for article in given), encoding="utf-8")
        environment = {**os.environ, "WIREDESK_REDIS_URL": self._ledger.url}
        subprocess.run([sys.executable, "-m", "worker", "submit", str(path)], cwd=ROOT, env=environment, check=True, timeout=60)

    def python(self, given: Articles) -> None:
        assert all(verdict.ok for verdict in submit(given, ledger=self._ledger))

    def celery(self, given: Articles) -> None:
        for article in given:
            body = json.dumps([[article], {}, {}])
            self._ledger.client.lpush(keys.INTAKE_QUEUE, json.dumps({"headers": {"task": "wiredesk.submit"}, "body": body}))
        wait_for(lambda: not self._ledger.client.llen(keys.INTAKE_QUEUE), 30)
        wait_for(lambda: not list(self._ledger.client.scan_iter(f"{keys.INTAKE_PENDING}*")), 30)

    def stream(self, given: Articles) -> None:
        for article in given:
            self._ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps(article)})
        wait_for(lambda: not self._ledger.client.xlen(keys.INTAKE_STREAM), 30)

    def all(self) -> list[Callable[[Articles], None]]:
        return [self.http, self.cli, self.python, self.celery, self.stream]


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Ledger, Gateway]]:
    server = Server(server_binaries()["valkey"])
    worker, gateway = Worker(server.url), Gateway(server.url)
    with open_ledger(server.url) as ledger:
        yield ledger, gateway
    gateway.close()
    worker.close()
    server.close()


def comparable(result: bytes) -> dict[str, Any]:
    """A result without what may differ between two runs."""
    value: dict[str, Any] = json.loads(result)
    del value["article"]["received_at"], value["duplicates"], value["provenance"]["attempt"], value["provenance"]["milliseconds"]
    return value


def test_all_ways_give_the_same(machine: tuple[Ledger, Gateway], tmp_path: Path) -> None:
    """Each way on an empty ledger, then all of them on one that has everything."""
    ledger, gateway = machine
    given = articles()
    ways = Ways(gateway, ledger, tmp_path)
    found = []
    for way in ways.all():
        forget_everything(ledger)
        way(given)
        wait_for(lambda: ledger.status().done == len(given), 240)
        found.append([comparable(result or b"") for result in ledger.results.get_many([article["id"] for article in given])])
        assert ledger.dead.count() == 0
    assert all(results == found[0] for results in found[1:])
    assert all(not result["failures"] for result in found[0])
    for way in ways.all():
        way(given)
    status = ledger.status()
    assert (status.accepted, status.done, ledger.dead.count()) == (len(given), len(given), 0)
    assert ledger.client.xlen(keys.RESULTS) == len(given)
    for article in given[:3]:
        answer = httpx.get(f"{gateway.address}/v1/articles/{quote(article['id'], safe='')}/result")
        assert answer.json()["article"]["id"] == article["id"]


def forget_everything(ledger: Ledger) -> None:
    """Empty the ledger, but not what Celery keeps for its own connection."""
    for pattern in ("wiredesk:*", "wiredesk.*"):
        for key in ledger.client.scan_iter(pattern):
            ledger.client.delete(key)
