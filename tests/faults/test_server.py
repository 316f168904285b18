"""Rows 6 to 8, 12 and 13: a network that hurts; a server that is full, frozen, forgetful, emptied or set back."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Place
from tests.faults.proxy import Proxy
from tests.faults.test_kills import commanded
from tests.load import Sampler, submit_patiently
from tests.servers import Server, Worker, open_ledger, server_binaries, wait_for
from worker import processes
from worker.errors import ConfigurationError, ServerUnavailableError
from worker.ledger import connect, keys
from worker.producer import submit
from worker.settings import load_settings


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_06_a_frozen_server(place: Place) -> None:
    """The server answers nothing for ten seconds: workers wait and go on."""
    items = commanded(400, "@sleep 0.01")
    submit_patiently(place.ledger, items)
    worker = place.worker()
    wait_for(lambda: place.ledger.status().done > 20, 60)
    place.server.process.send_signal(signal.SIGSTOP)
    time.sleep(10)
    place.server.process.send_signal(signal.SIGCONT)
    place.drain()
    place.judge(6, "server frozen for 10 s", [item["id"] for item in items], provoked="1 freeze")
    assert worker.alive()


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_06_a_network_that_hurts() -> None:
    """Delays, cuts in mid-reply, lost replies and half-open connections, for worker and producer: nothing lost, nothing doubled."""
    port = processes.free_port()
    server = Server(server_binaries()["valkey"], port=port)
    place = None
    try:
        with Proxy(port) as proxy, open_ledger(server.url) as ledger, open_ledger(proxy.url) as far, Sampler(server.url) as sampler:
            place = Place(server, ledger, sampler)
            worker = place.worker(url=proxy.url)
            items = commanded(600, "@sleep 0.005")
            submit_patiently(far, items[:100])
            wait_for(lambda: ledger.status().done > 10, 60)
            proxy.delay = 0.02
            submit_patiently(far, items[100:200])
            proxy.delay = 0
            for number in range(8):
                proxy.cut_after = 40 + 300 * number
                submit_patiently(far, items[200 + 30 * number:230 + 30 * number])
                proxy.cut()
            proxy.drop_replies = True
            with pytest.raises(ServerUnavailableError):
                far.client.connection_pool.connection_kwargs["socket_timeout"] = 1
                far.client.connection_pool.disconnect()
                submit(items[440:500], ledger=far)
            proxy.drop_replies = False
            proxy.cut()
            submit_patiently(far, items[440:500])
            proxy.silent = True
            time.sleep(5)
            proxy.silent = False
            proxy.cut()
            submit_patiently(far, items[500:])
            place.drain(120)
            place.judge(6, "delays, cuts, lost replies, half-open", [item["id"] for item in items], provoked="11 faults")
            assert worker.alive()
            assert ledger.status().accepted == 600
    finally:
        if place is not None:
            place._stack.close()
        server.close()


def test_07_a_full_server(place: Place) -> None:
    """At its memory limit the server refuses: intake says so, workers pause and do not die; given room, everything goes on."""
    items = commanded(300, "@sleep 0.01")
    submit_patiently(place.ledger, items[:150])
    worker = place.worker()
    wait_for(lambda: place.ledger.status().done > 20, 60)
    place.ledger.client.config_set("maxmemory", "1mb")
    stuck = place.ledger.status().done
    time.sleep(3)
    [verdict] = submit(items[150:151], ledger=place.ledger)
    assert (verdict.verdict, verdict.retry_after > 0) == ("busy", True)
    assert place.ledger.status().done <= stuck + 4
    assert worker.alive()
    # A worker that is started on a full server waits as well.
    second = place.worker()
    time.sleep(4)
    assert second.alive()
    place.ledger.client.config_set("maxmemory", "0")
    submit_patiently(place.ledger, items[150:])
    place.drain()
    place.judge(7, "server's memory full for 7 s", [item["id"] for item in items], provoked="1 limit", also="intake answered busy")
    assert worker.alive()
    assert second.alive()


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_08_a_server_that_cannot_write() -> None:
    """Disk full: nothing is acknowledged that is not written, producers are told, and everything goes on when there is room."""
    signal_before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    server = Server(server_binaries()["valkey"], "--auto-aof-rewrite-percentage", "0")
    worker = None
    try:
        with open_ledger(server.url) as ledger, Sampler(server.url) as sampler:
            place = Place(server, ledger, sampler)
            worker = place.worker()
            items = commanded(400)
            submit_patiently(ledger, items[:50])
            place.drain()
            size = max(path.stat().st_size for path in server.folder.rglob("*.aof"))
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size + 20_000, resource.RLIM_INFINITY))
            with pytest.raises(ServerUnavailableError, match="takes no writes"):
                for at in range(50, 400, 10):
                    submit(items[at:at + 10], ledger=ledger)
                    time.sleep(0.2)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            submit_patiently(ledger, items)
            place.drain()
            place.judge(8, "disk full", [item["id"] for item in items], provoked="1 full disk", also="submit refused with a reason")
            assert worker.alive()
            ledger.client.config_set("min-replicas-to-write", 1)
            with pytest.raises(ServerUnavailableError):
                submit(commanded(1, prefix="lonely"), ledger=ledger)
            ledger.client.config_set("min-replicas-to-write", 0)
    finally:
        signal.signal(signal.SIGXFSZ, signal_before)
        if worker is not None:
            worker.close()
        server.close()


def test_12_a_server_that_forgets(place: Place) -> None:
    """Scripts flushed, bindings and queues deleted, server restarted: everything heals by itself."""
    items = commanded(300, "@sleep 0.01")
    submit_patiently(place.ledger, items)
    worker = place.worker()
    wait_for(lambda: place.ledger.status().done > 20, 60)
    place.ledger.client.script_flush()
    bindings = place.ledger.client.keys("_kombu*")
    place.ledger.client.delete(keys.NORMAL, *bindings)
    time.sleep(1)
    place.server.kill(signal.SIGTERM)
    place.server.start()
    place.drain()
    place.judge(12, "scripts flushed, bindings and queue deleted, restart", [item["id"] for item in items], provoked="4 faults")
    assert worker.alive()


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_13_an_emptied_server_raises_an_alarm(place: Place) -> None:
    """FLUSHALL: no crash, an alarm that says what happened; producers submit again."""
    items = commanded(100)
    submit_patiently(place.ledger, items)
    worker = place.worker()
    place.drain()
    wait_for(lambda: place.ledger.client.exists(keys.BOUNDARIES), 20)
    time.sleep(16)
    place.ledger.client.flushall()
    wait_for(lambda: "went_back" in place.ledger.status().alarms, 40)
    assert "submit again" in place.ledger.status().alarms["went_back"]
    submit_patiently(place.ledger, items)
    place.drain()
    place.judge(13, "FLUSHALL", [item["id"] for item in items], provoked="1 flush", also="alarm, then submitted again")
    assert worker.alive()


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_13_an_old_file_restored(place: Place) -> None:
    """The server comes back with yesterday's append-only file: an alarm, no crash, the books balance, nothing twice."""
    early, late = commanded(60, prefix="early"), commanded(60, prefix="late")
    submit_patiently(place.ledger, early)
    time.sleep(1.5)
    old = Path(tempfile.mkdtemp(prefix="wdold"))
    shutil.copytree(place.server.folder / "appendonlydir", old / "appendonlydir")
    worker = place.worker()
    submit_patiently(place.ledger, late)
    place.drain()
    time.sleep(16)
    place.server.kill()
    shutil.rmtree(place.server.folder / "appendonlydir")
    shutil.copytree(old / "appendonlydir", place.server.folder / "appendonlydir")
    shutil.rmtree(old)
    place.server.start()
    wait_for(lambda: "went_back" in place.ledger.status().alarms, 60)
    submit_patiently(place.ledger, early + late)
    place.drain()
    place.judge(13, "old append-only file restored", [item["id"] for item in early + late], provoked="1 restore", also="alarm")
    assert worker.alive()


@pytest.mark.parametrize(("options", "advice"), [
    (("--maxmemory-policy", "allkeys-lru"), "set `maxmemory-policy noeviction`"),
    (("--appendonly", "no"), "set `appendonly yes`"),
])
def test_a_server_that_would_lose_articles_is_refused(options: tuple[str, str], advice: str) -> None:
    """Producer and worker refuse it with advice; the worker ends with status 2 and without a traceback."""
    server = Server(server_binaries()["valkey"], *options)
    try:
        with pytest.raises(ConfigurationError, match=advice):
            connect(load_settings(), server.url, check=True)
        worker = Worker(server.url, app="tests.faults.hurt_worker")
        try:
            assert worker.process.wait(60) == 2
            refusal = next(line for line in worker.lines().splitlines() if "worker_refused" in line)
            assert advice in json.loads(refusal)["reason"]
            assert "Traceback" not in worker.lines()
        finally:
            worker.close()
    finally:
        server.close()
