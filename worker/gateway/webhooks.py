"""Webhooks: every result is POSTed to the addresses of the settings, signed, and again with backoff until it is taken.

The body is an entry as in `/v1/results`. `Wiredesk-Signature: v1=<hex>` is HMAC-SHA256 of `Wiredesk-Timestamp`, a full stop and the
body, under the setting's secret. Only hosts of the allow-list are called, never a private address unless allowed, and redirects
are not followed. Each address is a consumer group: what a dead gateway had in hand is sent by another.

Results are sent in order. An article's entry that the receiver does not want (4xx), or that it has failed to take (5xx) several
times, is set aside and tried with pauses of its own; only later entries of the same article wait for it. A receiver that does not
answer holds up everything. What is refused for `give_up_hours` is dead-lettered.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import os
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass, replace
from itertools import count
from threading import Event, Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import orjson
import redis

from worker.consumer import Delivery, again, keep, results
from worker.errors import ConfigurationError, ServerUnavailableError
from worker.logs import get_logger

if TYPE_CHECKING:
    from worker.ledger import Ledger
    from worker.settings import WebhookSettings

log = get_logger(__name__)

_FIRST_PAUSE: Final = 1.0
_LOOK_SECONDS: Final = 0.5
_STEP_SECONDS: Final = 0.05
#: Often enough that other gateways take nothing over (`consumer.TAKE_OVER_MS`).
_KEEP_SECONDS: Final = 15.0
#: Answers of the class 5xx or 3xx after which an entry holds up others no longer.
_FAILURES: Final = 5
#: Articles set aside beyond which the address waits.
_MOST_WAITING: Final = 1_000
_LATER: Final = frozenset({408, 425, 429})
_PORTS: Final = {"http": 80, "https": 443}


class RefusedError(Exception):
    """The receiver did not take it; the message says why, `status` what it answered, 0 if it did not."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status

    @property
    def unwanted(self) -> bool:
        """Whether it is this very body that the receiver does not want; "slower" and "too late" say nothing of it."""
        return 400 <= self.status < 500 and self.status not in _LATER  # noqa: PLR2004 - HTTP's classes


def check(settings: WebhookSettings) -> None:
    """Check the addresses before anything is sent.

    Raises:
        ConfigurationError: an address cannot be used, its host is not allowed, or there is no secret.
    """
    for url in settings.urls:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username:
            raise ConfigurationError(f"webhooks.urls: {url!r} is no http:// or https:// address without a password")
        if parts.scheme == "http" and not settings.allow_private:
            raise ConfigurationError(f"webhooks.urls: {url!r} is not encrypted; use https://, or set webhooks.allow_private")
        if parts.hostname not in settings.hosts:
            raise ConfigurationError(f"webhooks.urls: {parts.hostname!r} is not on the allow-list; add it to webhooks.hosts")
    if settings.urls and len(settings.secret) < 16:  # noqa: PLR2004 - said in the message
        raise ConfigurationError("webhooks.secret: set WIREDESK_WEBHOOKS__SECRET to at least 16 characters, for the signatures")


class Webhooks:
    """Sends to all addresses, each in a thread of its own, from `start` to `stop`."""

    def __init__(self, ledger: Ledger) -> None:
        self._settings = ledger.settings.webhooks
        self._stopping = Event()
        self._threads = [Thread(target=_Address(url, ledger, self._stopping).run, name="webhook", daemon=True)
                         for url in self._settings.urls]

    def start(self) -> None:
        """Begin sending."""
        check(self._settings)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; what is in hand is sent by whoever comes next."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5)


@dataclass
class _Waiting:
    """The entries of one article that are still to be sent, and how the first of them fares."""

    entries: deque[Delivery]
    began: float
    due: float = 0.0
    pause: float = _FIRST_PAUSE
    tries: int = 0
    taken: bool = False
    #: Nothing else is sent before it.
    holds: bool = True


class _Address:
    """Sends to one address; runs in a thread of its own."""

    def __init__(self, url: str, ledger: Ledger, stopping: Event) -> None:
        self._url = url
        self._host = urlsplit(url).hostname
        self._ledger = ledger
        self._settings = ledger.settings.webhooks
        self._stopping = stopping
        self._group = f"webhook-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
        self._consumer = ""
        self._kept_at = 0.0
        self._waiting: dict[str, _Waiting] = {}

    def run(self) -> None:
        """Send until the gateway stops."""
        for attempt in count():
            # What a broken reading was given and has not handed out belongs to its name: whoever is next takes it over.
            self._consumer = f"{socket.gethostname()}-{os.getpid()}-{attempt}"
            try:
                self._read()
            except (ServerUnavailableError, redis.RedisError) as error:
                log.warning("webhook_waits", error=str(error))
            if self._stopping.wait(_LOOK_SECONDS):
                return

    def _read(self) -> None:
        while not self._stopping.is_set():
            for delivery in results(group=self._group, consumer=self._consumer, after="$", ledger=self._ledger, follow=False):
                self._take(delivery)
                while not self._stopping.is_set() and self._held_up():
                    self._stopping.wait(_STEP_SECONDS)
                    self._send_due()
                if self._stopping.is_set():
                    return
            self._send_due()
            self._stopping.wait(_LOOK_SECONDS)

    def _take(self, delivery: Delivery) -> None:
        waiting = self._waiting.get(delivery.id)
        if waiting is None:
            self._waiting[delivery.id] = _Waiting(deque([delivery]), time.monotonic())
        elif all(known.entry != delivery.entry for known in waiting.entries):
            waiting.entries.append(replace(delivery, result=None))
        self._send_due()

    def _held_up(self) -> bool:
        return len(self._waiting) >= _MOST_WAITING or any(waiting.holds for waiting in self._waiting.values())

    def _send_due(self) -> None:
        """Try what is due, and keep the rest from being taken over."""
        if time.monotonic() - self._kept_at > _KEEP_SECONDS:
            self._kept_at = time.monotonic()
            keep(self._ledger, self._group, self._consumer, (entry for waiting in self._waiting.values() for entry in waiting.entries))
        for article_id, waiting in list(self._waiting.items()):
            while waiting.entries and waiting.due <= time.monotonic() and not self._stopping.is_set():
                self._try(waiting)
            if not waiting.entries:
                del self._waiting[article_id]

    def _try(self, waiting: _Waiting) -> None:
        """Send an article's first waiting entry, unless it was taken and only its acknowledgement failed."""
        first = waiting.entries[0]
        if not waiting.taken and (delivery := first if first.result is not None else again(first)):
            try:
                post(self._url, orjson.dumps(delivery.to_json()), delivery.entry, self._settings)
            except RefusedError as error:
                if time.monotonic() - waiting.began <= self._settings.give_up_hours * 3_600:
                    self._set_back(waiting, error)
                    return
                self._ledger.dead.bury("webhook", "webhook_refused", f"{self._host}: {error}", first.id.encode())
        waiting.taken = True
        first.acknowledge()
        waiting.entries.popleft()
        waiting.began, waiting.due, waiting.pause, waiting.tries, waiting.taken = time.monotonic(), 0.0, _FIRST_PAUSE, 0, False

    def _set_back(self, waiting: _Waiting, error: RefusedError) -> None:
        first = waiting.entries[0]
        log.warning("webhook_refused", host=self._host, entry=first.entry, error=str(error), pause=waiting.pause)
        waiting.tries += 1
        waiting.holds = not (error.unwanted or (error.status and waiting.tries >= _FAILURES))
        waiting.due = time.monotonic() + waiting.pause
        waiting.pause = min(2 * waiting.pause, self._settings.retry_max_seconds)
        # It is read again when it is due: by then its article may have been taken down.
        waiting.entries[0] = replace(first, result=None)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body; receivers compare it with `Wiredesk-Signature`, and refuse old timestamps."""
    return "v1=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, entry: str, settings: WebhookSettings) -> None:
    """Send one body.

    Raises:
        RefusedError: it was not answered with 2xx, or the address must not be called.
    """
    parts = urlsplit(url)
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json", "User-Agent": "wiredesk", "Wiredesk-Entry": entry, "Wiredesk-Timestamp": timestamp,
        "Wiredesk-Signature": signature(settings.secret, timestamp, body),
    }
    connection = _connection(parts, settings)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise RefusedError(f"{type(error).__name__}: {error}") from None
    finally:
        connection.close()
    if not 200 <= status < 300:  # noqa: PLR2004 - success in HTTP
        raise RefusedError(f"answered {status}", status)


def _connection(parts: SplitResult, settings: WebhookSettings) -> http.client.HTTPConnection:
    """Connect to an address that was looked at: a name that resolves anew could lead elsewhere."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not settings.allow_private and (private := [one for one in addresses if not ipaddress.ip_address(one).is_global]):
            raise RefusedError(f"{host} leads to the private address {private[0]}; webhooks.allow_private allows it")
        pinned: socket.socket = socket.create_connection((addresses[0], port), settings.timeout_seconds)
    except OSError as error:
        raise RefusedError(f"cannot connect: {error}") from None
    if parts.scheme == "https":
        try:
            pinned = ssl.create_default_context().wrap_socket(pinned, server_hostname=host)
        except (OSError, ssl.SSLError) as error:
            pinned.close()
            raise RefusedError(f"no trusted connection: {error}") from None
    connection = http.client.HTTPConnection(host, port, timeout=settings.timeout_seconds)
    connection.sock = pinned
    return connection
