"""`wiredesk submit`: articles from files into the ledger, with a progress bar and one sentence for each that is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Annotated

import typer

from worker.cli import console
from worker.errors import ServerUnavailableError
from worker.files import ArticleFiles, Item
from worker.ledger import Ledger, connect
from worker.producer import BATCH, Verdict, submit_each
from worker.records import Article
from worker.settings import load_settings

#: Seconds between two looks at what has become of waited-for articles.
_LOOK_SECONDS = 0.2
#: Seconds without an end after which a waiting person is told why, where that is plain.
_STILL_SECONDS = 5.0


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(submit)


def submit(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders, or - for standard input.")],
    wait: Annotated[bool, typer.Option("--wait", help="Stay until every accepted article has its result.")] = False,
    published: Annotated[str | None, typer.Option(help="Date for articles that bring none: 2024-10-22.")] = None,
    priority: Annotated[str | None, typer.Option(help="high, normal or low, for articles that bring none.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Accept other content under a known id, as its next version.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one verdict a line as JSON.")] = False,
) -> None:
    """Hand articles to the queue; a repeated submit doubles nothing."""
    defaults = {name: value for name, value in (("published_at", published), ("priority", priority)) if value}
    files = ArticleFiles(paths, defaults)
    try:
        ledger = connect(load_settings(), name="wiredesk-submit", check=True)
    except ServerUnavailableError:
        # One who mends the server next should not then learn of a misspelt name.
        for item in files.missing:
            console.complain(item.origin, item.error or "")
        raise
    tally: dict[str, int] = {}
    accepted: list[str] = []
    unconfirmed = 0
    with _told_when_stopped(tally), console.progress(counted=False) as bar:
        task = bar.add_task("submitting", total=files.total or None, articles=0)
        for item, verdict in _verdicts(files, ledger, replace=replace):
            tally[verdict.verdict] = tally.get(verdict.verdict, 0) + 1
            if verdict.ok:
                accepted.append(verdict.id)
                unconfirmed += verdict.replicated is False
            else:
                console.complain(item.origin, verdict.reason)
            if as_json:
                console.print_json({"origin": item.origin, "verdict": verdict.verdict, "id": verdict.id, "version": verdict.version,
                                    "state": verdict.state, "field": verdict.field, "reason": verdict.reason}
                                   | ({} if verdict.replicated is None else {"replicated": verdict.replicated}), lines=True)
            bar.update(task, completed=files.done, articles=sum(tally.values()))
    console.say(", ".join(f"{number:,} {verdict}" for verdict, number in tally.items()) or "nothing to submit")
    if unconfirmed:
        console.say(f"{unconfirmed:,} of them not yet replicated (`submit.wait_replicas`); a repeated submit asks again", "yellow")
    failed = sum(tally.values()) != len(accepted)
    if wait:
        with _told_when_stopped(tally):
            failed |= wait_for(ledger, accepted) > 0
    if failed:
        raise typer.Exit(1)


@contextmanager
def _told_when_stopped(tally: dict[str, int]) -> Iterator[None]:
    """Tell whoever presses Ctrl-C what holds: nothing that was accepted is taken back."""
    try:
        yield
    except KeyboardInterrupt:
        told = ", ".join(f"{number:,} {verdict}" for verdict, number in tally.items()) or "nothing yet"
        console.say(f"stopped: {told}; what was accepted will be read, and the same submit again doubles nothing", "yellow")
        raise typer.Exit(130) from None


def wait_for(ledger: Ledger, ids: list[str], title: str = "reading", *, still_seconds: float = _STILL_SECONDS) -> int:
    """Show how the articles become results until none is left; give how many ended as dead letters or were deleted meanwhile.

    After `still_seconds` without an end it says why, where that is plain.
    """
    left, failed = list(dict.fromkeys(ids)), 0
    told, moved = False, time.monotonic()
    with console.progress() as bar:
        task = bar.add_task(title, total=len(left))
        while left:
            ended = 0
            while ended < len(left) and ((job := ledger.jobs.state(left[ended])) is None or job.state in ("done", "dead")):
                if job is None:
                    failed += 1
                    console.complain(left[ended], "is not known any more: it was deleted, or its result is past its days")
                elif job.state == "dead":
                    failed += 1
                    console.complain(job.id, f"dead-lettered: {job.error or job.reason}; see `wiredesk dead show {job.letter}`")
                ended += 1
            left = left[ended:]
            bar.update(task, advance=ended)
            moved = time.monotonic() if ended else moved
            if not told and time.monotonic() - moved > still_seconds and (obstacle := _obstacle(ledger)):
                told = True
                console.say(obstacle, "yellow")
            if left:
                time.sleep(_LOOK_SECONDS)
    return failed


def _obstacle(ledger: Ledger) -> str:
    """Say why nothing moves, where that is plain."""
    if "work" in ledger.holds.held():
        return "work is held: nothing is read until `wiredesk resume`"
    if ledger.workers.list() or ledger.workers.loading():
        return ""
    return "no worker runs: nothing is read until one does (`wiredesk worker`, or `wiredesk up` for all)"


def _verdicts(files: ArticleFiles, ledger: Ledger, *, replace: bool) -> Iterator[tuple[Item, Verdict]]:
    """Submit in batches; an item that holds no article has its verdict at once."""
    items = iter(files)
    while batch := list(islice(items, BATCH)):
        articles = [item.article for item in batch if item.article is not None]
        answers = iter(_patiently(articles, ledger, replace=replace))
        for item in batch:
            yield item, (next(answers) if item.article is not None else Verdict(verdict="invalid", id="", reason=item.error or ""))


def _patiently(articles: list[Article], ledger: Ledger, *, replace: bool) -> list[Verdict]:
    """Submit a batch; while the ledger says "busy", wait as long as it asks for and offer the rest again."""
    verdicts = list(submit_each(articles, ledger=ledger, source="cli", replace=replace))
    while any(verdict.verdict == "busy" for verdict in verdicts):
        busy = [position for position, verdict in enumerate(verdicts) if verdict.verdict == "busy"]
        pause = max(verdicts[position].retry_after for position in busy)
        console.say(f"{verdicts[busy[0]].reason}: waiting", "yellow")
        time.sleep(pause)
        again = submit_each([articles[position] for position in busy], ledger=ledger, source="cli", replace=replace)
        for position, verdict in zip(busy, again, strict=True):
            verdicts[position] = verdict
    return verdicts
