"""Another language's model gives names and structure; extractors whose rules are English say so and touch nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from worker.nlp.model import load_model
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

TEXT = (
    "Le président Emmanuel Macron a annoncé lundi que la France enverrait 500 soldats en Pologne. « Nous ne céderons pas », a déclaré le "
    "ministre des Armées lors d'une conférence de presse à Paris. La Russie a dénoncé une provocation et a menacé de riposter."
)


@pytest.fixture(scope="module")
def french() -> Reader:
    return Reader(load_model("fr-core-news-md"))


def test_names_and_structure_are_read(french: Reader) -> None:
    """Names with their types, sentences, keyphrases, language."""
    result = run(Article.parse({"text": TEXT}), french, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["document"]["language"]["code"] == "fr"
    assert ("PERSON", "Emmanuel Macron") in {(entity["type"], entity["name"]) for entity in result["entities"]}
    assert result["keyphrases"]
    assert {failure["extractor"] for failure in result["failures"]} == {"quotes", "timexes", "quantities", "events", "claims"}
    assert all("for en only, not for fr" in failure["error"] for failure in result["failures"])
    assert result["quotes"] == result["events"] == []
