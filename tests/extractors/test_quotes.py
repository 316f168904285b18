"""Who said what: the seed's quotes, `tests/tables/quotes.toml`, and what no quotation mark may do."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.nlp.quoting.lexicon import cue_words
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

ROWS = tomllib.loads((Path(__file__).parents[1] / "tables" / "quotes.toml").read_text(encoding="utf-8"))["row"]
WEIGHTS = Path(__file__).parents[2] / "worker" / "nlp" / "quoting" / "weights.txt"
SEED = Path(__file__).parents[2] / "seeds" / "000_871c0cb2e072d3a7.txt"


def read(reader: Reader, text: str) -> dict[str, Any]:
    article = Article.parse({"text": text, "extractors": ["entities", "quotes"]})
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["failures"] == []
    return result


@pytest.fixture(scope="module")
def seed(reader: Reader) -> dict[str, Any]:
    return read(reader, SEED.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "begins", "ends", "cue", "speaker"), [
    ("direct", "We would consider supplying", "offensive use,", "stated", "the official"),
    ("mixed", "a “strong response”", "involvement", "called", "Ukrainian President Volodymyr Zelenskyy"),
    ("direct", "It seems that the harder", "danger to us all.", "remarked",
     "Dame Barbara Woodward, the UK’s permanent representative to the UN"),
    ("indirect", "that Seoul is open", "evolves", "articulated", "a senior official from President Yoon Suk Yeol’s office"),
    ("indirect", "that North Korea is highly likely", "aid Russia", "assessment", "its"),
    ("indirect", "that North Korea has sent 1,500", "in Ukraine", "revealed", "South Korea’s National Intelligence Service (NIS)"),
    ("indirect", "its right to foster relationships", "various sectors", "reiterated", "it"),
])
def test_the_seed_says_who_says_what(
        seed: dict[str, Any], kind: str, begins: str, ends: str, cue: str, speaker: str) -> None:
    """A quote that a person reads in the seed is found with kind, cue and speaker."""
    found = [quote for quote in seed["quotes"] if quote["text"].startswith(begins)]
    assert len(found) == 1
    assert found[0]["text"].endswith(ends)
    assert (found[0]["kind"], found[0]["cue"]["text"], found[0]["speaker"]["text"]) == (kind, cue, speaker)


@pytest.mark.parametrize(("cue", "name"), [("reiterated", "Russia"), ("assessment", "United Kingdom"), ("remarked", "Barbara Woodward")])
def test_speakers_of_the_seed_are_its_parties(seed: dict[str, Any], cue: str, name: str) -> None:
    """A pronoun, a possessor and a titled name lead to the entity: "it" is the Kremlin, so Russia."""
    names = {entity["id"]: entity["name"] for entity in seed["entities"]}
    quote = next(quote for quote in seed["quotes"] if quote["cue"]["text"] == cue)
    assert names[quote["speaker"]["entity"]] == name


def test_the_official_of_the_seed_is_an_anonymous_source(seed: dict[str, Any]) -> None:
    """Who is named nowhere stays a source, with the office that is known."""
    quote = next(quote for quote in seed["quotes"] if quote["cue"]["text"] == "articulated")
    assert quote["speaker"]["anonymous"]
    assert quote["speaker"]["affiliation"] is not None
    assert quote["speaker"]["form"] == "nominal"


def test_spans_say_what_stands_in_the_text(seed: dict[str, Any]) -> None:
    """Every span of a quote points at its own characters."""
    text = SEED.read_text(encoding="utf-8")
    for quote in seed["quotes"]:
        for span in (quote, quote["cue"], quote["speaker"]):
            assert span is None or text[span["start"]:span["end"]] == span["text"]
        assert (quote["start"], quote["end"]) == (quote["fragments"][0]["start"], quote["fragments"][-1]["end"])
        assert (quote["speaker"] is None) == (quote["unattributed"] is not None)


def test_the_reporter_is_no_speaker(seed: dict[str, Any]) -> None:
    """What the byline's name reports has no speaker and says why; what is told inside of it has one."""
    reported = next(quote for quote in seed["quotes"] if quote["cue"]["text"] == "reported")
    assert (reported["speaker"], reported["unattributed"]) == (None, "the reporter speaks")
    revealed = next(quote for quote in seed["quotes"] if quote["cue"]["text"] == "revealed")
    assert "National Intelligence Service" in revealed["speaker"]["text"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:70])
def test_a_text_says_who_says_what(reader: Reader, row: dict[str, Any]) -> None:
    """The row's quotes are found with kind, content, cue and speaker, and no other; a near-miss holds none."""
    assert not row.get("near") or row["quotes"] == []
    assert [_printed(row["text"], quote) for quote in read(reader, row["text"])["quotes"]] == row["quotes"]


def test_a_third_of_the_rows_are_near_misses() -> None:
    """The table shows as well what is no quote."""
    assert sum(row.get("near", False) for row in ROWS) * 3 >= len(ROWS) >= 150


def _printed(text: str, quote: dict[str, Any]) -> str:
    content = " … ".join(text[fragment["start"]:fragment["end"]] for fragment in quote["fragments"])
    cue, speaker = (quote[part]["text"] if quote[part] else "-" for part in ("cue", "speaker"))
    return f"{quote['kind']} | {content} | {cue} | {speaker}"


FIRST = "“We will rebuild the bridge,” the mayor said."
LAST = "“Nobody asked us,” said Anna Kowalska, a baker."
MIDDLE = "“It costs too much,” the clerk said. “And it isn’t ‘urgent’ at all,” he added."
_CHANGES = st.lists(st.tuples(st.integers(0, len(MIDDLE)), st.sampled_from(["“", "”", '"', "'", "‘", "’", "«", "''", ""])), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=_CHANGES)
def test_no_mark_in_one_paragraph_loses_the_quotes_of_another(reader: Reader, changes: list[tuple[int, str]]) -> None:
    """Marks inserted into, deleted from or swapped in a paragraph raise nothing and leave the other paragraphs' quotes."""
    broken = MIDDLE
    for place, mark in changes:
        at = place % (len(broken) + 1)
        broken = broken[:at] + mark + broken[at + (broken[at:at + 1] in "“”‘’"):]
    text = f"{FIRST}\n\nSo it began. {broken}\n\n{LAST}"
    contents = [text[fragment["start"]:fragment["end"]] for quote in read(reader, text)["quotes"] for fragment in quote["fragments"]]
    assert "We will rebuild the bridge," in contents
    assert "Nobody asked us," in contents


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="ab \n.,:;-\"'“”‘’«»?!QA", min_size=1, max_size=120).filter(str.strip))
def test_no_text_raises(reader: Reader, text: str) -> None:
    """Whatever stands in an article, its quotes lie within it."""
    for quote in read(reader, text)["quotes"]:
        assert quote["text"] == text[quote["start"]:quote["end"]]


def test_the_weights_name_no_word_that_the_lexicon_lacks() -> None:
    """What was learnt is small and speaks of grammar and of the project's own words only."""
    lines = WEIGHTS.read_text(encoding="utf-8").splitlines()[1:]
    known = {lemma for _, lemma in cue_words()} | {"?"}
    assert WEIGHTS.stat().st_size < 1_000_000
    rows = [line.split("\t") for line in lines]
    assert {name.split(":")[1] for model, name, _ in rows if model == "pair" and name.startswith("l:")} <= known
