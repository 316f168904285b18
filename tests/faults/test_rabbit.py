"""RabbitMQ's quorum queues as the broker: workers, the broker and hints are lost; garbage lies on its queues; turns and holds are kept."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import amqp
import pytest

from tests.faults.conftest import Place
from tests.faults.garbage import fuzz
from tests.faults.test_kills import commanded
from tests.load import Sampler, drained, submit_patiently
from tests.rabbit import Mapper, Rabbit, missing
from tests.servers import ROOT, Server, Worker, open_ledger, server_binaries, wait_for
from worker import processes
from worker.ledger import keys
from worker.relay import relay

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

#: Hints that workers hold for longer are given again: articles here take milliseconds.
HINT_SECONDS = 3


class Desk(Place):
    """A place whose broker is RabbitMQ."""

    rabbit: Rabbit

    def worker(self, *arguments: str, **options: str) -> Worker:
        """Start a worker that knows the broker."""
        return super().worker(*arguments, WIREDESK_BROKER__URL=self.rabbit.url, WIREDESK_BROKER__HINT_SECONDS=str(HINT_SECONDS), **options)

    def channel(self) -> amqp.Channel:
        """A channel of a client of its own."""
        connection = amqp.Connection(host=f"127.0.0.1:{self.rabbit.port}")
        connection.connect()
        self._stack.callback(connection.collect)
        return connection.channel()


@pytest.fixture(scope="module")
def rabbit() -> Iterator[Rabbit]:
    node = Rabbit()
    yield node
    node.close()


@pytest.fixture
def place(rabbit: Rabbit) -> Iterator[Desk]:
    """A fresh ledger beside the broker, whose queues are removed afterwards."""
    with ExitStack() as stack:
        server = Server(server_binaries()["valkey"])
        stack.callback(server.close)
        ledger = stack.enter_context(open_ledger(server.url, broker={"url": rabbit.url, "hint_seconds": HINT_SECONDS}))
        sampler = stack.enter_context(Sampler(server.url))
        desk = Desk(server, ledger, sampler, stack.enter_context(ExitStack()))
        desk.rabbit = rabbit
        yield desk
        channel = desk.channel()
        for queue in keys.QUEUES:
            channel.queue_delete(queue)


def kill_loop(place: Desk, count: int, kills: int) -> None:
    """Kill the worker's group at random moments of its work, in the middle once the broker too, while articles are submitted."""
    chance = random.Random(kills)
    items = commanded(count, "@sleep 0.01")
    submit_patiently(place.ledger, items[:count * 2 // 3])
    assert sum(place.ledger.client.llen(queue) for queue in keys.QUEUES) == 0
    for kill in range(kills):
        worker = place.worker()
        target = min(place.ledger.status().done + chance.randint(5, count // kills), count)
        wait_for(lambda target=target: place.ledger.status().done >= target or drained(place.ledger), 40, pause=0.005)
        if kill == kills // 2:
            place.rabbit.kill()
            submit_patiently(place.ledger, items[count * 2 // 3:])
        worker.signal_group(signal.SIGKILL)
        worker.close()
        if kill == kills // 2:
            place.rabbit.start()
    place.worker()
    place.drain(120)
    place.judge(27, "RabbitMQ: kill -9 of the worker's group, and of the broker", [item["id"] for item in items],
                provoked=f"{kills} and 1 kills")
    assert place.ledger.status().counters["recovered"] > 0


def test_27_workers_and_the_broker_are_killed(place: Desk) -> None:
    """Nothing lost, nothing doubled, and something was brought back."""
    kill_loop(place, 400, 7)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_27_they_are_killed_again_and_again(place: Desk) -> None:
    """Twenty-five kills of the worker's group, one of the broker."""
    kill_loop(place, 3_000, 25)


def test_27_monitor_and_remote_control(place: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flower hears of the worker and its tasks, remote control is answered, `wiredesk doctor` names the broker."""
    monkeypatch.setenv("WIREDESK_REDIS_URL", place.server.url)
    monkeypatch.setenv("WIREDESK_BROKER__URL", place.rabbit.url)
    monkeypatch.setenv("FLOWER_UNAUTHENTICATED_API", "true")
    celery, port = [sys.executable, "-m", "celery", "-A", "worker.app"], processes.free_port()
    place.worker("-E", "-n", "desk@%h")
    place._stack.callback(processes.stop, processes.start([*celery, "flower", f"--port={port}", "--address=127.0.0.1"]), seconds=5)
    items = commanded(30, "@sleep 0.05")

    def heard() -> int:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/tasks?limit=100", timeout=10) as answer:
            return sum(task["state"] == "SUCCESS" for task in json.load(answer).values())
        return 0

    wait_for(lambda: _listens(port), 60)
    submit_patiently(place.ledger, items)
    place.drain()
    wait_for(lambda: heard() > 0, 60)
    asked = _printed([*celery, "inspect", "active_queues", "--json"])
    [queues] = json.loads(asked).values()
    assert {queue["name"] for queue in queues} == set(keys.QUEUES)
    doctor = _printed([sys.executable, "-m", "worker", "doctor", "--json"])
    [broker] = [finding for finding in json.loads(doctor) if finding["subject"] == "broker"]
    assert broker["level"] == "ok"
    assert "RabbitMQ" in broker["finding"]
    assert "guest:guest" not in doctor
    place.judge(27, "RabbitMQ: Flower, remote control, doctor", [item["id"] for item in items], also=f"Flower heard of {heard()} tasks")


def test_27_lost_hints_are_given_again(place: Desk) -> None:
    """Hints that the broker has thrown away are given again; hints that only wait their turn are not."""
    items = commanded(40, "@sleep 0.01")
    submit_patiently(place.ledger, items)
    place.channel().queue_purge(keys.NORMAL)
    worker = place.worker()
    place.drain(40)
    assert place.ledger.status().counters["recovered|hint_lost"] == 40
    more = commanded(100, "@sleep 0.1", prefix="more")
    submit_patiently(place.ledger, more)
    place.drain(40)
    assert place.ledger.status().counters["recovered"] == 40
    assert worker.alive()
    place.judge(27, "RabbitMQ: a queue emptied", [item["id"] for item in items + more], provoked="40 hints thrown away")


def test_27_a_broker_that_is_away_stops_no_producer(place: Desk) -> None:
    """While RabbitMQ is down articles are accepted, what is read keeps its lease, and the rest is read when it is back."""
    submit_patiently(place.ledger, [{"id": "long", "text": "@sleep 6"}])
    worker = place.worker()
    wait_for(lambda: place.ledger.status().in_flight == 1, 30)
    place.rabbit.kill()
    items = commanded(50)
    began = time.monotonic()
    submit_patiently(place.ledger, items)
    stall = time.monotonic() - began
    assert "they wait in the ledger" in relay(place.ledger).trouble
    assert place.ledger.client.llen(keys.NORMAL) == 50
    wait_for(lambda: place.ledger.status().done == 1, 60)
    place.rabbit.start()
    place.drain(60)
    assert place.ledger.jobs.state("long").attempts == 1
    assert place.ledger.status().counters.get("recovered", 0) == 0
    assert worker.alive()
    place.judge(27, "RabbitMQ: submitted while the broker is down", ["long", *(item["id"] for item in items)], provoked="1 kill",
                also=f"submit took {stall:.1f} s")


def test_27_garbage_on_its_queues(place: Desk) -> None:
    """What is no hint is kept with its bytes and its reason, among good articles; the worker is the same process."""
    worker = place.worker()
    good = commanded(40)
    submit_patiently(place.ledger, good[:20])
    kinds = {
        b"this is no json": "body_not_json", b"\xff\xfe\x00": "body_not_json", b"[]": "bad_arguments", b'[[7], {}, {}]': "bad_arguments",
        b"[" * 30_000: "body_not_json", b" " * 70_000: "too_large"}
    headers = {"task": keys.EXTRACT_TASK, "id": "x"}
    channel = place.channel()
    messages = [(body, reason, {"application_headers": headers, "content_type": "application/json"}) for body, reason in kinds.items()]
    messages += [
        (b'[["a"], {}, {}] ', "unknown_task", {"application_headers": headers | {"task": "nope"}, "content_type": "application/json"}),
        (b'[["a"], {}, {}]  ', "no_id", {"application_headers": {"task": keys.EXTRACT_TASK}, "content_type": "application/json"}),
        (b"\x80\x04pickle", "content_type", {"application_headers": headers, "content_type": "application/x-python-serialize"}),
        (b"bare", "not_a_message", {})]
    messages += [(item, "content_type", {"application_headers": headers}) for item in fuzz(100)]
    for number, (body, _, properties) in enumerate(messages):
        channel.basic_publish(amqp.Message(body, **properties), exchange="", routing_key=(keys.HIGH, keys.NORMAL, keys.AGAIN)[number % 3])
    # On the ledger's list likewise: it is looked at before it is published.
    place.ledger.client.rpush(keys.NORMAL, b"no hint")
    submit_patiently(place.ledger, good[20:])
    wait_for(lambda: place.ledger.dead.count() == len(messages) + 1, 30)
    place.drain()
    kept = {letter.body: letter.reason for letter in place.ledger.dead.list()}
    assert kept == {body: reason for body, reason, _ in messages} | {b"no hint": "not_json"}
    assert worker.alive()
    assert "Traceback" not in worker.lines()
    place.judge(27, "RabbitMQ: garbage on its queues", [item["id"] for item in good], provoked=f"{len(messages)} items")


def test_27_turns_and_holds(place: Desk) -> None:
    """Six of high for three of normal and one of low; held work is not started and not hinted again; then it goes on."""
    batches = {priority: commanded(100, "@sleep 0.005", prefix=priority) for priority in ("high", "normal", "low")}
    place.ledger.holds.hold("work")
    worker = place.worker(concurrency=1)
    for priority, items in batches.items():
        submit_patiently(place.ledger, [item | {"priority": priority} for item in items])
    wait_for(place.ledger.workers.list, 30)
    time.sleep(HINT_SECONDS * 2 + 2)
    assert place.ledger.status().queued == 300
    assert place.ledger.status().counters.get("recovered", 0) == 0
    place.ledger.holds.release()
    place.drain(40)
    order = [fields[b"id"].decode().partition("-")[0] for _, fields in place.ledger.client.xrange(keys.RESULTS, count=110)]
    share = Counter(order[10:])
    assert 50 <= share["high"] <= 70, share
    assert 20 <= share["normal"] <= 40, share
    assert 5 <= share["low"] <= 20, share
    assert worker.stop() < 20
    place.judge(27, "RabbitMQ: turns and a hold", [item["id"] for items in batches.values() for item in items],
                also=f"of 100: {share['high']} high, {share['normal']} normal, {share['low']} low")


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_27_a_broker_that_freezes(place: Desk) -> None:
    """For fifteen seconds RabbitMQ answers nothing and closes nothing: articles are accepted all the while, and nothing is lost."""
    items = commanded(600, "@sleep 0.01")
    submit_patiently(place.ledger, items[:300])
    worker = place.worker()
    wait_for(lambda: place.ledger.status().done > 20, 30)
    place.rabbit.freeze(signal.SIGSTOP)
    slowest, until, left = 0.0, time.monotonic() + 15, items[300:]
    while time.monotonic() < until:
        began = time.monotonic()
        submit_patiently(place.ledger, left[:10])
        slowest, left = max(slowest, time.monotonic() - began), left[10:]
        time.sleep(0.3)
    place.rabbit.freeze(signal.SIGCONT)
    submit_patiently(place.ledger, left)
    place.drain(90)
    assert worker.alive()
    place.judge(27, "RabbitMQ frozen for 15 s", [item["id"] for item in items], provoked="1 freeze", also=f"slowest submit {slowest:.1f} s")


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_27_a_cluster_that_loses_its_nodes_one_after_the_other() -> None:
    """Of three nodes the first is killed, comes back, and the second is killed: two are always enough, nothing is lost or doubled."""
    with ExitStack() as stack:
        mapper = Mapper()
        stack.callback(mapper.close)
        ports = [processes.free_port() for _ in range(3)]
        nodes = []
        for port in ports:
            nodes.append(Rabbit(port, ports=ports, mapper=mapper))
            stack.callback(nodes[-1].close)
        url = ";".join(node.url for node in nodes)
        server = Server(server_binaries()["valkey"])
        stack.callback(server.close)
        ledger = stack.enter_context(open_ledger(server.url, broker={"url": url, "hint_seconds": HINT_SECONDS}))
        place = Place(server, ledger, stack.enter_context(Sampler(server.url)), stack.enter_context(ExitStack()))
        settings = {"WIREDESK_BROKER__URL": url, "WIREDESK_BROKER__HINT_SECONDS": str(HINT_SECONDS)}
        items = commanded(1_500, "@sleep 0.01")
        submit_patiently(ledger, items[:500])
        worker = place.worker(**settings)
        wait_for(lambda: ledger.status().done > 50, 60)
        stalls = []
        for number in (0, 1):
            nodes[number].kill()
            killed, mark = time.monotonic(), ledger.status().done
            submit_patiently(ledger, items[500 * (number + 1):500 * (number + 2)])
            # Beyond what the worker had in hand.
            wait_for(lambda mark=mark: ledger.status().done > mark + 30, 90, pause=0.02)
            stalls.append(time.monotonic() - killed)
            if number == 0:
                nodes[0].start()
        place.drain(90)
        assert worker.alive()
        place.judge(27, "RabbitMQ: two of three nodes killed one after the other", [item["id"] for item in items], provoked="2 kills",
                    also=f"results again after {' and '.join(f'{stall:.1f}' for stall in stalls)} s")


@pytest.mark.faults
def test_27_switched_on_and_off_while_articles_wait(place: Desk) -> None:
    """Workers are restarted one after the other with the setting, later without it: what waits on the old broker is read by the new one."""
    items = commanded(450, "@sleep 0.01")
    with open_ledger(place.server.url) as before:
        submit_patiently(before, items[:200])
    old = Place.worker(place, concurrency=1)
    wait_for(lambda: place.ledger.status().done > 10, 30)
    new = place.worker("-n", "new@%h")
    assert old.stop() < 20
    submit_patiently(place.ledger, items[200:300])
    place.drain(40)
    submit_patiently(place.ledger, items[300:])
    assert new.stop() < 20
    Place.worker(place)
    place.drain(40)
    place.judge(27, "from Redis to RabbitMQ and back, workers one after the other", [item["id"] for item in items], provoked="2 switches")


def _printed(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False).stdout


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
