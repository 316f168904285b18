"""How many hints a worker takes ahead of its free processes: none while articles are long, one while they are very short.

A hint in hand waits behind the articles being read, so a worker takes none as a rule. Where articles take a few milliseconds (a cheap
extractor alone, say), its processes would be idle as long again until the next hint has come; then one is taken ahead. Should a long
article come in its way all the same, the reconciler hints again after two seconds, and another worker reads it.
"""

from __future__ import annotations

from types import MethodType
from typing import Any, Final

from celery.worker import state

#: Articles are very short below this mean time (s).
SHORT_SECONDS: Final = 0.01
#: Weight of the newest article in the mean.
_NEWEST: Final = 0.05


class Pace:
    """The running mean of how long a worker's articles take, and what follows from it."""

    def __init__(self) -> None:
        self.mean = 1.0

    def took(self, seconds: float) -> None:
        """Note one article's time."""
        self.mean += _NEWEST * (seconds - self.mean)
        if seconds > SHORT_SECONDS * 10:
            # One long article is enough to be careful; it takes some fifty short ones to be bold again.
            self.mean = max(self.mean, SHORT_SECONDS * 10)

    @property
    def ahead(self) -> int:
        """Hints to take beyond the processes that are free."""
        return int(self.mean < SHORT_SECONDS)


pace = Pace()


def limit_hints(consumer: Any) -> None:  # noqa: ANN401 - Celery's consumer
    """Let the consumer's channel take hints only for free processes and those ahead; for brokers that kombu polls, such as Redis."""
    qos = consumer.task_consumer.channel.qos
    if not hasattr(qos, "can_consume"):
        return
    stock = type(qos).can_consume

    def can_consume(self: Any) -> bool:  # noqa: ANN401 - kombu's QoS
        processes = getattr(consumer.controller, "max_concurrency", None) or consumer.pool.num_processes
        return len(state.reserved_requests) < processes + pace.ahead and bool(stock(self))

    qos.can_consume = MethodType(can_consume, qos)
