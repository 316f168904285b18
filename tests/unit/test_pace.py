"""How many hints a worker takes ahead of its free processes."""

from __future__ import annotations

from types import SimpleNamespace

from celery.concurrency.prefork import TaskPool

from worker.pace import AHEAD, SHORT_SECONDS, Pace, limit_hints


def test_nothing_is_taken_ahead_until_articles_have_proved_to_be_short() -> None:
    """A worker that knows nothing yet is careful, and stays so while articles take their usual time."""
    pace = Pace()
    assert pace.ahead == 0
    for _ in range(200):
        pace.took(0.04)
    assert pace.ahead == 0


def test_very_short_articles_let_some_hints_be_taken_ahead() -> None:
    """Never more than a handful."""
    pace = Pace()
    for _ in range(500):
        pace.took(SHORT_SECONDS / 5)
    assert pace.ahead == AHEAD


def test_one_long_article_ends_it() -> None:
    """What waits behind a long article is what the rule is to prevent."""
    pace = Pace()
    for _ in range(500):
        pace.took(0.001)
    pace.took(3)
    assert pace.ahead == 0
    pace.took(0.001)
    assert pace.ahead == 0


def test_a_pool_that_a_stop_has_taken_apart_wants_no_hints() -> None:
    """Celery's event loop asks once more after a cold stop."""
    class Qos:
        def can_consume(self) -> bool:
            return True

    qos = Qos()
    consumer = SimpleNamespace(controller=SimpleNamespace(), pool=TaskPool(2),
                               task_consumer=SimpleNamespace(channel=SimpleNamespace(qos=qos)))
    assert limit_hints(consumer)() == 0
    assert not qos.can_consume()
