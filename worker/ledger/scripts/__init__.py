"""The ledger's Lua scripts, made from their files, the keys and the settings, and called by name.

Each `.lua` file opens with what it does, its arguments and its answer. In it, `K.name` stands for a key of `keys.py`, `C.name` for a
setting (times in milliseconds), and of `prelude.lua` it is given what it uses: all that is settled before a script is sent, for whatever
a script's head defines is defined anew on each call, and used to be a third of its time. `--!` on the first line holds the script's Redis
flags: one without `allow-oom` is refused whole, before its first write, when the server's memory is full.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError

from worker.ledger import keys
from worker.metrics import BUCKETS_MS

if TYPE_CHECKING:
    import redis

    from worker.settings import Settings

Argument = str | bytes | int | float

#: A job that has ended its process this often runs in quarantine from then on.
QUARANTINE_AFTER = 2
#: Longest time (ms) that a hint may be in a worker's hands before its job has started.
HINT_GRACE_MS = 2_000


class Scripts:
    """Calls scripts on one client; loads them again when the server has forgotten them."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self._client: Any = client
        literals = _literals(settings)
        names = [path.stem for path in _folder().glob("*.lua") if path.stem != "prelude"]
        self._sources = {name: _source(name, literals) for name in names}
        self._hashes = {name: hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest() for name, source in self._sources.items()}

    def call(self, name: str, *arguments: Argument) -> Any:  # noqa: ANN401 - each script's own answer
        """Run one script and give its answer."""
        try:
            return self._client.evalsha(self._hashes[name], 0, *arguments)
        except NoScriptError:
            return self._client.eval(self._sources[name], 0, *arguments)

    def call_many(self, name: str, calls: Sequence[Sequence[Argument]], *, then: Sequence[Argument] = ()) -> list[Any]:
        """Run one script once for each list of arguments, in one round trip; an answer may be the error that the server gave.

        `then` is one more command, sent behind them on the same connection; its answer comes last.
        """
        answers = self._pipeline(name, calls, then)
        unknown = [at for at, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            self._client.script_load(self._sources[name])
            repeated = self._pipeline(name, [calls[at] for at in unknown], then)
            for at, answer in zip([*unknown, *range(len(calls), len(answers))], repeated, strict=True):
                answers[at] = answer
        return answers

    def load(self) -> None:
        """Send every script to the server, so that even the first call is short."""
        for source in self._sources.values():
            self._client.script_load(source)

    def _pipeline(self, name: str, calls: Sequence[Sequence[Argument]], then: Sequence[Argument]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for arguments in calls:
            pipeline.evalsha(self._hashes[name], 0, *arguments)
        if then:
            pipeline.execute_command(*then)
        answers: list[Any] = pipeline.execute(raise_on_error=False)
        return answers


def _folder() -> Path:
    return Path(__file__).parent


@cache
def _text(name: str) -> str:
    return (_folder() / f"{name}.lua").read_text(encoding="utf-8")


def _source(name: str, literals: Mapping[str, str]) -> str:
    text = _text(name)
    first, _, _ = text.partition("\n")
    flags = first.removeprefix("--!").strip() if first.startswith("--!") else ""
    shebang = f"#!lua flags={flags}" if flags else "#!lua"
    whole = "\n".join([*_needed(text), text])
    return shebang + "\n" + re.sub(r"\b[KC]\.\w+|\bQUEUES\b|\bBUCKETS\b", lambda match: literals[match[0]], whole)


def _needed(text: str) -> list[str]:
    """Give the prelude's blocks that a script uses, in their order; a block may use earlier ones.

    A block begins with a `local` at a line's beginning, after its comment; what follows without one belongs to it.
    """
    blocks: list[str] = []
    for part in _text("prelude").split("\n\n"):
        if re.search(r"^local ", part, re.MULTILINE):
            blocks.append(part)
        elif blocks:
            blocks[-1] += "\n" + part
    used: list[str] = []
    for block in reversed(blocks):
        names = re.findall(r"^local (?:function )?(\w+)", block, re.MULTILINE)
        if any(re.search(rf"\b{name}\b", part) for name in names for part in (text, *used)):
            used.insert(0, block)
    return used


def _literals(settings: Settings) -> dict[str, str]:
    """What the names in scripts stand for."""
    ledger, limits, kept = settings.ledger, settings.limits, settings.retention
    day = 86_400_000
    constants: dict[str, str | float] = {
        "task": keys.EXTRACT_TASK,
        "lease_ms": int(ledger.lease_seconds * 1_000),
        "max_attempts": ledger.max_attempts,
        "quarantine_after": QUARANTINE_AFTER,
        "retry_base_ms": int(ledger.retry_base_seconds * 1_000),
        "retry_max_ms": int(ledger.retry_max_seconds * 1_000),
        "reconcile_ms": int(ledger.reconcile_seconds * 1_000),
        "relayed": bool(settings.broker.url),
        "grace_ms": int(settings.broker.hint_seconds * 1_000) if settings.broker.url else HINT_GRACE_MS,
        "backlog": limits.backlog,
        "memory_refuse": limits.memory_refuse,
        "result_ms": int(kept.result_days * day),
        "version_ms": int(kept.version_days * day),
        "dead_ms": int(kept.dead_days * day),
        "dead_length": kept.dead_length,
        "stream_length": kept.stream_length,
        "group_ms": int(kept.group_hours * 3_600_000),
        "results_in_stream": kept.results_in_stream,
        "duplicates": kept.duplicates,
    }
    return {
        **{f"K.{name}": _lua(key) for name, key in keys.LUA.items()},
        **{f"C.{name}": _lua(value) for name, value in constants.items()},
        "QUEUES": f"{{{', '.join(_lua(queue) for queue in keys.QUEUES)}}}",
        "BUCKETS": f"{{{', '.join(_lua(bound) for bound in BUCKETS_MS)}}}",
    }


def _lua(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)
