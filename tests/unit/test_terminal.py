"""The overview of several articles: a line each, whole numbers in any terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from worker.views import terminal


def result(article_id: str, *, of: str | None = None, failed: bool = False) -> dict[str, Any]:
    return {
        "article": {"id": article_id, "title": "Two children rescued 61 hours after the quake in the hills above Merkat"},
        "entities": [{}] * 12, "quotes": [{}] * 104, "events": [{}] * 15, "claims": [{}] * 20, "timexes": [], "quantities": [{}] * 11,
        "duplicates": {"cluster": "c" if of or article_id == "a1" else article_id, "of": of},
        "failures": [{"extractor": "quotes", "error": "x"}] if failed else [],
    }


@pytest.mark.parametrize("width", [80, 120, 200])
def test_an_overview_has_a_line_for_each_article(width: int) -> None:
    """Names and titles are cut where there is no room, counts and stories never."""
    results = [(f"{number:03}_a_file_with_quite_a_long_name.json", result(f"a{number}", of="a1" if number == 2 else None))
               for number in range(1, 13)]
    out = io.StringIO()
    Console(file=out, width=width).print(terminal.overview(results))
    heading, *lines = out.getvalue().splitlines()
    assert heading.split() == ["who", "quotes", "events", "claims", "dates", "numbers", "story", "title"]
    assert len(lines) == 12
    for number, line in enumerate(lines, start=1):
        assert line.split()[0] == str(number)
        assert line.split()[1].startswith(f"{number:03}_a_file")
        assert line.split()[2:8] == ["12", "104", "15", "20", "0", "11"]
    assert ("told again" in lines[0], " as 1 " in lines[1], "told again" in lines[2]) == (True, True, False)


def test_an_overview_names_what_failed() -> None:
    """An extractor that failed stands beside the title."""
    out = io.StringIO()
    Console(file=out, width=200).print(terminal.overview([("one", result("a", failed=True))]))
    assert "(quotes failed)" in out.getvalue()
