"""A real server for each test module, emptied for each test; every test runs on Valkey and, where installed, on Redis."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.servers import Gateway, Server, open_ledger, server_binaries
from worker.ledger import Ledger


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on each kind of server that is installed, or on those that its module names in `SERVER_KINDS`."""
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", getattr(metafunc.module, "SERVER_KINDS", sorted(server_binaries())), indirect=True, scope="module")


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    running = Server(server_binaries()[request.param])
    yield running
    running.close()


@pytest.fixture
def ledger(server: Server) -> Iterator[Ledger]:
    with open_ledger(server.url) as opened:
        opened.client.flushall()
        yield opened


@pytest.fixture(scope="module")
def gateway(server: Server) -> Iterator[Gateway]:
    running = Gateway(server.url)
    yield running
    running.close()


@pytest.fixture
def http(gateway: Gateway, ledger: Ledger) -> Iterator[httpx.Client]:
    """A client on an empty ledger."""
    with httpx.Client(base_url=gateway.address, timeout=20) as client:
        yield client
