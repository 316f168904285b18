"""The contract holds still: the JSON Schemas equal the golden files, and real results keep to them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema
import orjson
import pytest

from worker.files import ArticleFiles
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.schema import article_schema, result_schema
from worker.settings import data_folder

GOLDEN = Path(__file__).parents[1] / "golden"
NOW = dt.datetime(2024, 10, 22, 8, 0, tzinfo=dt.UTC)
SEEDS = [item.article for item in ArticleFiles([str(data_folder("seeds"))]) if item.article]


@pytest.mark.parametrize(("name", "made"), [("article", article_schema), ("result", result_schema)])
def test_the_schema_is_the_golden_one(name: str, made: object) -> None:
    """A change of the contract is a decision: write it into the golden file with `wiredesk schema`, and raise the number if it breaks."""
    golden = json.loads((GOLDEN / f"{name}.schema.json").read_text(encoding="utf-8"))
    advice = f"if the change is meant: wiredesk schema {name} > tests/golden/{name}.schema.json"
    assert made() == golden, advice  # type: ignore[operator]


@pytest.mark.parametrize("article", SEEDS, ids=[article.title or article.id[:20] for article in SEEDS])
def test_results_keep_to_the_schema(reader: Reader, article: Article) -> None:
    """Every seed's result is valid, and so is the seed itself."""
    result = orjson.loads(orjson.dumps(run(article, reader, Trip(received=NOW))))
    assert result["failures"] == []
    jsonschema.validate(result, result_schema())
    jsonschema.validate(article.to_json(), article_schema())


def test_a_result_without_what_was_not_asked_for_is_valid(reader: Reader) -> None:
    """References to what is not emitted are null."""
    article = SEEDS[0].model_copy(update={"extractors": ["quotes"]})
    jsonschema.validate(orjson.loads(orjson.dumps(run(article, reader, Trip(received=NOW)))), result_schema())
