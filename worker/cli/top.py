"""`wiredesk top`: what happens now, on one screen: rates, what is owed, workers, stages, and advice in sentences."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli import console
from worker.errors import ServerUnavailableError
from worker.ledger import connect
from worker.settings import load_settings

if TYPE_CHECKING:
    from rich.console import RenderableType

    from worker.ledger import Ledger, Status
    from worker.ledger.workers import Sign

#: Rates are of the last seconds.
_WINDOW_SECONDS = 30
_SILENT_SECONDS = 10.0
_OLD_SECONDS = 300.0
#: Share of the time above which workers are busy, and of recoveries above which something kills them.
_BUSY = 0.9
_MANY_RECOVERED = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found."""

    at: float
    status: Status
    workers: list[Sign]
    #: Whether a worker has begun to load its model and will soon be there.
    loading: bool
    #: Sum of seconds and number of articles by stage, since the ledger began.
    stages: dict[str, tuple[float, int]]
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Articles a second, and mean seconds by stage, between two looks."""

    accepted: float
    done: float
    dead: float
    recovered: float
    stages: dict[str, float]


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(top)


def top(
    once: Annotated[bool, typer.Option("--once", help="Look for two seconds, print, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
    every: Annotated[float, typer.Option(min=0.2, max=60, help="Seconds between two looks.")] = 1.0,
) -> None:
    """Show what happens now: rates, depth, age, workers, the slowest stage, dead letters, and what to do."""
    ledger = connect(load_settings(), name="wiredesk-top")
    if once or as_json or not console.OUT.is_terminal:
        first = look(ledger)
        time.sleep(2.0)
        last = look(ledger)
        if as_json:
            console.print_json(_as_json(last, rates(first, last)))
        else:
            console.OUT.print(_screen(last, rates(first, last)))
        return
    _live(ledger, every)


def _live(ledger: Ledger, every: float) -> None:
    from rich.live import Live
    from rich.text import Text

    looks: deque[Look] = deque(maxlen=max(2, int(_WINDOW_SECONDS / every)))
    with Live(console=console.OUT, screen=True, auto_refresh=False) as live:
        while True:
            try:
                looks.append(look(ledger))
                live.update(_screen(looks[-1], rates(looks[0], looks[-1])), refresh=True)
            except ServerUnavailableError as error:
                looks.clear()
                live.update(Text(str(error), style="red"), refresh=True)
            time.sleep(every)


def look(ledger: Ledger) -> Look:
    """Read everything that the screen shows."""
    status, workers = ledger.status(), ledger.workers.list()
    timings, memory = ledger.timings(), ledger.memory()
    sums: dict[str, tuple[float, int]] = {}
    for name, value in timings.items():
        stage, _, bound = name.partition("|")
        seconds, count = sums.get(stage, (0.0, 0))
        sums[stage] = (seconds + value / 1_000_000, count) if bound == "sum" else (seconds, count + int(value))
    return Look(at=time.monotonic(), status=status, workers=workers, loading=ledger.workers.loading(),
                stages=sums, memory=memory or 0.0)


def rates(first: Look, last: Look) -> Rates:
    """Compare two looks."""
    seconds = max(last.at - first.at, 1e-9)
    before, after = first.status, last.status

    def rate(old: int, new: int) -> float:
        return round(max(0, new - old) / seconds, 2)

    stages = {}
    for stage, (total, count) in last.stages.items():
        old_total, old_count = first.stages.get(stage, (0.0, 0))
        total, count = (total - old_total, count - old_count) if count > old_count else (total, count)  # noqa: PLW2901 - since the ledger began
        if count:
            stages[stage] = round(total / count, 4)
    return Rates(
        accepted=rate(before.accepted, after.accepted), done=rate(before.done, after.done), dead=rate(before.dead, after.dead),
        recovered=rate(before.counters.get("recovered", 0), after.counters.get("recovered", 0)), stages=stages)


def advice(now: Look, pace: Rates) -> list[str]:
    """Say what a person should know or do, most urgent first; one sentence when all is well."""
    status, workers = now.status, [sign for sign in now.workers if sign.silent < _SILENT_SECONDS]
    found = list(status.alarms.values())
    processes = sum(sign.processes for sign in workers)
    if not status.balanced and "conservation" not in status.alarms:
        found.append("The books do not balance: were keys changed by hand?")
    if not workers and now.loading:
        found.append("A worker is starting: it loads its model, which takes some seconds.")
    elif not workers and status.queued:
        found.append(f"{status.queued:,} articles wait and no worker runs: start one with `wiredesk worker`.")
    elif status.queued and pace.accepted > pace.done and status.in_flight >= _BUSY * processes:
        need = processes * pace.accepted / pace.done if pace.done else 2 * processes
        found.append(f"More comes in than is read ({pace.accepted:,.1f} against {pace.done:,.1f} a second): "
                     f"about {need:,.0f} processes would keep up, {processes} run.")
    if pace.done > pace.accepted and status.queued:
        found.append(f"The backlog is gone in about {_span(status.queued / (pace.done - pace.accepted))}.")
    if (status.oldest_seconds or 0) > _OLD_SECONDS:
        found.append(f"The oldest article has waited {_span(status.oldest_seconds or 0)}: `wiredesk status` and its priority tell why.")
    if pace.dead:
        found.append(f"{pace.dead:,.1f} articles a second become dead letters: `wiredesk dead list` names the reasons.")
    if pace.recovered and pace.recovered > _MANY_RECOVERED * pace.done:
        found.append(f"{pace.recovered:,.1f} jobs a second are recovered: something kills workers; their logs and the kernel's know what.")
    if quiet := [sign.name for sign in now.workers if sign.silent >= _SILENT_SECONDS]:
        found.append(f"{', '.join(quiet)} gave no sign of life for {_SILENT_SECONDS:g} seconds or more: what they held comes back; "
                     "start others, or restart them where they hang.")
    if len({sign.version for sign in workers}) > 1:
        found.append("Workers of two versions run: an upgrade is under way, or was left half done.")
    return found or ["All is well."]


def _screen(now: Look, pace: Rates) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    status = now.status
    oldest = "–" if status.oldest_seconds is None else _span(status.oldest_seconds)
    books = console.table("Wiredesk", ("accepted", "=", "done", "dead", "queued", "in flight", "oldest", "memory"), [(
        f"{status.accepted:,}", "=" if status.balanced else "≠", f"{status.done:,}", f"{status.dead:,}", f"{status.queued:,}",
        f"{status.in_flight:,}", oldest, f"{now.memory:.0%}")])
    flow = console.table("a second", ("accepted", "done", "dead", "recovered"),
                         [tuple(f"{value:,.1f}" for value in (pace.accepted, pace.done, pace.dead, pace.recovered))])
    workers = console.table("Workers", ("name", "version", "processes", "reading", "MiB", "heard of"), [
        (sign.name, sign.version, sign.processes, sign.reading, sign.memory_mib, f"{sign.silent:.0f} s ago") for sign in now.workers])
    slowest = sorted(((seconds, stage) for stage, seconds in pace.stages.items() if stage != "end_to_end"), reverse=True)[:6]
    stages = console.table("Slowest stages", ("stage", "ms an article"), [(stage, f"{seconds * 1_000:,.1f}") for seconds, stage in slowest])
    return Group(books, flow, workers, stages, *(Text(f"• {sentence}") for sentence in advice(now, pace)))


def _as_json(now: Look, pace: Rates) -> dict[str, Any]:
    return {**now.status.to_json(), "rates": asdict(pace), "memory": round(now.memory, 4),
            "workers": [asdict(sign) for sign in now.workers], "worker_starting": now.loading, "advice": advice(now, pace)}


def _span(seconds: float) -> str:
    """Seconds as a person says them."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} s"
