"""Everything on one machine: `wiredesk up` in one terminal, other commands in another, Flower in a browser, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.system.commands import environment, wiredesk
from worker.processes import free_port
from worker.settings import data_folder


@dataclass
class Up:
    """A running `wiredesk up`."""

    process: subprocess.Popen[bytes]
    env: dict[str, str]
    flower: str
    gateway: str


def _await(what: str, seconds: float, ready: object) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():  # type: ignore[operator]
            return
        time.sleep(0.2)
    pytest.fail(f"{what} not within {seconds} seconds")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextlib.contextmanager
def start_up(home: Path, **more: str) -> Iterator[Up]:
    """Start `wiredesk up` on free ports; stop it at the end if a test has not."""
    env = environment(home, **more)
    port, flower = free_port(), free_port()
    process = subprocess.Popen([sys.executable, "-m", "worker", "up", "--workers", "2", "--port", str(port), "--flower-port", str(flower)],
                               env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _await("the server", 30, (home / "server.json").exists)
        _await("Flower", 60, lambda: _answers(f"http://127.0.0.1:{flower}/healthcheck"))
        yield Up(process, env, f"http://127.0.0.1:{flower}", f"http://127.0.0.1:{port}")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One `wiredesk up` for all tests of this file."""
    with start_up(tmp_path_factory.mktemp("home")) as running:
        yield running


def test_submitted_seeds_arrive_as_results(up: Up) -> None:
    """Submit --wait ends when all are read; follow prints each once; result and show know the first."""
    seeds = data_folder("seeds")
    number = sum(1 for file in seeds.iterdir() if file.name != "README.md")
    status, out, err = wiredesk("submit", str(seeds), "--wait", "--json", env=up.env)
    assert status == 0, err
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    assert len(set(ids)) == number
    status, out, _ = wiredesk("follow", "--end", env=up.env)
    assert status == 0
    delivered = [json.loads(line) for line in out.splitlines()]
    assert sorted(delivery["id"] for delivery in delivered) == sorted(ids)
    assert all(delivery["result"]["entities"] is not None for delivery in delivered)
    status, out, _ = wiredesk("result", ids[0], env=up.env)
    assert json.loads(out)["article"]["id"] == ids[0]
    status, out, _ = wiredesk("show", ids[0], env=up.env)
    assert (status, "North Korea" in out) == (0, True)
    status, out, _ = wiredesk("status", "--json", env=up.env)
    now = json.loads(out)
    assert (now["accepted"], now["done"], now["dead"]) == (number, number, 0)


def test_a_second_submit_doubles_nothing(up: Up) -> None:
    """The same articles again are duplicates."""
    status, _, err = wiredesk("submit", str(data_folder("seeds")), env=up.env)
    assert status == 0
    assert "duplicate" in err
    _, out, _ = wiredesk("follow", "--end", "--group", "twice", env=up.env)
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    assert len(ids) == len(set(ids))


def test_a_group_continues_where_it_stopped(up: Up) -> None:
    """What a group has acknowledged does not come again."""
    first = wiredesk("follow", "--end", "--group", "readers", env=up.env)[1]
    assert first.count("\n") > 10
    assert wiredesk("follow", "--end", "--group", "readers", env=up.env)[1] == ""


def test_doctor_finds_nothing_wrong(up: Up) -> None:
    """A machine that is up is healthy."""
    status, out, _ = wiredesk("doctor", "--json", env=up.env)
    assert status == 0
    assert {finding["subject"] for finding in json.loads(out)} >= {"server", "ledger", "model", "Celery", "disk"}


def test_a_part_that_dies_is_started_again(up: Up) -> None:
    """A killed worker is replaced and the next article is read."""
    children = [(child, child.cmdline()) for child in psutil.Process(up.process.pid).children()]
    [worker] = [child for child, command in children if "worker.app" in command and "flower" not in command]
    worker.kill()
    status, _, err = wiredesk("submit", "-", "--wait", env=up.env, data=b"A worker was killed in Lyon on Monday, and nobody noticed.")
    assert status == 0, err


def test_a_server_that_dies_is_started_again(up: Up) -> None:
    """Killed, it comes back with all articles; workers and gateway go on by themselves."""
    before = json.loads(wiredesk("status", "--json", env=up.env)[1])["done"]
    server = json.loads((Path(up.env["WIREDESK_HOME"]) / "server.json").read_text())["pid"]
    psutil.Process(server).kill()
    _await("another server", 20, lambda: json.loads((Path(up.env["WIREDESK_HOME"]) / "server.json").read_text())["pid"] != server)
    status, _, err = wiredesk("submit", "-", "--wait", env=up.env, data=b"A server was killed in Turin on Monday, and nobody noticed.")
    assert status == 0, err
    assert json.loads(wiredesk("status", "--json", env=up.env)[1])["done"] == before + 1


def test_ctrl_c_leaves_nothing_behind(up: Up) -> None:
    """SIGINT ends every process that was started, within the time for stopping."""
    family = psutil.Process(up.process.pid).children(recursive=True)
    assert len(family) >= 4
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(40) == 0
    gone, alive = psutil.wait_procs(family, timeout=5)
    assert [process.cmdline() for process in alive] == []
    assert len(gone) == len(family)
    assert wiredesk("status", env=up.env)[0] == 1


def test_a_part_that_is_configured_wrongly_is_not_started_again(tmp_path: Path) -> None:
    """Its own sentence ends the command, with the status of wrong configuration."""
    (tmp_path / "titles.txt").write_text("Coach\n", encoding="utf-8")
    status, _, told = wiredesk("up", "--workers", "1", "--port", str(free_port()), "--flower-port", "0",
                               env=environment(tmp_path / "home", WIREDESK_LEXICONS=str(tmp_path)))
    assert status == 2
    assert "titles.txt, line 1: kind is missing" in told
    assert "started again" not in told
