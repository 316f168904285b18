"""`wiredesk demo`: a real server, real workers and the seed articles, from the queue to tables on the screen; ends by itself."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import typer

from worker.cli import console
from worker.cli.submit import wait_for
from worker.errors import InputError
from worker.files import ArticleFiles
from worker.ledger import Ledger, connect
from worker.producer import submit
from worker.settings import data_folder, load_settings
from worker.views import terminal
from worker.views.article_page import article_page

#: Workers of our own are loading: nobody need be told so soon that none runs.
_LOADING_SECONDS = 60.0


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(demo)


def demo() -> None:
    """Read the seed articles through a queue of their own and show what was found."""
    from worker.machine import machine

    kept = load_settings().home.absolute()
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wiredesk-demo-") as folder:
        # A home of its own: a demo neither meets nor leaves articles in the user's ledger.
        settings = load_settings().model_copy(update={"redis_url": "", "home": Path(folder)})
        with machine(settings, workers=2, gateway_port=None, flower_port=None, tell=console.say) as running:
            console.say(f"server: {running.server.program}; two worker processes are loading the model {settings.model}")
            ledger = connect(settings, running.server.url, name="wiredesk-demo")
            try:
                _read(ledger, kept)
            finally:
                ledger.close()


def _read(ledger: Ledger, kept: Path) -> None:
    items = list(ArticleFiles([str(data_folder("seeds"))]))
    for item in items:
        if item.article is None:
            raise InputError(f"{item.origin}: {item.error}")
    began = time.monotonic()
    verdicts = submit([item.article for item in items if item.article], ledger=ledger, source="demo")
    console.say(f"submitted {len(verdicts)} articles in {(time.monotonic() - began) * 1_000:.0f} ms")
    if wait_for(ledger, [verdict.id for verdict in verdicts], still_seconds=_LOADING_SECONDS):
        raise typer.Exit(1)
    pages = kept / "demo"
    pages.mkdir(exist_ok=True)
    read: list[tuple[str, dict[str, Any]]] = []
    for item, verdict in zip(items, verdicts, strict=True):
        found = ledger.results.get(verdict.id)
        if found is None or item.article is None:
            raise InputError(f"{item.origin}: has no result")
        result, name = orjson.loads(found), Path(item.origin).name
        page = article_page(item.article.text, result)
        (pages / f"{name}.html").write_text(page, encoding="utf-8")
        if not read:
            (kept / "demo.html").write_text(page, encoding="utf-8")
            console.OUT.rule(name, align="left")
            console.OUT.print(terminal.article(item.article.text, result))
        read.append((name, result))
    if len(read) > 1:
        console.OUT.rule(f"{len(read) - 1} more", align="left")
        console.OUT.print(terminal.overview(read[1:]))
    console.say(f"each article whole: as a page, {pages}/NAME.html; as JSON, `wiredesk extract {data_folder('seeds')}/NAME`; "
                "on a desk of yours (`wiredesk up`, `wiredesk submit PATH`), `wiredesk show ID`")
    now = ledger.status()
    console.say(f"the first article as a page: {kept / 'demo.html'}")
    console.say(f"{now.accepted} accepted = {now.done} done + {now.dead} dead + {now.queued} queued + {now.in_flight} in flight", "green")
