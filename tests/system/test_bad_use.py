"""Wrong use of the command: one clear sentence, the right exit status, no traceback, and never a control character."""

from __future__ import annotations

import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, Worker, open_ledger, server_binaries, wait_for
from tests.system.commands import environment, wiredesk
from worker.producer import submit


@pytest.mark.parametrize(("arguments", "status", "sentence"), [
    (["submit", "nothing.txt"], 1, "wiredesk up"),
    (["submit", "nothing.txt"], 1, "nothing.txt: does not exist"),
    (["status"], 1, "wiredesk up"),
    (["result", "x"], 1, "wiredesk up"),
    (["worker"], 1, "wiredesk up"),
    (["extract", "nothing.txt"], 1, "nothing.txt: does not exist"),
    (["extract", "--only", "nonsense", "-"], 2, "no extractor 'nonsense'"),
    (["frobnicate"], 2, "No such command"),
    ([], 2, "Usage"),
])
def test_wrong_use_is_named(tmp_path: Path, arguments: list[str], status: int, sentence: str) -> None:
    """Exit status 1 for input, 2 for usage."""
    got, out, err = wiredesk(*arguments, env=environment(tmp_path), cwd=tmp_path)
    assert got == status
    assert sentence in out + err


@pytest.mark.parametrize(("variable", "value", "sentence"), [
    ("WIREDESK_MODEL", "no_such_model", "no spaCy pipeline 'no_such_model'"),
    ("WIREDESK_LIMITS__BACKLOG", "many", "limits.backlog"),
    ("WIREDESK_LEDGR__MAX_ATTEMPTS", "3", "WIREDESK_LEDGR__MAX_ATTEMPTS: there is no such setting; did you mean WIREDESK_LEDGER?"),
    ("WIREDESK_REDIS_ULR", "x", "did you mean WIREDESK_REDIS_URL?"),
    ("WIREDESK_CONFIG", "/nonexistent.toml", "/nonexistent.toml: cannot be read"),
    ("WIREDESK_WEBHOOKS__URLS", "https://desk.example/", "WIREDESK_WEBHOOKS__URLS: is no JSON"),
    ("WIREDESK_WEBHOOKS__URLS", '"https://desk.example/"', "webhooks.urls: "),
    ("WIREDESK_SHARDS", "abc", "WIREDESK_SHARDS: is no JSON"),
    ("WIREDESK_LIMITS", "abc", "WIREDESK_LIMITS: is no JSON"),
    ("WIREDESK_LEDGER__RENEW_SECONDS", "60", "ledger.renew_seconds: 60 must be at most half of ledger.lease_seconds (6)"),
    ("WIREDESK_WORKER__SOFT_TIME_LIMIT", "91", "worker.soft_time_limit: 91 must not be longer than worker.time_limit (90)"),
    ("WIREDESK_LIMITS__MEMORY_WARN", "0.9", "limits.memory_warn: 0.9 must not be above limits.memory_refuse (0.85)"),
])
def test_wrong_settings_are_named(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    """Exit status 2, with the setting's name."""
    status, _, err = wiredesk("extract", "-", env=environment(tmp_path, **{variable: value}), data=b"Prose.")
    assert status == 2
    assert sentence in err


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    """The address is shown, the secret is not."""
    env = environment(tmp_path, WIREDESK_REDIS_URL="redis://:sesame@127.0.0.1:1/0")
    status, out, err = wiredesk("status", env=env)
    assert status == 1
    assert "127.0.0.1:1" in err
    assert "sesame" not in out + err


@pytest.mark.parametrize(("url", "sentence"), [
    ("http://127.0.0.1:1/0", "redis_url: http://127.0.0.1:1/0 cannot be used: write redis://, rediss://, unix:// or sentinel://"),
    ("sentinel://127.0.0.1:1", "redis_url: sentinel://127.0.0.1:1 cannot be used: write sentinel://host:26379,host:26379/name-of"),
])
def test_an_address_of_another_kind_is_refused(tmp_path: Path, url: str, sentence: str) -> None:
    """By every part, also by those that Celery's own program takes over."""
    for command in ("status", "worker", "flower", "gateway"):
        status, out, err = wiredesk(command, env=environment(tmp_path, WIREDESK_REDIS_URL=url))
        assert (status, "Traceback" in out + err) == (2, False)
        assert sentence in err


def test_a_server_that_wants_a_password_says_so(tmp_path: Path) -> None:
    """Without the password, and with a wrong one, which is never shown; with the right one a worker works, on a socket as well."""
    server = Server(server_binaries()["valkey"])
    try:
        with open_ledger(server.url) as ledger:
            ledger.client.config_set("requirepass", "open/sesame")
        for url, shown in ((server.url, ""), (f"{server.url}&password=open/barley", "&password=***")):
            for command, expected in (("status", 1), ("worker", 2), ("gateway", 2)):
                status, out, err = wiredesk(command, env=environment(tmp_path, WIREDESK_REDIS_URL=url))
                assert status == expected
                assert "lets nobody in without the right name and password; put them into its address" in err
                assert "barley" not in out + err
                assert expected == 2 or f"{server.url}{shown} lets" in err
        url = f"{server.url}&password=open/sesame"
        with open_ledger(url) as ledger:
            submit([{"id": "a", "text": "Rain fell."}], ledger=ledger)
            worker = Worker(url, app="tests.faults.hurt_worker")
            try:
                wait_for(lambda: ledger.status().done == 1, 60)
                assert "sesame" not in worker.lines()
            finally:
                worker.close()
    finally:
        server.close()


def test_a_server_of_another_program_is_named(tmp_path: Path) -> None:
    """What starts refuses it; doctor lists it with everything else, and is not advised to call itself."""
    class Other(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4_096)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        env = environment(tmp_path, WIREDESK_REDIS_URL=f"redis://127.0.0.1:{other.server_address[1]}/0", COLUMNS="300")
        for command in ("worker", "gateway"):
            status, out, err = wiredesk(command, env=env)
            assert (status, "Traceback" in out + err) == (2, False)
            assert "what answers there is no Redis or Valkey" in err
        status, out, err = wiredesk("doctor", env=env)
        assert (status, "no Redis or Valkey answers there" in out, "doctor" in err, "memory" in out) == (1, True, False, True)
        other.shutdown()


def test_doctor_asks_a_silent_server_once(tmp_path: Path) -> None:
    """A server that takes connections and never answers is named and left; every connection but the first would wait as long again."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        for more in ({"WIREDESK_REDIS_URL": address}, {"WIREDESK_SHARDS": f'["{address}", "{address}"]'}):
            status, out, err = wiredesk("doctor", "--json", env=environment(tmp_path, **more))
            found = json.loads(out)
            servers = [finding["finding"] for finding in found if finding["subject"] in ("server", "shards")]
            assert (status, err) == (1, "")
            assert len(servers) == (2 if "WIREDESK_SHARDS" in more else 1)
            assert all("has not answered for 5 seconds" in sentence and "were left out" in sentence for sentence in servers)
            assert {"model", "disk"} <= {finding["subject"] for finding in found}


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    """Flower's own word would be a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, out, err = wiredesk("flower", "--port", port, env=environment(tmp_path, WIREDESK_REDIS_URL="redis://127.0.0.1:1/0"))
    assert (status, "Traceback" in out + err) == (2, False)
    assert f"port {port} on 127.0.0.1 cannot be used (Address already in use); choose another" in err


def test_a_name_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    """A file may have one and is read; an id cannot."""
    strange = os.fsdecode(b"r\xe9sum\xe9.txt")
    (tmp_path / strange).write_text("Rain fell.")
    status, _, err = wiredesk("extract", strange, "nothing" + strange, "--only", "summary", env=environment(tmp_path), cwd=tmp_path)
    assert (status, "1 read, 1 failed" in err, "does not exist" in err) == (1, True, True)
    server = Server(server_binaries()["valkey"])
    try:
        status, _, err = wiredesk("result", strange, env=environment(tmp_path, WIREDESK_REDIS_URL=server.url))
    finally:
        server.close()
    assert status == 2
    assert r"b'r\xe9sum\xe9.txt' is not UTF-8" in err


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    """An escape sequence in a field name is shown as its code."""
    status, out, err = wiredesk("extract", "-", env=environment(tmp_path), data=b'{"text": "a", "\\u001b[31mx": 1}\n')
    assert status == 1
    assert "\x1b" not in out + err
    assert "\\x1b[31mx" in err


def test_a_broken_line_stops_nothing_else(tmp_path: Path) -> None:
    """The good lines' results are printed, the bad line is named, the status is 1."""
    data = b'{"text": "Seoul said no."}\n{broken\n{"text": "Kyiv said yes."}\n'
    status, out, err = wiredesk("extract", "-", env=environment(tmp_path), data=data)
    assert (status, out.count("\n")) == (1, 2)
    assert "standard input:2: is no JSON" in err


def test_what_kubernetes_tells_of_services_is_no_setting(tmp_path: Path) -> None:
    """A service called wiredesk-redis puts variables into every pod; they are not misspelt settings."""
    env = environment(tmp_path, WIREDESK_REDIS_PORT_6379_TCP="tcp://10.0.0.1:6379", WIREDESK_GATEWAY_SERVICE_HOST="10.0.0.2")
    assert wiredesk("extract", "nothing.txt", env=env)[0] == 1


#: Runs the command with no room for a file larger than so many bytes; compiled modules are not kept, for they would stay cut short.
NARROW = ("import resource, runpy, sys; sys.dont_write_bytecode = True; "
          "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
          "del sys.argv[1]; runpy.run_module('worker', run_name='__main__')")


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv", "news.parquet"])
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    """Whatever is left of the file is taken away, and nobody blames Wiredesk."""
    results, folder = tmp_path / "results.jsonl", tmp_path / "out"
    env = environment(tmp_path / "home")
    _, out, _ = wiredesk("extract", "-", env=env, data=b'{"text": "Seoul said no on Monday."}\n' * 30)
    results.write_text(out, encoding="utf-8")
    folder.mkdir()
    command = [sys.executable, "-c", NARROW, "2000", "export", str(folder / name), "--results", str(results)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{folder / name}: cannot be written (File too large); make room there" in done.stderr
    assert "defect" not in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


def test_an_output_without_room_is_named(tmp_path: Path) -> None:
    """Results that a shell sends into a file."""
    command = [sys.executable, "-c", NARROW, "100000", "extract", "-"]
    with (tmp_path / "out.jsonl").open("wb") as out:
        done = subprocess.run(command, env=environment(tmp_path / "home"), stdout=out, stderr=subprocess.PIPE, check=False,
                              input=b'{"text": "Seoul said no on Monday."}\n' * 300)
    assert done.returncode == 1
    assert "file too large; make room there and call again" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_closed_output_is_named(tmp_path: Path) -> None:
    """Nothing is printed to nobody; without standard error the data come all the same."""
    for closed, status, sentence in ((1, 2, "standard output is closed; open it, or send it to /dev/null"), (2, 0, "")):
        ran = subprocess.run([sys.executable, "-m", "worker", "schema", "article"], env=environment(tmp_path), capture_output=True,
                             text=True, timeout=60, check=False, preexec_fn=lambda number=closed: os.close(number))
        assert (ran.returncode, "Traceback" in ran.stderr, sentence in ran.stderr) == (status, False, True)
        assert ran.stdout == "" if status else json.loads(ran.stdout)


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    """Before anything is started."""
    (tmp_path / "home").write_text("")
    status, out, err = wiredesk("demo", env=environment(tmp_path, WIREDESK_HOME=str(tmp_path / "home")), cwd=tmp_path)
    assert (status, "Traceback" in out + err, "defect" in err) == (1, False, False)
    assert f"{tmp_path / 'home'}" in err


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs started hear Ctrl-C, as in a terminal: a shell's background job, which tests may be, hands on that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6])
def test_ctrl_c_while_it_loads_is_silent(tmp_path: Path, seconds: float) -> None:
    """Half a second of imports before a command begins is no reason for a traceback."""
    with subprocess.Popen([sys.executable, "-m", "worker", "follow"], stderr=subprocess.PIPE, text=True,
                          env=environment(tmp_path, WIREDESK_REDIS_URL="redis://127.0.0.1:1/0")) as command:
        time.sleep(seconds)
        command.send_signal(signal.SIGINT)
        _, err = command.communicate(timeout=60)
    assert "Traceback" not in err
    assert command.returncode in (-signal.SIGINT, 130)
