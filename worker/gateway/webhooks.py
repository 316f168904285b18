"""Webhooks: every result is POSTed to the addresses of the settings, signed, and again with backoff until it is taken.

The body is an entry as in `/v1/results`. `Wiredesk-Signature: v1=<hex>` is HMAC-SHA256 of `Wiredesk-Timestamp`, a full stop and the
body, under the setting's secret. Only hosts of the allow-list are called, never a private address unless allowed, and redirects
are not followed. Each address is a consumer group: what a dead gateway had in hand is sent by another. What is refused for
`give_up_hours` is dead-lettered.
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
from threading import Event, Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import orjson
import redis

from worker.consumer import Delivery, results
from worker.errors import ConfigurationError, ServerUnavailableError
from worker.logs import get_logger

if TYPE_CHECKING:
    from worker.ledger import Ledger
    from worker.settings import WebhookSettings

log = get_logger(__name__)

_FIRST_PAUSE: Final = 1.0
_LOOK_SECONDS: Final = 0.5
_PORTS: Final = {"http": 80, "https": 443}


class RefusedError(Exception):
    """The receiver did not take it; the message says why."""


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
        self._ledger = ledger
        self._settings = ledger.settings.webhooks
        self._stopping = Event()
        self._threads = [Thread(target=self._send_all, args=(url,), name="webhook", daemon=True) for url in self._settings.urls]

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

    def _send_all(self, url: str) -> None:
        group = f"webhook-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
        consumer = f"{socket.gethostname()}-{os.getpid()}"
        while not self._stopping.is_set():
            try:
                for delivery in results(group=group, consumer=consumer, after="$", ledger=self._ledger, follow=False):
                    self._send_until_taken(url, delivery)
                    if self._stopping.is_set():
                        return
            except (ServerUnavailableError, redis.RedisError) as error:
                log.warning("webhook_waits", error=str(error))
            self._stopping.wait(_LOOK_SECONDS)

    def _send_until_taken(self, url: str, delivery: Delivery) -> None:
        """Send one entry until it is taken, given up, or the gateway stops."""
        body = orjson.dumps(delivery.to_json())
        pause, began = _FIRST_PAUSE, time.monotonic()
        while not self._stopping.is_set():
            try:
                post(url, body, delivery.entry, self._settings)
                delivery.acknowledge()
                return
            except RefusedError as error:
                log.warning("webhook_refused", host=urlsplit(url).hostname, entry=delivery.entry, error=str(error), pause=pause)
                if time.monotonic() - began > self._settings.give_up_hours * 3_600:
                    self._ledger.dead.bury("webhook", "webhook_refused", f"{urlsplit(url).hostname}: {error}", delivery.id.encode())
                    delivery.acknowledge()
                    return
            self._stopping.wait(pause)
            pause = min(2 * pause, self._settings.retry_max_seconds)


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
        raise RefusedError(f"answered {status}")


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
