"""TLS to RabbitMQ: takes the files of certificates out of `broker.url`, and checks that a certificate is of the node that is reached.

Not how hints are carried: that is `relay.py` and `rabbit.py`. kombu itself hands `?ssl_…` to the AMQP library under names that it does not
know, checks no host's name, and in a cluster would go on checking the first node's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import kombu.transport
from kombu.transport import pyamqp

from worker.errors import ConfigurationError

#: What may follow `?` in the URL, as in a rediss:// URL, with the AMQP library's own name.
OPTIONS: Final = {"ssl_ca_certs": "ca_certs", "ssl_certfile": "certfile", "ssl_keyfile": "keyfile"}


class Transport(pyamqp.SSLTransport):
    """kombu's, with the name of the host checked."""

    def establish_connection(self) -> Any:  # noqa: ANN401 - kombu's connection
        """Connect to the node whose turn it is."""
        client: Any = self.client
        files, host = client.ssl if isinstance(client.ssl, dict) else {}, client.hostname
        client.ssl = {**files, "server_hostname": host}
        try:
            return super().establish_connection()  # type: ignore[no-untyped-call]  # kombu is untyped
        finally:
            # kombu makes 127.0.0.1 of localhost, and the next connection would look for a certificate of that.
            client.hostname = host


def install() -> None:
    """Make `amqps://` use this transport in this process, unless it uses a worker's already."""
    aliases = kombu.transport.TRANSPORT_ALIASES
    if not aliases["amqps"].startswith("worker."):
        aliases["amqps"] = f"{__name__}:Transport"


def split(url: str) -> tuple[str, dict[str, str]]:
    """Give the nodes' URLs without what follows `?`, and the files of certificates by the AMQP library's names; these hold for all nodes.

    Raises:
        ConfigurationError: plain and encrypted nodes are mixed, an option is unknown, or a file is not there.
    """
    nodes, files = [], {}
    for node in url.split(";"):
        plain, _, query = node.partition("?")
        nodes.append(plain)
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in OPTIONS:
                raise ConfigurationError(f"broker.url: there is no option {name!r}; known are {', '.join(OPTIONS)}")
            if not Path(value).is_file():
                raise ConfigurationError(f"broker.url: {name}: there is no file {value!r}")
            files[OPTIONS[name]] = value
    encrypted = {node.startswith("amqps://") for node in nodes}
    if len(encrypted) > 1:
        raise ConfigurationError("broker.url: some nodes are amqp:// and some amqps://; write all of them the same way")
    if files and encrypted != {True}:
        raise ConfigurationError("broker.url: certificates are given, but the connection is not encrypted; write amqps://")
    return ";".join(nodes), files
