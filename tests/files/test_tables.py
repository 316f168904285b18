"""Results are exported with columns that stay the same, and no cell is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from worker.errors import InputError
from worker.files.tables import ENDINGS, tables, writer
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.schema import result_schema

TEXTS = ["Seoul said on Monday that 1,500 troops had left.", "“We will go,” the minister said.", "!!!"]


@pytest.fixture(scope="module")
def results(reader: Reader) -> list[dict[str, Any]]:
    trip = Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC))
    articles = [{"id": f"={number}", "text": text, "title": "=1+1", "source": "@SUM(A1)", "metadata": {"a": {"b": 1}}}
                for number, text in enumerate(TEXTS)]
    return [run(Article.parse(article), reader, trip) for article in articles]


def export(path: Path, results: list[dict[str, Any]]) -> None:
    with writer(path, result_schema()) as out:
        for result in results:
            out.write(result)


def test_lines_are_the_results(tmp_path: Path, results: list[dict[str, Any]]) -> None:
    """JSON lines hold everything, unchanged."""
    export(tmp_path / "out.jsonl", results)
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == results


def test_csv_has_one_table_a_kind(tmp_path: Path, results: list[dict[str, Any]]) -> None:
    """Each record is a row of its kind's table, with the article's id."""
    export(tmp_path / "out.csv", results)
    for kind, columns in tables(result_schema()).items():
        with (tmp_path / f"out-{kind}.csv").open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        assert list(reader.fieldnames or ()) == list(columns)
        if kind == "articles":
            assert len(rows) == len(results)
            assert json.loads(rows[0]["metadata"]) == {"a": {"b": 1}}
        elif kind not in ("duplicates", "failures"):
            assert len(rows) == sum(len(result[kind]) for result in results)


def test_no_cell_is_a_formula(tmp_path: Path, results: list[dict[str, Any]]) -> None:
    """Text that begins like one is marked as text."""
    export(tmp_path / "out.csv", results)
    with (tmp_path / "out-articles.csv").open(newline="", encoding="utf-8") as file:
        [first, *_] = csv.DictReader(file)
    assert (first["article_id"], first["title"], first["source"]) == ("'=0", "'=1+1", "'@SUM(A1)")


def test_parquet_has_the_same_columns_whatever_the_results(tmp_path: Path, results: list[dict[str, Any]]) -> None:
    """Also without a single record; values keep their types."""
    export(tmp_path / "some.parquet", results)
    export(tmp_path / "none.parquet", [])
    for kind in tables(result_schema()):
        some, none = (pq.read_table(tmp_path / f"{name}-{kind}.parquet") for name in ("some", "none"))
        assert some.schema == none.schema
        assert none.num_rows == 0
    entities = pq.read_table(tmp_path / "some-entities.parquet").to_pylist()
    assert entities[0]["article_id"] == "=0"
    assert isinstance(entities[0]["salience"], float)


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_by_a_failed_export(tmp_path: Path, ending: str) -> None:
    """The file appears when it is whole, or not at all."""
    with pytest.raises(ZeroDivisionError), writer(tmp_path / f"out{ending}", result_schema()):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_other_endings_are_refused(tmp_path: Path) -> None:
    """The sentence says which are written."""
    with pytest.raises(InputError, match=r"\.jsonl, \.csv, \.parquet"):
        writer(tmp_path / "out.xlsx", result_schema())
