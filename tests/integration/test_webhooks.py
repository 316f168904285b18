"""Webhooks reach their receiver signed, again after refusals, and never an address that is not allowed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from tests.servers import Server, changed_settings, open_ledger, wait_for
from worker.errors import ConfigurationError
from worker.gateway import webhooks as sending_module
from worker.gateway.webhooks import RefusedError, Webhooks, check, post, signature
from worker.ledger import Ledger
from worker.ledger.jobs import Attempt
from worker.producer import submit

SECRET = "a secret of the desk"


class Receiver(BaseHTTPRequestHandler):
    """Refuses the first requests as told, then takes them."""

    taken: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    refusals: ClassVar[list[int]] = []
    #: Status by article's id, for as long as it stands here.
    unwanted: ClassVar[dict[str, int]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.refusals.pop(0) if self.refusals else self.unwanted.get(json.loads(body)["id"], 204)
        if status == 204:
            self.taken.append((dict(self.headers), body))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.taken.clear()
    Receiver.refusals.clear()
    Receiver.unwanted.clear()
    listening = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/hook?desk=1"
    listening.shutdown()
    listening.server_close()


def finish(ledger: Ledger, article_id: str) -> None:
    submit([{"id": article_id, "text": "Rain fell."}], ledger=ledger)
    attempt = ledger.jobs.start(article_id, owner="test", process=1, lease_seconds=60)
    assert isinstance(attempt, Attempt)
    ledger.jobs.commit(attempt, {"article": {"id": article_id}, "failures": [], "provenance": {"milliseconds": {}}})


@contextmanager
def sending(url: str, ledger: Ledger, receiver: str, **more: object) -> Iterator[None]:
    """Webhooks at work for the time of the block, with a group of their own from the stream's beginning."""
    webhooks = {"urls": (receiver,), "hosts": ("127.0.0.1",), "secret": SECRET, "allow_private": True, "retry_max_seconds": 0.1} | more
    with open_ledger(url, webhooks=webhooks) as own:
        hooks = Webhooks(own)
        hooks.start()
        try:
            wait_for(lambda: bool(ledger.client.exists("wiredesk:results")), 10)
            yield
        finally:
            hooks.stop()


def test_results_arrive_signed_and_in_order(server: Server, ledger: Ledger, receiver: str) -> None:
    """Refusals and redirects are tried again; nothing is left unacknowledged."""
    Receiver.refusals.extend([500, 302])
    with sending(server.url, ledger, receiver):
        for name in ("a", "b", "c"):
            finish(ledger, name)
        wait_for(lambda: len(Receiver.taken) == 3, 30)
        [group] = ledger.client.xinfo_groups("wiredesk:results")
        wait_for(lambda: ledger.client.xpending("wiredesk:results", group["name"])["pending"] == 0, 10)
    assert [json.loads(body)["id"] for _, body in Receiver.taken] == ["a", "b", "c"]
    for headers, body in Receiver.taken:
        assert headers["Wiredesk-Signature"] == signature(SECRET, headers["Wiredesk-Timestamp"], body)


def test_what_is_refused_for_long_is_a_dead_letter(server: Server, ledger: Ledger, receiver: str) -> None:
    """The entry is set aside by its article's id, and the next is sent."""
    Receiver.refusals.extend([500] * 2)
    with sending(server.url, ledger, receiver, give_up_hours=0.0001):
        for name in ("a", "b"):
            finish(ledger, name)
        wait_for(lambda: len(Receiver.taken) == 1, 30)
    [letter] = ledger.dead.list()
    assert (letter.source, letter.body) == ("webhook", b"a")
    assert json.loads(Receiver.taken[0][1])["id"] == "b"


@pytest.mark.parametrize("status", [422, 500])
def test_one_refused_article_holds_up_no_other(
    server: Server, ledger: Ledger, receiver: str, monkeypatch: pytest.MonkeyPatch, status: int,
) -> None:
    """Others are sent; its own later entries wait for it, in order; what is taken down meanwhile is sent only as taken down."""
    monkeypatch.setattr(sending_module, "_FIRST_PAUSE", 0.05)
    Receiver.unwanted |= {"bad": status, "worse": status}
    with sending(server.url, ledger, receiver):
        for name in ("bad", "worse", "a", "b"):
            finish(ledger, name)
        wait_for(lambda: len(Receiver.taken) == 2, 30)
        for name in ("bad", "worse"):
            assert ledger.jobs.delete(name)
        finish(ledger, "c")
        wait_for(lambda: len(Receiver.taken) == 3, 30)
        Receiver.unwanted.pop("worse")
        wait_for(lambda: len(Receiver.taken) == 4, 30)
        Receiver.unwanted.clear()
        wait_for(lambda: len(Receiver.taken) == 5, 30)
        [group] = ledger.client.xinfo_groups("wiredesk:results")
        wait_for(lambda: ledger.client.xpending("wiredesk:results", group["name"])["pending"] == 0, 10)
    told = [json.loads(body) for _, body in Receiver.taken]
    assert [(entry["id"], entry["status"]) for entry in told] == [
        ("a", "done"), ("b", "done"), ("c", "done"), ("worse", "deleted"), ("bad", "deleted")]


def test_what_a_living_gateway_has_set_aside_stays_its_own(
    server: Server, ledger: Ledger, receiver: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It tells the server in time, so that no other takes it over and sends it as well."""
    monkeypatch.setattr(sending_module, "_KEEP_SECONDS", 0.1)
    Receiver.unwanted["bad"] = 422
    webhooks = {"urls": (receiver,), "hosts": ("127.0.0.1",), "secret": SECRET, "allow_private": True}
    with open_ledger(server.url, webhooks=webhooks) as sending:
        hooks = Webhooks(sending)
        hooks.start()
        try:
            wait_for(lambda: bool(ledger.client.exists("wiredesk:results")), 10)
            finish(ledger, "bad")
            finish(ledger, "a")
            wait_for(lambda: len(Receiver.taken) == 1, 30)
            [group] = ledger.client.xinfo_groups("wiredesk:results")
            time.sleep(1.5)
            [pending] = ledger.client.xpending_range("wiredesk:results", group["name"], "-", "+", 10)
            assert pending["time_since_delivered"] < 1_000
        finally:
            hooks.stop()


@pytest.mark.parametrize(("changes", "word"), [
    ({"urls": ("ftp://example.org/",)}, "no http"), ({"urls": ("https://user:pass@example.org/",)}, "without a password"),
    ({"urls": ("http://example.org/",), "hosts": ("example.org",)}, "not encrypted"), ({"urls": ("https://example.org/",)}, "allow-list"),
    ({"urls": ("https://example.org/",), "hosts": ("example.org",), "secret": "short"}, "16 characters"),
])
def test_wrong_settings_are_named(changes: dict[str, object], word: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigurationError, match=word):
        check(changed_settings(webhooks={"secret": SECRET, **changes}).webhooks)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://localhost/"])
def test_private_addresses_are_not_called(url: str) -> None:
    """Also not by a name that leads there."""
    with pytest.raises(RefusedError, match="private address"):
        post(url, b"{}", "1-1", changed_settings(webhooks={"secret": SECRET}).webhooks)
