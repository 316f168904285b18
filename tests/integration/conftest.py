"""A real server for each test module, emptied for each test; every test runs on Valkey and, where installed, on Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Server, open_ledger, server_binaries
from worker.ledger import Ledger


@pytest.fixture(scope="module", params=sorted(server_binaries()))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    running = Server(server_binaries()[request.param])
    yield running
    running.close()


@pytest.fixture
def ledger(server: Server) -> Iterator[Ledger]:
    with open_ledger(server.url) as opened:
        opened.client.flushall()
        yield opened
