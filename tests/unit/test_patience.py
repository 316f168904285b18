"""Retries within retries: as often as ever where failures are quick, ended together where a server says nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff

from worker.ledger import patience, server
from worker.ledger.patience import BoundedRetry


@pytest.fixture
def silent() -> Iterator[tuple[int, list[socket.socket]]]:
    """A port that accepts every connection and never answers, with what it accepted."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def accept() -> None:
            while True:
                try:
                    accepted.append(listening.accept()[0])
                except OSError:
                    return
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1], accepted
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in accepted:
        connection.close()


@pytest.mark.parametrize("single", [False, True])
def test_a_silent_server_is_tried_once_more(
    silent: tuple[int, list[socket.socket]], monkeypatch: pytest.MonkeyPatch, single: bool,
) -> None:
    """The time is up after the first try: one more, not four times four."""
    port, accepted = silent
    monkeypatch.setattr(patience, "PATIENCE", 0)
    monkeypatch.setattr(server, "_SOCKET_TIMEOUT", 0.1)
    with pytest.raises(redis.TimeoutError):
        server.open_client(f"redis://127.0.0.1:{port}/0", single=single).ping()
    assert len(accepted) == 2


def _count(seconds: float, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    monkeypatch.setattr(patience, "PATIENCE", seconds)
    retry, tries, failures = BoundedRetry(NoBackoff(), 3), [0], [0]

    def fail(_: Exception) -> None:
        failures[0] += 1

    def once() -> None:
        tries[0] += 1
        raise redis.ConnectionError("refused")

    with pytest.raises(redis.ConnectionError):
        retry.call_with_retry(lambda: retry.call_with_retry(once, fail), fail)
    return tries[0], failures[0]


def test_quick_failures_are_tried_as_often_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times four, each failure told to whoever closes the connection; and the next command has its time anew."""
    assert _count(60, monkeypatch) == (16, 20)
    assert _count(60, monkeypatch) == (16, 20)


def test_when_the_time_is_up_only_the_command_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice, and every failure is told."""
    assert _count(0, monkeypatch) == (2, 4)


def test_what_is_not_to_be_retried_is_not() -> None:
    """Another kind of error comes through at once."""
    retry, tries = BoundedRetry(NoBackoff(), 3), []

    def once() -> None:
        tries.append(1)
        raise redis.ConnectionError

    with pytest.raises(redis.ConnectionError):
        retry.call_with_retry(once, lambda _: None, lambda _: False)
    assert len(tries) == 1
