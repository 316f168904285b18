"""Those who say nothing, or say it very slowly, keep nobody else out of the gateway; who is merely slow is served."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.servers import Gateway, Server, wait_for
from worker.ledger import Ledger

TEXT = "Rain fell on the coast on Monday."


#: What is tested stands above the server: one kind is enough.
SERVER_KINDS = ("valkey",)


@contextlib.contextmanager
def gateway_with(server: Server, **settings: str) -> Iterator[Gateway]:
    """A gateway with settings of its own: `head_seconds="1"`."""
    running = Gateway(server.url, environment={f"WIREDESK_GATEWAY__{name.upper()}": value for name, value in settings.items()})
    try:
        yield running
    finally:
        running.close()


def dial(running: Gateway) -> socket.socket:
    address = httpx.URL(running.address)
    return socket.create_connection((address.host, address.port or 80), timeout=20)


def heard(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    told = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            told += piece
    return told


def ask_on(connection: socket.socket) -> None:
    """One whole request and its answer, on a connection that stays."""
    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    told = b""
    while not told.endswith(b"}"):
        piece = connection.recv(4_096)
        assert piece, "closed"
        told += piece
    assert told.startswith(b"HTTP/1.1 200")


def posted(kind: str, length: int) -> bytes:
    head = f"POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    return head.encode()


def problem(answer: bytes) -> dict[str, object]:
    body: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return body


def test_silent_connections_are_closed(server: Server, ledger: Ledger) -> None:
    """Who says nothing is closed without a word, who stops within the head is told why; so is a second request on one connection."""
    with gateway_with(server, head_seconds="1", keep_alive_seconds="3600") as running, contextlib.ExitStack() as stack:
        silent, half, second = (stack.enter_context(dial(running)) for _ in range(3))
        half.sendall(b"GET /livez HTTP/1.1\r\nHost: loc")
        ask_on(second)
        assert heard(silent) == b""
        answer = heard(half)
        assert answer.startswith(b"HTTP/1.1 408")
        assert problem(answer)["type"] == "urn:wiredesk:too-slow"
        # Between two requests the deadline does not run: the connection outlives it, idle.
        ask_on(second)
        second.sendall(b"GET /livez HTTP/1.1\r\n")
        assert heard(second).startswith(b"HTTP/1.1 408")


def test_a_head_that_drips_is_no_reason_to_wait(server: Server, ledger: Ledger) -> None:
    """Its deadline counts from the beginning, however often a byte comes."""
    with gateway_with(server, head_seconds="1") as running, dial(running) as dripping:
        dripping.settimeout(0.2)
        dripping.sendall(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        closed = False
        for _ in range(100):
            try:
                dripping.sendall(b"x")
                closed = dripping.recv(4_096).startswith(b"HTTP/1.1 408")
                break
            except TimeoutError:
                continue
        assert closed


def test_others_are_answered_beside_hundreds_of_silent_connections(server: Server, ledger: Ledger) -> None:
    """The oldest silent and idle ones make room long before their deadline; what is being answered stays."""
    with gateway_with(server, head_seconds="3600", connections="50") as running, contextlib.ExitStack() as stack:
        working = stack.enter_context(dial(running))
        article = json.dumps({"id": "kept", "text": TEXT}).encode()
        working.sendall(posted("application/json", len(article)) + article[:9])
        for _ in range(300):
            stack.enter_context(dial(running))

        def answered() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"{running.address}/livez", timeout=20).status_code == 200
            return False

        wait_for(answered, 20)
        assert all(answered() for _ in range(20))
        working.sendall(article[9:])
        assert working.recv(4_096).startswith(b"HTTP/1.1 202")


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_it_survives_that_descriptors_run_out(server: Server, ledger: Ledger) -> None:
    """One clear line, no traceback; when descriptors are free again, everybody is answered."""
    with gateway_with(server, head_seconds="3600") as running:
        assert httpx.get(f"{running.address}/readyz", timeout=20).status_code == 200
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (60, 60))
        with contextlib.ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(dial(running))
            wait_for(lambda: "no_connection_accepted" in running.text, 20)
            time.sleep(2.5)  # asyncio tries again each second
        wait_for(lambda: httpx.get(f"{running.address}/livez", timeout=20).status_code == 200, 20)
        assert running.text.count("no_connection_accepted") == 1
        assert "Traceback" not in running.text


def test_more_files_are_asked_for_than_the_shell_gives(server: Server, ledger: Ledger) -> None:
    """The soft limit of open files is raised to what the setting needs; where the hard one forbids it, a line says so."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
    try:
        with gateway_with(server, connections="500") as running:
            assert resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE)[0] == 700
            assert "few_file_descriptors" not in running.text
        needed = before[1] if before[1] != resource.RLIM_INFINITY else 10**7
        with gateway_with(server, connections=str(needed + 1)) as running:
            assert ("few_file_descriptors" in running.text) == (before[1] != resource.RLIM_INFINITY)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_a_body_that_drips_is_cut(server: Server, ledger: Ledger, kind: str) -> None:
    """A byte now and then is no progress: 408, and the connection is closed."""
    with gateway_with(server, body_window_seconds="1", body_bytes_per_second="100") as running, dial(running) as dripping:
        dripping.sendall(posted(kind, 10_000))
        stop = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not stop.wait(0.2):
                    dripping.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            answer = heard(dripping)
        finally:
            stop.set()
            thread.join()
        assert answer.startswith(b"HTTP/1.1 408")
        assert "gateway.body_bytes_per_second" in str(problem(answer)["detail"])


def test_of_a_bulk_that_was_cut_the_lines_before_stay(server: Server, ledger: Ledger) -> None:
    """The answer says up to which line they were taken; the half line after them was not."""
    with gateway_with(server, silence_seconds="1") as running, dial(running) as stopping:
        lines = b"".join(json.dumps({"id": f"a{number}", "text": TEXT}).encode() + b"\n" for number in range(450))
        stopping.sendall(posted("application/x-ndjson", 10**6) + lines + b'{"id": "half", "te')
        answer = heard(stopping)
        assert answer.startswith(b"HTTP/1.1 408")
        told = problem(answer)
        assert (told["lines"], told["counts"]) == (450, {"accepted": 450})
        assert ledger.status().accepted == 450
        assert ledger.jobs.state("half") is None


def test_a_slow_but_steady_sender_is_served(server: Server, ledger: Ledger) -> None:
    """One kilobyte a second is enough, for longer than many windows last."""
    with gateway_with(server, body_window_seconds="0.5", body_bytes_per_second="100") as running:
        article = json.dumps({"id": "slow", "text": TEXT * 100}).encode()
        for kind, body in (("application/json", article), ("application/x-ndjson", article + b"\n")):
            with dial(running) as slow:
                slow.sendall(posted(kind, len(body)))
                for at in range(0, len(body), 256):
                    time.sleep(0.25)
                    slow.sendall(body[at : at + 256])
                assert slow.recv(4_096).split(b"\r\n")[0].split()[1] in {b"202", b"207"}
