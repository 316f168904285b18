"""RabbitMQ over TLS, and beside several servers that share the articles: real nodes, real workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import certificates
from tests.load import drained
from tests.rabbit import Rabbit, missing
from tests.servers import ROOT, Server, Worker, open_ledger, server_binaries, wait_for
from worker import amqps
from worker.errors import ConfigurationError
from worker.ledger import connect
from worker.ledger.shards import Shards
from worker.producer import submit_each
from worker.relay import Relay
from worker.settings import load_settings

pytestmark = pytest.mark.skipif(bool(missing() or certificates.missing()), reason=missing() or certificates.missing())


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with certificates for `localhost`."""
    folder = tmp_path_factory.mktemp("certificates")
    certificates.certify(folder)
    return folder


@pytest.fixture(scope="module")
def rabbit(signed: Path) -> Iterator[Rabbit]:
    node = Rabbit(certificates=signed)
    yield node
    node.close()


def reports(count: int) -> list[dict[str, str]]:
    return [{"id": f"n-{number}", "text": f"Report {number}.\n@sleep 0.01"} for number in range(count)]


def worker_of(server: Server, broker: str) -> Worker:
    return Worker(server.url, app="tests.faults.hurt_worker", environment={"WIREDESK_BROKER__URL": broker})


def test_hints_travel_encrypted(rabbit: Rabbit, signed: Path) -> None:
    """Producer and worker over amqps:// alone; the authority that signed the node's certificate is named in the URL."""
    url = f"amqps://guest:guest@localhost:{rabbit.encrypted_port}//?ssl_ca_certs={signed / 'ca.crt'}"
    server = Server(server_binaries()["valkey"])
    with ExitStack() as stack:
        stack.callback(server.close)
        ledger = stack.enter_context(open_ledger(server.url, broker={"url": url, "hint_seconds": 30}))
        assert all(verdict.verdict == "accepted" for verdict in submit_each(reports(20), ledger=ledger))
        assert [ledger.client.llen(queue) for queue in ("wiredesk.normal", "wiredesk.again")] == [0, 0], "the producer published nothing"
        worker = worker_of(server, url)
        stack.callback(worker.close)
        wait_for(lambda: drained(ledger), 60)
        assert ledger.status().done == 20


def test_a_certificate_of_a_stranger_or_of_another_host_is_refused(rabbit: Rabbit, signed: Path) -> None:
    address = f"guest:guest@localhost:{rabbit.encrypted_port}//"
    with pytest.raises(ConnectionError, match="certificate verify failed"):
        Relay(f"amqps://{address}").check()
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1"):
        Relay(f"amqps://{address.replace('localhost', '127.0.0.1')}?ssl_ca_certs={signed / 'ca.crt'}").check()
    trusted = Relay(f"amqps://{address}?ssl_ca_certs={signed / 'ca.crt'}")
    assert trusted.check().startswith("RabbitMQ")


@pytest.mark.parametrize(("url", "said"), [
    ("amqps://a//?ssl_ca_certs=/nowhere/ca.crt", "there is no file '/nowhere/ca.crt'"),
    ("amqps://a//?verify=no", "there is no option 'verify'"),
    ("amqp://a//;amqps://b//", "write all of them the same way"),
    (f"amqp://a//?ssl_ca_certs={__file__}", "write amqps://"),
])
def test_what_cannot_be_meant_is_refused(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        amqps.split(url)


def test_several_servers_with_a_virtual_host_each(rabbit: Rabbit) -> None:
    """A producer names the servers alone; each server's workers carry their own hints over their own virtual host."""
    binaries = list(server_binaries().values())
    servers = [Server(binaries[0]), Server(binaries[-1])]
    brokers = []
    for host in ("shard-0", "shard-1"):
        rabbit.control("add_vhost", host)
        rabbit.control("set_permissions", "-p", host, "guest", ".*", ".*", ".*")
        brokers.append(f"amqp://guest:guest@127.0.0.1:{rabbit.port}/{host}")
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.close)
        several = {"redis_url": "", "shards": tuple(server.url for server in servers)}
        shards = connect(load_settings().model_copy(update=several), check=True)
        stack.callback(shards.close)
        assert isinstance(shards, Shards)
        assert all(verdict.verdict == "accepted" for verdict in submit_each(reports(60), ledger=shards))
        for server, broker in zip(servers, brokers, strict=True):
            stack.callback(worker_of(server, broker).close)
        wait_for(lambda: drained(shards), 60)
        assert shards.status().done == 60
        assert all(ledger.status().done > 10 for ledger in shards.ledgers)


def test_two_servers_on_one_virtual_host_are_refused(rabbit: Rabbit) -> None:
    """The second one's workers would swallow the first's hints: they do not start, doctor tells, a running one publishes nothing."""
    binaries = list(server_binaries().values())
    servers = [Server(binaries[0]), Server(binaries[-1])]
    rabbit.control("add_vhost", "one")
    rabbit.control("set_permissions", "-p", "one", "guest", ".*", ".*", ".*")
    url = f"amqp://guest:guest@127.0.0.1:{rabbit.port}/one"
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.close)
        ledgers = [stack.enter_context(open_ledger(server.url, broker={"url": url, "hint_seconds": 30})) for server in servers]
        for ledger in ledgers:
            Relay(url).claim(ledger)  # a server that knows of no others has no place
        several = {"redis_url": "", "shards": tuple(server.url for server in servers)}
        shards = connect(load_settings().model_copy(update=several), check=True)
        stack.callback(shards.close)
        assert all(verdict.verdict == "accepted" for verdict in submit_each(reports(40), ledger=shards))
        first = Relay(url)
        assert first.forward(ledgers[0]) > 0
        second = Relay(url)
        assert second.forward(ledgers[1]) == 0
        assert "another of the servers in `shards`" in second.trouble
        assert second.trouble.startswith("broker.url: ")
        Relay(url).claim(ledgers[0])
        with pytest.raises(ConfigurationError, match="which is 2 of 2"):
            Relay(url).claim(ledgers[1])
        worker = worker_of(servers[1], url)
        stack.callback(worker.close)
        assert worker.process.wait(60) == 2
        assert "another of the servers in `shards`" in worker.lines()
        ran = subprocess.run([sys.executable, "-m", "worker", "doctor", "--json"], cwd=ROOT, check=False, capture_output=True, text=True,
                             env={**os.environ, "WIREDESK_REDIS_URL": servers[1].url, "WIREDESK_BROKER__URL": url}, timeout=60)
        assert ran.returncode == 1
        assert [found["level"] for found in json.loads(ran.stdout) if found["subject"] == "broker"] == ["ok", "error"]
        # The way out that the sentence names: nothing is lost with the virtual host.
        rabbit.control("delete_vhost", "one")
        rabbit.control("add_vhost", "one")
        rabbit.control("set_permissions", "-p", "one", "guest", ".*", ".*", ".*")
        stack.callback(worker_of(servers[1], url).close)
        wait_for(lambda: drained(ledgers[1]), 60)
        assert ledgers[1].status().done > 5
