"""All of Wiredesk on one machine: server, workers, gateway and Flower as children, watched and stopped in order.

Each part is the very program that runs alone on other machines (`wiredesk worker`, `wiredesk gateway`); here they share a parent.
"""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from worker import embedded, processes
from worker.errors import ConfigurationError, WiredeskError
from worker.settings import Settings

#: A part that ends by itself this often within a minute is not started again.
MAX_RESTARTS = 5
#: The arguments are the article's id and title: what a person looks for.
_FLOWER_COLUMNS = "name,args,state,received,runtime,worker,uuid"
_MINUTE = 60.0
#: The exit status of whoever is configured wrongly: starting it again would change nothing.
_REFUSED = 2
_LAST_LINES = 50
_WATCH_SECONDS = 0.5
#: Beyond the worker's own bound for stopping.
_STOP_MARGIN = 5.0


@dataclass
class Part:
    """One child: what it is, how it is started, and where its output goes."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    stop_seconds: float
    address: str = ""
    process: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)

    @property
    def pid(self) -> int | None:
        """The child's process id, once it has been started."""
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start the child."""
        self.process = processes.start(self.command, log=self.log, environment=self.environment)

    def stop(self) -> None:
        """Ask it to stop, and see that it does."""
        if self.process is not None:
            processes.stop(self.process, seconds=self.stop_seconds)


@dataclass
class Machine:
    """The running parts; made by `machine`."""

    server: embedded.Server
    parts: list[Part]
    tell: Callable[[str], None]

    def watch(self) -> None:
        """Keep the embedded server and all parts running until a signal ends the wait.

        Raises:
            ConfigurationError: a part refuses to start as it is configured.
            WiredeskError: the server or a part ends again and again; its log is named.
        """
        watched: list[Part | embedded.Server] = [self.server, *self.parts]
        while True:
            time.sleep(_WATCH_SECONDS)
            for part in watched:
                if part.process is not None and part.process.poll() is not None:
                    self._revive(part, part.process.returncode)

    def _revive(self, part: Part | embedded.Server, status: int) -> None:
        if status == _REFUSED and isinstance(part, Part):
            raise ConfigurationError(_reason(part.log) or f"{part.name} refuses to start; {part.log} says why")
        now = time.monotonic()
        part.restarts = [*(then for then in part.restarts if now - then < _MINUTE), now]
        if len(part.restarts) > MAX_RESTARTS:
            raise WiredeskError(f"{part.name} ended {MAX_RESTARTS} times within a minute (last with status {status}); {part.log} says why")
        self.tell(f"{part.name} ended with status {status} and is started again; {part.log} may say why")
        part.start()


def _reason(log: Path) -> str | None:
    """Give what a part said last, as it refused: a worker in its log's terms, other commands in a sentence of their own."""
    for line in reversed(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]):
        if line.startswith("wiredesk: "):
            return line.removeprefix("wiredesk: ")
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict) and event.get("event") == "worker_refused":
                return str(event["reason"])
    return None


@contextmanager
def machine(
    settings: Settings, *, workers: int, gateway_port: int | None, flower_port: int | None, tell: Callable[[str], None],
) -> Iterator[Machine]:
    """Run the server and the parts for the time of the `with` block; None as a port leaves that part out.

    Raises:
        ConfigurationError: a port is taken, or an address other systems can reach has no password.
    """
    with _signals_as_interrupts(), embedded.server(settings) as server:
        environment = {"WIREDESK_REDIS_URL": server.url, "WIREDESK_HOME": str(settings.home.absolute())}
        parts = [_worker(settings, environment, workers, events=flower_port is not None)]
        if gateway_port is not None:
            parts.append(_gateway(settings, environment, gateway_port))
        if flower_port is not None:
            parts.append(_flower(settings, environment, flower_port))
        try:
            for part in parts:
                part.start()
            yield Machine(server, parts, tell)
        finally:
            # What lets articles in stops first, what reads them last.
            for part in reversed(parts):
                part.stop()


def _worker(settings: Settings, environment: dict[str, str], workers: int, *, events: bool) -> Part:
    command = processes.own_command("worker", "--concurrency", str(workers), *(["--events"] if events else []))
    return Part("worker", command, settings.home.absolute() / "worker.log", environment, settings.worker.stop_seconds + _STOP_MARGIN)


def _gateway(settings: Settings, environment: dict[str, str], port: int) -> Part:
    _require_free("gateway", "127.0.0.1", port)
    command = processes.own_command("gateway", "--port", str(port))
    return Part("gateway", command, settings.home.absolute() / "gateway.log", environment, 10.0, f"http://127.0.0.1:{port}/")


def _flower(settings: Settings, environment: dict[str, str], port: int) -> Part:
    address, home = settings.flower.address, settings.home.absolute()
    command, secret = flower_command(settings, port)
    return Part("flower", command, home / "flower.log", environment | secret, 5.0, f"http://{address}:{port}/")


def flower_command(settings: Settings, port: int) -> tuple[list[str], dict[str, str]]:
    """Give Flower's command line and the environment it needs besides: the password travels there, not in a command line.

    Flower keeps its tasks over a restart, in `home`.

    Raises:
        ConfigurationError: others could reach it without a password, or its port is taken.
    """
    address, home = settings.flower.address, settings.home.absolute()
    if not is_loopback(address) and not (settings.flower.user and settings.flower.password):
        raise ConfigurationError(f"flower.address: others could reach Flower on {address}; set flower.user and flower.password")
    _require_free("flower", address, port)
    options = [f"--address={address}", f"--port={port}", "--persistent=True", f"--db={home / 'flower.db'}", "--state_save_interval=60000",
               "--max_tasks=20000", "--purge_offline_workers=300", "--enable_events=True", f"--tasks_columns={_FLOWER_COLUMNS}"]
    if settings.flower.read_only:
        options.append("--read_only=True")
    secret = {"FLOWER_COOKIE_SECRET": secrets.token_urlsafe(32)}
    if settings.flower.user and settings.flower.password:
        secret["FLOWER_BASIC_AUTH"] = f"{settings.flower.user}:{settings.flower.password}"
    return [sys.executable, "-m", "celery", "-A", "worker.app", "flower", *options], secret


def is_loopback(address: str) -> bool:
    """Tell whether only this machine can reach the address."""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _require_free(name: str, address: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise ConfigurationError(f"{name}: port {port} on {address} cannot be used ({reason}); choose another") from None


@contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that nothing is left running."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    # SIGINT too: a shell starts background programs with it ignored.
    kept = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
