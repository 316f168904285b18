"""Who is who: names, aliases, metonyms, roles and coreference stand as their tables and the seed article say."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

NOW = dt.datetime(2024, 10, 22, tzinfo=dt.UTC)


def table(name: str) -> list[Any]:
    rows = tomllib.loads((Path(__file__).parents[1] / "tables" / f"{name}.toml").read_text(encoding="utf-8"))["row"]
    return [pytest.param(row, id=f"{row['text'][:70]!r}") for row in rows]


def read(reader: Reader, text: str) -> dict[str, Any]:
    result = run(Article.parse({"text": text, "extractors": ["entities"]}), reader, Trip(received=NOW))
    assert result["failures"] == []
    return result


def entity_with(result: dict[str, Any], mention: str) -> dict[str, Any] | None:
    """The entity that has the mention; "he#2" is the second occurrence of "he" among all words of the text."""
    words, _, number = mention.partition("#")
    found = sorted((m["start"], entity["id"]) for entity in result["entities"] for m in entity["mentions"] if m["text"] == words)
    wanted = int(number or 1)
    if len(found) < wanted:
        return None
    return next(entity for entity in result["entities"] if entity["id"] == found[wanted - 1][1])


@pytest.mark.parametrize("row", table("aliases"))
def test_names_are_one_party_or_two(reader: Reader, row: dict[str, Any]) -> None:
    """Spellings of one party are one entity; what only looks alike is not."""
    result = read(reader, row["text"])
    first, second = (entity_with(result, mention) for mention in row.get("one") or row["two"])
    assert first is not None
    assert second is not None
    assert (first["id"] == second["id"]) == ("one" in row)


@pytest.mark.parametrize("row", table("metonyms"))
def test_capitals_and_adjectives_stand_for_states(reader: Reader, row: dict[str, Any]) -> None:
    """The grammar tells the government from the place."""
    entity = entity_with(read(reader, row["text"]), row["mention"])
    assert entity is not None
    mention = next(m for m in entity["mentions"] if m["text"] == row["mention"])
    assert (entity["name"], mention["sense"]) == (row["entity"], row.get("sense"))


@pytest.mark.parametrize("row", table("roles"))
def test_people_have_roles(reader: Reader, row: dict[str, Any]) -> None:
    """Titles, appositions, predicates and clauses give roles, with whose they are."""
    result = read(reader, row["text"])
    person = entity_with(result, row["person"])
    assert person is not None
    assert person["type"] == "PERSON"
    assert [role["text"] for role in person["roles"]] == row["roles"]
    if "of" in row:
        owner = next(entity for entity in result["entities"] if entity["id"] == person["roles"][0]["organisation"])
        assert owner["name"] == row["of"]


@pytest.mark.parametrize("row", table("coreference"))
def test_pronouns_and_descriptions_are_tied(reader: Reader, row: dict[str, Any]) -> None:
    """A word is tied to the right party, or left open."""
    result = read(reader, row["text"])
    entity = entity_with(result, row["word"])
    if row.get("none"):
        assert entity is None
    else:
        assert entity is not None
        assert ("is" in row) == (row.get("is", row.get("not")) in [mention["text"] for mention in entity["mentions"]])


def test_a_month_is_no_mention_of_the_person_of_that_name(reader: Reader) -> None:
    """"In May" and "May 2019" say when, though Theresa May is in the article."""
    result = read(reader, "The prime minister, Theresa May, was glad. May won the vote in May. She had come in May 2019, not by May.")
    person = entity_with(result, "Theresa May")
    assert person is not None
    assert [m["text"] for m in person["mentions"] if m["form"] == "name"] == ["Theresa May", "May"]


def test_a_ministry_that_is_named_without_its_state_bears_it(reader: Reader) -> None:
    """Two states' ministries of one name have two keys, so that they stay apart across articles."""
    result = read(reader, "Japan's Foreign Ministry protested. China's Foreign Ministry rejected the note.")
    assert [entity["name"] for entity in result["entities"] if entity["type"] == "ORG"] == [
        "Foreign Ministry of Japan", "Foreign Ministry of China"]


@pytest.mark.parametrize(("text", "name", "kind"), [
    ("Ziua Mare, a newspaper, said couriers had brought cash.", "Ziua Mare", "ORG"),
    ("Anna Mare, a baker, said couriers had brought cash.", "Anna Mare", "PERSON"),
    ("The Lisbon newspaper said the minister would go.", "Lisbon", "GPE"),
    ("Jackson, who owns a newspaper, said the minister would go.", "Jackson", "PERSON"),
])
def test_a_noun_beside_a_name_tells_its_type(reader: Reader, text: str, name: str, kind: str) -> None:
    """What an apposition calls a newspaper is one; what stands before "newspaper" is its town."""
    entity = entity_with(read(reader, text), name)
    assert entity is not None
    assert entity["type"] == kind
