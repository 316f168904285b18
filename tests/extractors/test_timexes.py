"""The table of time expressions, and what must hold for every one of them on every day."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from worker.nlp.reading import Reader
from worker.nlp.temporal.grammar import find_timexes

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "timexes.toml").read_text(encoding="utf-8"))
EXAMPLES = TABLE["example"]


@pytest.fixture(scope="session")
def docs(reader: Reader) -> dict[str, object]:
    """Every sentence of the table, parsed once."""
    texts = [example["text"] for example in EXAMPLES]
    return dict(zip(texts, reader.model.nlp.pipe(texts), strict=True))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"][:60])
def test_the_table_of_timexes_holds(example, docs):
    text = example["text"]
    timexes = find_timexes(docs[text], text, example.get("written", TABLE["written"]))
    assert [[text[timex.start:timex.end], timex.type, timex.value] for timex in timexes] == example["finds"]


def test_the_value_of_a_weekday_is_that_weekday_within_a_week(docs):
    text = EXAMPLES[0]["text"]
    for number in range(4 * 366):
        today = dt.date(2023, 1, 1) + dt.timedelta(days=number)
        [timex] = find_timexes(docs[text], text, today)
        day = dt.date.fromisoformat(timex.value)
        assert day.isoweekday() == 1
        assert 0 <= (today - day).days < 7
