"""The README's first command: it reads the seeds through a real queue, shows what was found, and ends by itself."""

from __future__ import annotations

from pathlib import Path

from tests.system.commands import environment, wiredesk
from worker.settings import data_folder


def test_the_demo_shows_the_seeds_facts_and_ends(tmp_path: Path) -> None:
    """Every seed has its heading, the first one its entities and a page."""
    home = tmp_path / "home"
    status, out, err = wiredesk("demo", env=environment(home), cwd=tmp_path)
    assert status == 0, err
    for seed in data_folder("seeds").iterdir():
        assert (seed.name in out) == (seed.name != "README.md")
    assert "North Korea" in out
    assert "Who, what, where" in out
    assert "0 dead" in err
    assert "no worker runs" not in err
    assert "Who said what" in (home / "demo.html").read_text(encoding="utf-8")
