"""The seed article's parties, as a person reads them: each fact with the language phenomenon that it rests on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article
from worker.settings import data_folder


@pytest.fixture(scope="module")
def result(reader: Reader) -> dict[str, Any]:
    text = (data_folder("seeds") / "000_871c0cb2e072d3a7.txt").read_text(encoding="utf-8")
    return run(Article.parse({"text": text, "extractors": ["entities"]}), reader, Trip(received=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))


def entity(result: dict[str, Any], name: str) -> dict[str, Any]:
    found = [entity for entity in result["entities"] if entity["name"] == name]
    assert len(found) == 1, f"{name} is one entity"
    return found[0]


def mentions(result: dict[str, Any], name: str) -> set[tuple[str, str, str | None]]:
    return {(mention["text"], mention["form"], mention["sense"]) for mention in entity(result, name)["mentions"]}


def texts(result: dict[str, Any], name: str) -> list[str]:
    return [mention["text"] for mention in entity(result, name)["mentions"]]


@pytest.mark.parametrize(("name", "key", "iso3166", "expected"), [
    # A capital as the subject of "plans to", an acronym with a gloss in brackets, an adjective before "soldiers".
    ("North Korea", "Q423", "PRK", {("North Korea", "name", "government"), ("Pyongyang", "metonym", "government"),
                                    ("DPRK", "acronym", "government"), ("North Korean", "demonym", "government")}),
    # "Seoul is open to": governments are open, cities are large.
    ("South Korea", "Q884", "KOR", {("Seoul", "metonym", "government"), ("South Korea", "name", "government")}),
    # "Kyiv would welcome", against "in Ukraine".
    ("Ukraine", "Q212", "UKR", {("Kyiv", "metonym", "government"), ("Ukraine", "name", "place"), ("Ukrainian", "demonym", "government")}),
    # "sanctions against Moscow"; the Kremlin only ever stands for a government; "Russians" are the people.
    ("Russia", "Q159", "RUS", {("Moscow", "metonym", "government"), ("Kremlin", "metonym", "government"),
                               ("Russians", "demonym", "people"), ("Russia", "name", "place")}),
    # A state's name with "Government" is one name of it.
    ("United Kingdom", "Q145", "GBR", {("UK Government", "metonym", "government"), ("UK", "acronym", None)}),
])
def test_states_are_one_entity_with_their_metonyms(result: dict[str, Any], name: str, key: str, iso3166: str,
                                                   expected: set[tuple[str, str, str | None]]) -> None:
    """Names, acronyms, adjectives, capitals and seats of power of one state are one entity with its ids."""
    assert expected <= mentions(result, name)
    state = entity(result, name)
    assert (state["key"], state["type"], state["ids"]["iso3166"], state["ids"]["plover"]) == (key, "GPE", iso3166, iso3166)


def test_the_bracketed_gloss_is_the_same_state(result: dict[str, Any]) -> None:
    """"the DPRK [North Korea]": the last two mentions by name."""
    assert [text for text in texts(result, "North Korea") if text in ("DPRK", "North Korea")][-2:] == ["DPRK", "North Korea"]


def test_putin_is_named_in_full_by_surname_and_by_pronoun(result: dict[str, Any]) -> None:
    """"the harder Putin finds it to recruit ..., the more willing he is": the pronoun goes to the person, "it" nowhere."""
    putin = texts(result, "Vladimir Putin")
    assert {"Vladimir Putin", "Putin", "he", "his", "His"} <= set(putin)
    assert "it" not in putin


@pytest.mark.parametrize(("name", "role", "organisation"), [
    ("Yoon Suk Yeol", "President", None),  # the title before the name; whose president is not said there
    ("Volodymyr Zelenskyy", "Ukrainian President", "Ukraine"),  # the adjective in the title tells whose
    ("Barbara Woodward", "the UK’s permanent representative to the UN", "United Kingdom"),  # an apposition; the possessive tells whose
])
def test_people_have_their_roles(result: dict[str, Any], name: str, role: str, organisation: str | None) -> None:
    """Titles are roles, no parts of names; the party inside a role is whose it is."""
    roles = {found["text"]: found["organisation"] for found in entity(result, name)["roles"]}
    assert role in roles
    assert roles[role] == (entity(result, organisation)["id"] if organisation else None)


def test_the_acronym_in_brackets_is_the_service(result: dict[str, Any]) -> None:
    """"National Intelligence Service (NIS)": the letters agree with the name."""
    assert texts(result, "National Intelligence Service") == ["National Intelligence Service", "NIS"]
    assert entity(result, "National Security Council")["type"] == "ORG"
    assert entity(result, "Kim Jong-un")["type"] == "PERSON"


def test_an_adverb_before_a_comma_is_no_part_of_a_name(result: dict[str, Any]) -> None:
    """"Historically, South Korea has refrained": the model takes it for one name."""
    assert not [mention for entity in result["entities"] for mention in entity["mentions"] if "Historically" in mention["text"]]


def test_a_language_is_not_its_people(result: dict[str, Any]) -> None:
    """"speaking in Korean" names a language, "Korean peninsula" a place: neither is one of the two Koreas."""
    by_text = {mention["text"]: entity["type"] for entity in result["entities"] for mention in entity["mentions"]}
    assert by_text["Korean"] == "LANGUAGE"
    assert by_text["Korean peninsula"] == "LOC"


def test_the_nameless_official_is_one_entity_without_a_name(result: dict[str, Any]) -> None:
    """"a senior official from ... office", then "the official" twice."""
    official = entity_of(result, "the official")
    assert official["name"] is None
    assert [mention["form"] for mention in official["mentions"]] == ["nominal"] * 3


def entity_of(result: dict[str, Any], words: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entity for entity in result["entities"] if words in [mention["text"] for mention in entity["mentions"]])
    return found


def test_the_reporter_stands_apart(result: dict[str, Any]) -> None:
    """"Pjotr Sauer reported on October 22, 2024, that": a byline in prose; its date is the article's day."""
    assert entity(result, "Pjotr Sauer")["reporter"]
    assert [e["name"] for e in result["entities"] if e["reporter"]] == ["Pjotr Sauer"]
    document = result["document"]
    assert document["byline"]["authors"] == ["Pjotr Sauer"]
    assert document["reference_time"] == {"value": "2024-10-22", "basis": "byline"}
