"""A place to hurt for each test, and the table of figures that `make faults` leaves in out/faults.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.load import Sampler, drained, outcome
from tests.servers import ROOT, Server, Worker, open_ledger, server_binaries, wait_for
from worker.ledger import Ledger

#: Short leases and backoffs: a fault takes seconds, not minutes.
QUICK = {"WIREDESK_LEDGER__LEASE_SECONDS": "1.5", "WIREDESK_LEDGER__RENEW_SECONDS": "0.4", "WIREDESK_LEDGER__RECONCILE_SECONDS": "0.3",
         "WIREDESK_LEDGER__RETRY_BASE_SECONDS": "0.1"}

_COLUMNS = ("row", "fault", "volume", "provoked", "lost", "doubled", "dead", "recovered", "longest stall (s)", "also")
_rows: list[dict[str, Any]] = []


@dataclass
class Place:
    """One server, its ledger, and whatever workers a test starts."""

    server: Server
    ledger: Ledger
    sampler: Sampler
    _stack: ExitStack = field(default_factory=ExitStack)

    def worker(self, *arguments: str, url: str = "", concurrency: int = 2, prefix: Sequence[str] = (), root: Path = ROOT,
               **environment: str) -> Worker:
        """Start a worker that is gone when the test ends."""
        made = Worker(
            url or self.server.url, *arguments, app="tests.faults.hurt_worker", environment=QUICK | environment, concurrency=concurrency,
            prefix=prefix, root=root)
        self._stack.callback(made.close)
        return made

    def drain(self, seconds: float = 60) -> None:
        """Wait until nothing is open."""
        wait_for(lambda: drained(self.ledger), seconds)

    def judge(self, row: int, fault: str, ids: list[str], *, provoked: object = "", dead: int = 0, also: str = "") -> None:
        """All that must hold at a test's end, and its line in the table."""
        found = outcome(self.ledger, ids)
        _rows.append({
            "row": row, "fault": fault, "volume": len(ids), "provoked": provoked, "lost": found.lost, "doubled": found.doubled,
            "dead": found.dead, "recovered": found.recovered, "longest stall (s)": f"{self.sampler.longest_stall:.1f}", "also": also})
        assert found.good, found
        assert found.dead == dead, found
        assert self.sampler.broken == []
        assert self.sampler.samples > 0


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A fresh server; options for it come as the fixture's parameter."""
    options = getattr(request, "param", ())
    with ExitStack() as stack:
        server = Server(server_binaries()["valkey"], *options)
        stack.callback(server.close)
        ledger = stack.enter_context(open_ledger(server.url))
        sampler = stack.enter_context(Sampler(server.url))
        workers = stack.enter_context(ExitStack())
        yield Place(server, ledger, sampler, workers)


@pytest.fixture(scope="session", autouse=True)
def table() -> Iterator[None]:
    """Write what was measured."""
    yield
    if not _rows:
        return
    folder = Path(ROOT, "out")
    folder.mkdir(exist_ok=True)
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + " --- |" * len(_COLUMNS)]
    lines += ["| " + " | ".join(str(row[column]) for column in _COLUMNS) + " |" for row in sorted(_rows, key=lambda row: row["row"])]
    (folder / "faults.md").write_text("\n".join(lines) + "\n")
