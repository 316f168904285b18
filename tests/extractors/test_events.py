"""Events have the type and the parties that their words tell: see `tests/tables/events.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

ROWS = tomllib.loads((Path(__file__).parents[1] / "tables" / "events.toml").read_text(encoding="utf-8"))["row"]


def read(reader: Reader, text: str) -> dict[str, Any]:
    article = Article.parse({"text": text, "published_at": "2024-10-22"})
    result = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["failures"] == []
    return result


def written(event: dict[str, Any]) -> str:
    """The event as the table writes it."""
    def parties(role: str) -> str:
        return " + ".join("/".join(part for part in (party["code"] or "-", party["sector"]) if part) for party in event[role])
    return f"{event['type']} {event['trigger']['text']}: {parties('actors')} > {parties('recipients')}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:70])
def test_events_have_the_type_and_the_parties_that_their_words_tell(reader: Reader, row: dict[str, Any]) -> None:
    """All events of a type, and no more."""
    found = read(reader, row["text"])["events"]
    assert [written(event) for event in found if event["type"]] == row["events"]


def test_the_table_is_large_and_a_third_of_it_are_near_misses() -> None:
    """A rule that fires everywhere cannot pass."""
    assert len(ROWS) >= 120
    assert sum(bool(row.get("near")) for row in ROWS) * 3 >= len(ROWS)


def test_an_event_told_twice_is_one_with_two_mentions(reader: Reader) -> None:
    """The first mention is the trigger; another victim is another event."""
    text = "Russia attacked Ukraine on Monday. Russia's attack on Ukraine began at dawn. Russia attacked Georgia in 2008."
    found = [event for event in read(reader, text)["events"] if event["type"] == "ASSAULT"]
    assert [[mention["text"] for mention in event["mentions"]] for event in found] == [["attacked", "attack"], ["attacked"]]
    assert all(event["mentions"][0] == event["trigger"] for event in found)


def test_an_event_has_its_day_its_place_and_its_numbers(reader: Reader) -> None:
    """They are records of their own, named by id."""
    result = read(reader, "Rebels killed twelve soldiers in Chad on Friday.")
    event = next(event for event in result["events"] if event["type"])
    assert {entity["id"]: entity["name"] for entity in result["entities"]}[event["place"]] == "Chad"
    assert {timex["id"]: timex["value"] for timex in result["timexes"]}[event["time"]] == "2024-10-18"
    numbers = {quantity["id"]: quantity["value"] for quantity in result["quantities"]}
    assert [numbers[number] for number in event["quantities"]] == [12]


def test_the_reporter_is_no_actor(reader: Reader) -> None:
    """Who tells the news does not act in it."""
    article = Article.parse({"text": "By Anna Berg\n\nAnna Berg reported that rebels attacked Chad.", "authors": ["Anna Berg"]})
    found = run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))["events"]
    assert [actor["text"] for event in found for actor in event["actors"]] == ["rebels"]


def test_how_old_somebody_is_is_no_number_of_the_event(reader: Reader) -> None:
    """An age belongs to the person."""
    found = read(reader, "Olaf Scholz, 66, met Emmanuel Macron in Berlin.")["events"]
    assert [event["quantities"] for event in found] == [[]]


def test_what_plover_has_no_type_for_is_told_with_null(reader: Reader) -> None:
    """The main predicate with its actor is an event, of no type."""
    found = read(reader, "Airbus painted the aircraft.")["events"]
    assert [(event["type"], event["trigger"]["text"], event["actors"][0]["text"]) for event in found] == [(None, "painted", "Airbus")]


@pytest.mark.parametrize(("text", "trigger", "actors", "recipients"), [
    ("The broker was fined 300,000 euros.", "fined", [], ["broker"]),
    ("The broker's brother was ordered to leave and was fined $5 million.", "fined", [], ["The broker's brother"]),
    ("A broker paid the clinic.", "paid", ["broker"], []),
    ("Two of Acme Bank's five directors resigned.", "resigned", ["Two of Acme Bank's five directors"], []),
    ("Acme Bank resigned.", "resigned", ["Acme Bank"], []),
    ("The campaign was paid for from Brazil, which the Kremlin denies.", "denies", ["Kremlin"], []),
    ("Peru, which Brazil invaded, is at war.", "invaded", ["Brazil"], ["Peru"]),
])
def test_sums_and_clauses_are_nobody_and_some_are_not_all(reader: Reader, text: str, trigger: str, actors: list[str],
                                                          recipients: list[str]) -> None:
    """Money is never a recipient, "which" may mean a whole clause, and two of five directors are not the bank."""
    event = next(event for event in read(reader, text)["events"] if event["trigger"]["text"] == trigger)
    assert [party["text"] for party in event["actors"]] == actors
    assert [party["text"] for party in event["recipients"]] == recipients
