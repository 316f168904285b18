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
    # A person reads it: the first article in full, the others in a line each, and the way to each of them.
    lines = out.splitlines()
    assert len(lines) + len(err.splitlines()) < 250
    assert out.count("Who, what, where") == 1
    first, *others = sorted(seed.name for seed in data_folder("seeds").iterdir() if seed.name != "README.md")
    assert lines[0].startswith(f"{first} ")
    assert [line.split()[:2] for line in lines[-len(others):]] == [[str(number), name] for number, name in enumerate(others, start=1)]
    assert " as 8 " in next(line for line in lines if "009_near" in line)
    assert " told again " in next(line for line in lines if "008_near" in line)
    assert "wiredesk show ID" in err
    for seed in (first, *others):
        assert "Who and what" in (home / "demo" / f"{seed}.html").read_text(encoding="utf-8")
    assert "no worker runs" not in err
    assert "Who said what" in (home / "demo.html").read_text(encoding="utf-8")
