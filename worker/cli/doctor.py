"""`wiredesk doctor`: checks what delivery and reading rest on, and says what to do."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import redis
import typer

from worker import __version__
from worker.cli import console
from worker.errors import ConfigurationError, ServerUnavailableError, WiredeskError
from worker.ledger import Ledger, connect
from worker.ledger.server import check_celery, check_server, masked
from worker.relay import Relay
from worker.settings import Settings, load_settings, server_url

#: (level, subject, sentence); level is ok, warning or error.
Finding = tuple[str, str, str]

#: Longest wait for a server that takes the connection and says nothing.
_ANSWER_SECONDS = 5.0
_LITTLE_DISK = 2 << 30
_LITTLE_MEMORY = 1 << 30
_STYLES = {"ok": "green", "warning": "yellow", "error": "red"}


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(doctor)


def doctor(as_json: bool = typer.Option(False, "--json", help="Print JSON instead of a table.")) -> None:
    """Check server settings, versions, model, disk and memory; say what to do."""
    settings = load_settings()
    asked = _asked(settings)
    found = [*_versions(), *_server(settings, asked), *_broker(settings, asked), *_model(settings), *_lexicons(settings),
             *_machine(settings)]
    if as_json:
        console.print_json([dict(zip(("level", "subject", "finding"), finding, strict=True)) for finding in found])
    else:
        from rich.text import Text

        rows = [(Text(level, style=_STYLES[level]), subject, sentence) for level, subject, sentence in found]
        console.OUT.print(console.table(f"Wiredesk {__version__}", ("", "", ""), rows))
    if any(level == "error" for level, _, _ in found):
        raise typer.Exit(1)


def _versions() -> Iterator[Finding]:
    yield "ok", "Python", f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"
    wrong = [finding.message for finding in check_celery()]
    if not wrong:
        import celery
        import kombu

        yield "ok", "Celery", f"{celery.__version__} with kombu {kombu.__version__}"
    yield from (("error", "Celery", message) for message in wrong)


class _Asking(threading.Thread):
    """Asks one server, beside the others, once; nobody need wait for a server that never answers."""

    def __init__(self, settings: Settings, url: str) -> None:
        super().__init__(name="doctor", daemon=True)
        self.url = url
        self._settings = settings
        #: The ledger once it has answered, or why it cannot be used.
        self.answer: Ledger | Exception | None = None

    def run(self) -> None:
        """Ask."""
        try:
            ledger = connect(self._settings, self.url, name="wiredesk-doctor")
            ledger.ping()
        except (WiredeskError, redis.RedisError) as error:
            self.answer = error
        else:
            self.answer = ledger


def _asked(settings: Settings) -> list[_Asking]:
    """Ask all servers that the settings mean; those that have not answered in time are left alone."""
    urls = [""] if settings.redis_url or not settings.shards else settings.shards
    asking = [_Asking(settings, url) for url in urls]
    for one in asking:
        one.start()
    deadline = time.monotonic() + _ANSWER_SECONDS
    for one in asking:
        one.join(max(0.0, deadline - time.monotonic()))
    return asking


def _server(settings: Settings, asked: list[_Asking]) -> Iterator[Finding]:
    if len(asked) > 1 and all(isinstance(one.answer, Ledger) for one in asked):
        try:
            connect(settings, name="wiredesk-doctor").close()
        except (ConfigurationError, ServerUnavailableError) as error:
            yield "error", "shards", str(error)
    for one in asked:
        yield from _one_server(settings, one)


def _one_server(settings: Settings, asked: _Asking) -> Iterator[Finding]:
    if asked.answer is None:
        yield "error", "server", (f"{masked(asked.url or server_url(settings))} takes connections but has not answered for "
                                  f"{_ANSWER_SECONDS:g} seconds; the checks of its settings and of the ledger's books were left out")
        return
    try:
        if isinstance(asked.answer, Exception):
            raise asked.answer
        ledger = asked.answer
        with ledger.guard():
            found = check_server(ledger.client)
        now = ledger.status()
    except (ConfigurationError, ServerUnavailableError) as error:
        yield "error", "server", str(error)
        return
    except redis.RedisError as error:
        yield "error", "server", (f"{masked(asked.url or server_url(settings))}: no Redis or Valkey answers there, its user may not do "
                                  f"what Wiredesk needs, or keys of Wiredesk were written to by others ({error})")
        return
    yield from ((finding.level, "server", finding.message) for finding in found)
    if not found:
        info = ledger.client.info()
        program = f"Valkey {info['valkey_version']}" if info.get("valkey_version") else f"Redis {info['redis_version']}"
        yield "ok", "server", f"{program} at {masked(ledger.url)}, {info['used_memory_human']} in use; keeps and never evicts"
    parts = f"{now.done:,} done + {now.dead:,} dead + {now.queued:,} queued + {now.in_flight:,} in flight"
    if now.balanced:
        yield "ok", "ledger", f"{now.accepted:,} accepted = {parts}"
    else:
        yield "error", "ledger", f"{now.accepted:,} accepted, but {parts}: keys were changed by hand or an old file was restored"
    yield from (("error", name, sentence) for name, sentence in now.alarms.items())


def _broker(settings: Settings, asked: list[_Asking]) -> Iterator[Finding]:
    """RabbitMQ, where it is the broker."""
    if not settings.broker.url:
        return
    broker = Relay(settings.broker.url)
    try:
        yield "ok", "broker", f"{broker.check()}; quorum queues are there"
    except ConnectionError as error:
        yield "error", "broker", str(error)
        return
    if len(asked) > 1:
        yield "ok", "broker", (f"not used with `shards`: the workers of each of the {len(asked)} servers need a virtual host of their "
                               "own in broker.url; call `wiredesk doctor` with their settings")
    elif isinstance(asked[0].answer, Ledger):
        try:
            broker.claim(asked[0].answer)
        except ConfigurationError as error:
            yield "error", "broker", str(error)


def _model(settings: Settings) -> Iterator[Finding]:
    from worker.nlp.model import load_model
    from worker.nlp.model_files import recorded

    try:
        model = load_model(settings.model)
    except ConfigurationError as error:
        yield "error", "model", str(error)
    else:
        package = settings.model.replace("-", "_")
        yield from (("error", "model", f"{wrong}: install the package {package} anew") for wrong in _altered(package))
        known = "every file is as recorded" if package in recorded() else "its files are not recorded: not checked"
        yield "ok", "model", f"{model.name} {model.version}; {known}"


def _lexicons(settings: Settings) -> Iterator[Finding]:
    if settings.lexicons is None:
        return
    from worker.nlp.lexicons.own import examine

    own, wrong = examine(settings.lexicons)
    yield from (("error", "lexicons", sentence) for sentence in wrong)
    if not wrong:
        yield "ok", "lexicons", f"{own} ({own.digest})"


def _altered(package: str) -> Iterator[str]:
    from importlib.util import find_spec

    from worker.nlp.model_files import faults

    found = find_spec(package)
    if found and found.origin:
        yield from faults(package, Path(found.origin).parent, whole=True)


def _machine(settings: Settings) -> Iterator[Finding]:
    place = settings.home if settings.home.exists() else settings.home.absolute().parent
    free = shutil.disk_usage(place).free
    yield ("ok" if free > _LITTLE_DISK else "warning"), "disk", f"{free / 2**30:,.1f} GiB free in {place.absolute()}"
    if sys.platform.startswith("linux"):
        available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        yield ("ok" if available > _LITTLE_MEMORY else "warning"), "memory", f"{available / 2**30:,.1f} GiB free"
