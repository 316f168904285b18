"""Two servers share the articles by a hash of the id: each article is found again, counts are summed, a worker's death loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest

from tests.load import drained, outcome
from tests.servers import ROOT, Gateway, Server, Worker, server_binaries, wait_for
from worker.consumer import Delivery, results
from worker.errors import ConfigurationError, InputError, ServerUnavailableError
from worker.ledger import backups, connect
from worker.ledger.jobs import Attempt
from worker.ledger.shards import Shards, shard_of
from worker.ledger.stale import Selection, read_again, stale
from worker.producer import submit
from worker.settings import Settings, load_settings

#: Short leases, so that the test is short.
QUICK = {"WIREDESK_LEDGER__LEASE_SECONDS": "1.5", "WIREDESK_LEDGER__RENEW_SECONDS": "0.5", "WIREDESK_LEDGER__RECONCILE_SECONDS": "0.3"}


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """Two servers; of two kinds where the machine has them."""
    binaries = list(server_binaries().values())
    running = [Server(binaries[0]), Server(binaries[-1])]
    yield running
    for server in running:
        server.close()


@pytest.fixture
def shards(servers: list[Server]) -> Iterator[Shards]:
    ledger = connect(settings_of(servers), check=True)
    assert isinstance(ledger, Shards)
    yield ledger
    ledger.close()


def settings_of(servers: list[Server]) -> Settings:
    return load_settings().model_copy(update={"redis_url": "", "shards": tuple(server.url for server in servers)})


def reports(count: int) -> list[dict[str, str]]:
    return [{"id": f"n-{number}", "text": f"Report {number}.\n@sleep 0.01"} for number in range(count)]


def worker_of(server: Server) -> Worker:
    return Worker(server.url, app="tests.faults.hurt_worker", environment=QUICK)


def test_articles_are_spread_and_found_again(shards: Shards) -> None:
    """Each lies on the server of its id's hash and nowhere else; sums and holds are of both."""
    items = reports(300)
    verdicts = submit(items, ledger=shards)
    assert [verdict.id for verdict in verdicts] == [item["id"] for item in items]
    assert {verdict.verdict for verdict in submit(items, ledger=shards)} == {"duplicate"}
    for item in items:
        here = shard_of(item["id"], 2)
        assert [ledger.jobs.state(item["id"]) is not None for ledger in shards.ledgers] == [here == 0, here == 1]
        assert json.loads(shards.results.article(item["id"]))["text"] == item["text"]
    parts = [ledger.status() for ledger in shards.ledgers]
    assert all(100 < part.accepted < 200 for part in parts)
    whole = shards.status()
    assert (whole.accepted, whole.queued, whole.balanced) == (300, 300, True)
    assert whole.counters["duplicate"] == sum(part.counters["duplicate"] for part in parts) == 300
    shards.holds.hold("work")
    assert all(ledger.holds.held() == ("work",) for ledger in shards.ledgers)
    assert set(shards.status().alarms) == {"shard_1_held_work", "shard_2_held_work"}
    shards.holds.release()
    assert shards.jobs.delete("n-7")
    assert shards.jobs.state("n-7") is None
    assert shards.status().dead == 1


def test_a_killed_worker_loses_nothing_on_either(servers: list[Server], shards: Shards) -> None:
    """Both servers' workers are killed in their work; a group reads every result of both once."""
    items = reports(200)
    submit(items, ledger=shards)
    workers = [worker_of(server) for server in servers]
    try:
        wait_for(lambda: all(ledger.status().done > 5 for ledger in shards.ledgers), 60, pause=0.01)
        for worker in workers:
            worker.signal_group(signal.SIGKILL)
            worker.close()
        workers = [worker_of(server) for server in servers]
        wait_for(lambda: drained(shards), 60)
        for number, ledger in enumerate(shards.ledgers):
            found = outcome(ledger, [item["id"] for item in items if shard_of(item["id"], 2) == number])
            assert found.good, found
            assert found.dead == 0
        assert (shards.status().done, len(shards.workers.list())) >= (200, 2)
        read = []
        for delivery in results(group="archive", ledger=shards, follow=False):
            read.append(delivery.id)
            delivery.acknowledge()
        assert sorted(read) == sorted(item["id"] for item in items)
        assert list(results(group="archive", ledger=shards, follow=False)) == []
        assert len(list(results(ledger=shards, follow=False))) == 200
        with pytest.raises(InputError, match="no place in the results of 2 servers: write 0"):
            next(results(ledger=shards, after="1729584000000-0", follow=False))
        assert [at for at, _ in shards.newest(10)] == sorted((at for at, _ in shards.newest(10)), reverse=True)
    finally:
        for worker in workers:
            worker.close()


def test_a_changed_list_is_refused(servers: list[Server], shards: Shards) -> None:
    """Another order, or another number of servers, would look for articles in the wrong place; a worker must name its own."""
    with pytest.raises(ConfigurationError, match="says that it is 2 of 2"):
        connect(settings_of(servers[::-1]))
    with pytest.raises(ConfigurationError, match="says that it is 1 of 2"):
        connect(settings_of(servers[:1]))
    with pytest.raises(ConfigurationError, match="name one of them in WIREDESK_REDIS_URL"):
        _ = shards.client
    worker = Worker("", app="tests.faults.hurt_worker", environment={"WIREDESK_SHARDS": json.dumps([server.url for server in servers])})
    try:
        assert worker.process.wait(60) == 2
        assert "a worker serves one of the servers" in worker.lines()
    finally:
        worker.close()


def test_commands_and_gateway_serve_all(servers: list[Server], shards: Shards, tmp_path: Path) -> None:
    """Submitted by command and over HTTP, asked by id, summed; what needs one server says so."""
    environment = {"WIREDESK_SHARDS": json.dumps([server.url for server in servers]), "WIREDESK_REDIS_URL": ""}

    def wiredesk(*arguments: str, status: int = 0) -> str:
        ran = subprocess.run([sys.executable, "-m", "worker", *arguments], cwd=ROOT, env={**os.environ, **environment},
                             capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == status, (arguments, ran.stderr)
        return ran.stdout if not status else ran.stderr

    file = tmp_path / "news.jsonl"
    file.write_text("\n".join(json.dumps(item) for item in reports(40)))
    wiredesk("submit", str(file))
    assert json.loads(wiredesk("status", "--json"))["accepted"] == 40
    gateway, workers = Gateway("", environment=environment), [worker_of(server) for server in servers]
    try:
        with httpx.Client(base_url=gateway.address) as http:
            for number in range(40, 60):
                assert http.post("/v1/articles", json=reports(60)[number]).status_code == 202
            wait_for(lambda: shards.status().done == 60, 60)
            for number in (3, 4, 5, 41, 42, 43):
                assert http.get(f"/v1/articles/n-{number}").json()["state"] == "done"
                assert http.get(f"/v1/articles/n-{number}/result").json()["article"]["id"] == f"n-{number}"
                assert json.loads(wiredesk("result", f"n-{number}"))["article"]["id"] == f"n-{number}"
            assert "wiredesk_articles_done_total 60" in http.get("/metrics").text
            assert http.get("/readyz").status_code == 200
            pages = [http.get("/v1/results", params={"limit": 40, "whole": False}).json()]
            pages.append(http.get("/v1/results", params={"after": pages[0]["next"], "whole": False}).json())
            assert sorted(entry["id"] for page in pages for entry in page["results"]) == sorted(item["id"] for item in reports(60))
            assert http.get("/v1/results", params={"after": pages[1]["next"]}).json() == {"results": [], "next": pages[1]["next"]}
            wrong = http.get("/v1/results", params={"after": "1729584000000-0"})
            assert (wrong.status_code, "results of 2 servers" in wrong.json()["detail"]) == (404, True)
            wrong = http.get("/v1/results/stream", headers={"Last-Event-ID": "1729584000000-0"})
            assert (wrong.status_code, "results of 2 servers" in wrong.json()["detail"]) == (404, True)
            with http.stream("GET", "/v1/results/stream", params={"after": "0", "whole": False}) as live:
                events = [line for line in islice(live.iter_lines(), 9) if line.startswith("id: ")]
            assert len(events) == 2
            assert all(event.count(",") == 1 for event in events)
            assert http.delete("/v1/articles/n-3").status_code in (200, 204)
        assert len(wiredesk("follow", "--group", "g", "--end").splitlines()) >= 59
        assert json.loads(wiredesk("top", "--json"))["done"] == 60
        read = [json.loads(line) for line in wiredesk("follow", "--end").splitlines()]
        rest = wiredesk("follow", "--end", "--from", read[20]["entry"]).splitlines()
        assert [json.loads(line)["id"] for line in rest] == [entry["id"] for entry in read[21:]]
    finally:
        gateway.close()
        for worker in workers:
            worker.close()


def test_backup_and_restore_of_all(servers: list[Server], shards: Shards, tmp_path: Path) -> None:
    """A folder with one file each; nothing is changed when a file is missing, broken or another server's."""
    submit(reports(50), ledger=shards)
    folder = tmp_path / "backup"
    number = backups.write(shards, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["1-of-2.backup", "2-of-2.backup"]
    with pytest.raises(InputError, match=r"already holds .* --replace gives them up"):
        backups.restore(shards, folder)
    for ledger in shards.ledgers:
        ledger.client.flushall()
    shards.take_places()
    whole = (folder / "2-of-2.backup").read_bytes()
    for broken, reason in ((b"", "is no whole backup"), (whole[:-9], "is no whole backup"), (None, "cannot be read"),
                           ((folder / "1-of-2.backup").read_bytes(), "is of another server among several")):
        (folder / "2-of-2.backup").unlink()
        if broken is not None:
            (folder / "2-of-2.backup").write_bytes(broken)
        else:
            (folder / "2-of-2.backup").mkdir()
        with pytest.raises(InputError, match=reason):
            backups.restore(shards, folder)
        assert shards.status().accepted == 0
        if broken is None:
            (folder / "2-of-2.backup").rmdir()
            (folder / "2-of-2.backup").touch()
    (folder / "2-of-2.backup").write_bytes(whole)
    assert backups.restore(shards, folder) == number
    status = shards.status()
    assert (status.accepted, status.queued, status.balanced) == (50, 50, True)
    shards.take_places()
    with pytest.raises(InputError, match="is no folder; 2 servers share"):
        backups.restore(shards, folder / "1-of-2.backup")
    with pytest.raises(InputError, match="is a folder; name one file in it"):
        backups.restore(shards.home, folder)


def test_what_is_stale_is_found_on_all(shards: Shards) -> None:
    """And read again where it lies."""
    items = reports(20)
    submit(items, ledger=shards)
    for item in items:
        jobs = shards.of(item["id"]).jobs
        attempt = jobs.start(item["id"], owner="test", process=1, lease_seconds=60)
        assert isinstance(attempt, Attempt)
        article = {"id": item["id"], "received_at": attempt.received.isoformat()}
        provenance = {"milliseconds": {}, "extractors": {}}
        assert jobs.commit(attempt, {"version": 1, "article": article, "failures": [], "provenance": provenance})
    found = list(stale(shards, Selection(versions={}, fresh_too=True)))
    assert sorted(found) == sorted((item["id"], 1) for item in items)
    assert {read_again(shards, *one) for one in found} == {"queued"}
    assert [ledger.status().queued for ledger in shards.ledgers] == [
        sum(shard_of(item["id"], 2) == number for item in items) for number in (0, 1)]


def test_one_dead_server_stops_only_its_own(servers: list[Server], shards: Shards) -> None:
    """What the other has is read; then the dead one is named. Nothing is lost: the same calls go on when it is back."""
    items = reports(40)
    submit(items, ledger=shards)
    workers = [worker_of(server) for server in servers]
    try:
        wait_for(lambda: drained(shards), 60)
    finally:
        for worker in workers:
            worker.close()
    here = sorted(item["id"] for item in items if shard_of(item["id"], 2) == 0)
    servers[1].kill()
    read: list[Delivery] = []
    with pytest.raises(ServerUnavailableError) as away:
        read.extend(results(ledger=shards, follow=False))
    assert servers[1].url in str(away.value)
    assert sorted(delivery.id for delivery in read) == here
    shared = []
    with pytest.raises(ServerUnavailableError):
        for delivery in results(group="g", ledger=shards, follow=False):
            shared.append(delivery.id)
            delivery.acknowledge()
    assert sorted(shared) == here
    for ask in (shards.status, shards.ping, lambda: submit(reports(60), ledger=shards), lambda: list(shards.dead.list())):
        with pytest.raises(ServerUnavailableError, match="does not answer"):
            ask()
    servers[1].start()
    wait_for(shards.ledgers[1].client.ping, 20)
    rest = [delivery.id for delivery in results(ledger=shards, after=read[-1].entry, follow=False)]
    assert sorted([*rest, *here]) == sorted(item["id"] for item in items)
    assert {verdict.verdict for verdict in submit(reports(60), ledger=shards)} == {"duplicate", "accepted"}
    assert (shards.status().accepted, shards.status().balanced) == (60, True)


def test_a_hold_says_what_each_server_did(servers: list[Server], shards: Shards) -> None:
    """With one away the others are held and let go, each is named, the status is 1, and the same call later ends the work."""
    environment = {**os.environ, "WIREDESK_SHARDS": json.dumps([server.url for server in servers]), "WIREDESK_REDIS_URL": ""}

    def wiredesk(*arguments: str) -> tuple[int, str]:
        ran = subprocess.run([sys.executable, "-m", "worker", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                             timeout=100, check=False)
        assert "Traceback" not in ran.stderr
        return ran.returncode, ran.stderr

    first, second = shards.ledgers
    for stopped, living, number in ((servers[1], first, 1), (servers[0], second, 2)):
        stopped.kill()
        for arguments, done, held in ((("pause", "--intake", "--wait"), "held", ("work", "intake")), (("resume",), "let go", ()),
                                      (("drain",), "held", ("intake",))):
            status, told = wiredesk(*arguments)
            assert status == 1
            assert f"server {number} ({living.url}): {done}" in told
            assert f"server {3 - number}: NOT {done}: the server at {stopped.url} does not answer" in told
            assert "Call the same again" in told
            assert living.holds.held() == held
        stopped.start()
        wait_for(shards.ledgers[2 - number].client.ping, 20)
        assert wiredesk("pause")[0] == 0
        assert all(ledger.holds.held() == (("work", "intake") if ledger is living else ("work",)) for ledger in shards.ledgers)
        assert wiredesk("resume")[0] == 0
        assert all(ledger.holds.held() == () for ledger in shards.ledgers)
