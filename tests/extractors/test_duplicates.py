"""Versions of one story are found, round-ups and other stories are kept apart: see `tests/tables/duplicates.toml`."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.errors import InputError
from worker.ledger.sketches import RunIndex, Sketch
from worker.nlp.fingerprint import fingerprint
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "duplicates.toml").read_text(encoding="utf-8"))
ROWS: list[dict[str, Any]] = TABLE["row"]


def sentences_of(name: str) -> list[str]:
    return re.split(r"(?<=\.) ", TABLE["base"][name])


def version_of(row: dict[str, Any]) -> str:
    text = row.get("text") or TABLE["base"][row.get("against", row["base"])]
    if kept := row.get("sentences"):
        text = " ".join(sentences_of(row["base"])[number - 1] for number in kept)
    for name, number in row.get("mix", []):
        text += " " + sentences_of(name)[number - 1]
    for old, new in row.get("changes", []):
        assert old in text
        text = text.replace(old, new)
    text = row.get("before", "") + text + row.get("after", "")
    return text.upper() if row.get("upper") else text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["why"])
def test_versions_are_found_in_either_order(row: dict[str, Any]) -> None:
    """A version is placed in its story's cluster, whichever of both comes first."""
    texts = {"old": TABLE["base"][row["base"]] + (row.get("after", "") if "against" in row else ""), "new": version_of(row)}
    for order in (("old", "new"), ("new", "old")):
        index = RunIndex()
        first, second = (index.join(name, fingerprint(texts[name])) for name in order)
        assert (first.of, first.similarity) == (None, None)
        assert second.of == (order[0] if row["duplicate"] else None)
        assert (second.cluster == first.cluster) is row["duplicate"]


def test_a_third_version_joins_the_first_cluster() -> None:
    """The cluster's name stays that of its first article, and `of` names the nearest."""
    index = RunIndex()
    text = TABLE["base"]["ferry"]
    first = index.join("a", fingerprint(text))
    trimmed = " ".join(sentences_of("ferry")[:5])
    second, third = index.join("b", fingerprint(trimmed)), index.join("c", fingerprint(trimmed + " More soon."))
    assert {first.cluster, second.cluster, third.cluster} == {first.cluster}
    assert (second.of, third.of) == ("a", "b")


def test_a_phrase_of_every_report_does_not_hide_a_version() -> None:
    """A hundred articles with the same boilerplate, and still the one reprint is found."""
    index = RunIndex()
    boilerplate = " Follow our live page for more on this story as it develops through the day."
    words = [f"word{number}" for number in range(4_000)]
    for number in range(100):
        index.join(f"other-{number}", fingerprint(" ".join(words[number * 40 : number * 40 + 40]) + boilerplate))
    index.join("old", fingerprint(TABLE["base"]["strike"] + boilerplate))
    assert index.join("new", fingerprint(TABLE["base"]["strike"])).of == "old"


def test_the_result_carries_the_fingerprint_alone(reader: Reader) -> None:
    """An article read by itself has no cluster; a text without a word has no fingerprint."""
    trip = Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC))
    article = Article.parse({"text": TABLE["base"]["ferry"], "extractors": ["duplicates"]})
    found = run(article, reader, trip)["duplicates"]
    assert found == {"fingerprint": fingerprint(article.text), "cluster": None, "of": None, "similarity": None}
    assert run(Article.parse({"text": "!!! ...", "extractors": ["duplicates"]}), reader, trip)["duplicates"] is None


def test_the_estimate_is_near_the_truth() -> None:
    """Texts that share three of four shingles are estimated so, within four standard errors."""
    words = [f"w{number}" for number in range(2_000)]
    whole, part = Sketch.parse(fingerprint(" ".join(words))), Sketch.parse(fingerprint(" ".join(words[:1_500])))
    assert abs(whole.resemblance(part) - 0.75) < 4 * 0.027
    assert whole.similarity(whole) == 1.0


@pytest.mark.parametrize("wrong", ["", "AAAA", "%%%%", "é" * 344, "A" * 344 + "AAAA"])
def test_what_is_no_fingerprint_is_refused(wrong: str) -> None:
    """One sentence says what a fingerprint is."""
    with pytest.raises(InputError, match="258 bytes"):
        Sketch.parse(wrong)
