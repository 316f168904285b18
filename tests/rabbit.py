"""Real RabbitMQ nodes of a test's own: on free loopback ports, with their own names, cookie, folder and port mapper; gone with the test."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.servers import wait_for
from worker import processes

#: Debian's wrapper in /usr/sbin would become another user and use the system's folders.
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def missing() -> str:
    """Why no node can be started here; empty if one can."""
    if not _PROGRAM.exists() or not shutil.which("epmd"):
        return "rabbitmq-server is not installed: RabbitMQ as the broker is not tried"
    return ""


class Mapper:
    """What tells nodes of one another; in the foreground, for Erlang would leave one behind for good."""

    def __init__(self) -> None:
        self.port = processes.free_port()
        self._process = processes.start(["epmd", "-port", str(self.port), "-address", "127.0.0.1"], death_signal=signal.SIGKILL)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(10)


class Rabbit:
    """One node, alone or of a cluster: then all nodes are given their ports and one mapper; with certificates it has a port for TLS too."""

    def __init__(
        self, port: int = 0, *, ports: Sequence[int] = (), mapper: Mapper | None = None, certificates: Path | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wdmq"))
        self.port, distribution = port or processes.free_port(), processes.free_port()
        self._own_mapper = Mapper() if mapper is None else None
        mapper = mapper or self._own_mapper
        assert mapper is not None
        cluster = "".join(
            f"cluster_formation.classic_config.nodes.{number} = wd{other}@localhost\n" for number, other in enumerate(ports, 1))
        (self.folder / ".erlang.cookie").write_text("WIREDESKTEST")
        (self.folder / ".erlang.cookie").chmod(0o400)
        (self.folder / "plugins").write_text("[].")
        (self.folder / "node.conf").write_text(
            f"listeners.tcp.default = 127.0.0.1:{self.port}\ndisk_free_limit.absolute = 1MB\nlog.file.level = warning\n"
            + (f"cluster_formation.peer_discovery_backend = classic_config\n{cluster}" if cluster else ""))
        if certificates:
            self.encrypted_port = processes.free_port()
            with (self.folder / "node.conf").open("a") as configuration:
                configuration.write(
                    f"listeners.ssl.default = 127.0.0.1:{self.encrypted_port}\nssl_options.cacertfile = {certificates / 'ca.crt'}\n"
                    f"ssl_options.certfile = {certificates / 'server.crt'}\nssl_options.keyfile = {certificates / 'server.key'}\n")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ")},
            "HOME": str(self.folder), "RABBITMQ_NODENAME": f"wd{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "node.conf"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"), "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"), "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
            "ERL_EPMD_PORT": str(mapper.port), "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start, and wait until it takes connections; the first of a cluster waits for no other."""
        # It ends with the test's process, however that ends.
        self.process = processes.start([str(_PROGRAM)], log=self.folder / "out", environment=self._environment)
        wait_for(self._answers, 90, pause=0.1)

    def control(self, *arguments: str) -> None:
        """Call rabbitmqctl."""
        command = [str(_PROGRAM.with_name("rabbitmqctl")), "-q", *arguments]
        subprocess.run(command, env=self._environment, check=True, capture_output=True, timeout=60)

    def kill(self) -> None:
        """End it as a power failure does."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        wait_for(lambda: not self._listens(), 30)

    def freeze(self, number: signal.Signals) -> None:
        """Stop (SIGSTOP) or continue (SIGCONT) it."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def close(self) -> None:
        """End it and its port mapper, and remove its folder."""
        self.kill()
        if self._own_mapper is not None:
            self._own_mapper.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "out").read_text()
        return self._listens()

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
            probe.sendall(b"AMQP\x00\x00\x09\x01")
            probe.settimeout(2)
            return bool(probe.recv(1))
        return False
