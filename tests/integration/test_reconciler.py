"""The reconciler's slow round: streams are kept short, alarms are raised and taken back."""

from __future__ import annotations

import pytest

from tests.servers import Server, open_ledger
from worker.ledger import Ledger, keys
from worker.producer import submit
from worker.reconciler import Reconciler


def alarms(ledger: Ledger) -> dict[str, str]:
    """What a fresh worker's first round raises."""
    Reconciler(ledger, "test").round()
    return ledger.status().alarms


def test_a_healthy_ledger_raises_nothing(ledger: Ledger) -> None:
    """No alarm, and one that is over is taken back."""
    ledger.client.hset(keys.ALARMS, "memory", '[0, "of yesterday"]')
    submit([{"id": "a", "text": "One."}], ledger=ledger)
    assert alarms(ledger) == {}


@pytest.mark.parametrize(("name", "changes", "words"), [
    ("dead_letters", {"retention": {"dead_length": 10}}, "replay, export or purge"),
    ("memory", {"limits": {"memory_warn": 1e-9}}, "of the server's memory is used"),
    ("backlog", {"limits": {"backlog": 1}}, "intake refuses"),
])
def test_limits_raise_alarms(server: Server, ledger: Ledger, name: str, changes: dict[str, dict[str, object]], words: str) -> None:
    """Each says what is the matter and what to do."""
    for number in range(9):
        ledger.dead.bury("test", "not_json", "", b"%d" % number)
    submit([{"id": "a", "text": "One."}], ledger=ledger)
    with open_ledger(server.url, **changes) as limited:
        found = alarms(limited)
        assert words in found[name]
        assert f'wiredesk_alarm{{name="{name}"}} 1' in limited.metrics()


def test_books_that_do_not_balance_are_told(ledger: Ledger) -> None:
    """Somebody wrote to the ledger: nothing is mended silently."""
    submit([{"id": "a", "text": "One."}], ledger=ledger)
    ledger.client.hincrby(keys.COUNTERS, "done", 5)
    assert "do not balance" in alarms(ledger)["conservation"]


def test_server_settings_are_watched(ledger: Ledger) -> None:
    """A policy that would drop articles, set while workers run, is an alarm."""
    ledger.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert any("noeviction" in sentence for sentence in alarms(ledger).values())
    finally:
        ledger.client.config_set("maxmemory-policy", "noeviction")


def test_dead_letters_are_bounded(server: Server, ledger: Ledger) -> None:
    """Beyond the bound the oldest go, and are counted."""
    for number in range(25):
        ledger.dead.bury("test", "not_json", "", b"%d" % number)
    with open_ledger(server.url, retention={"dead_length": 10}) as limited:
        alarms(limited)
    assert [letter.body for letter in ledger.dead.list()] == [b"%d" % number for number in range(15, 25)]
    assert ledger.status().counters["dead_letters_dropped"] == 15
