"""How many hints a worker takes ahead of its free processes: none while articles are long, a handful while they are very short.

A hint in hand waits behind the articles being read, so a worker takes none as a rule. Where articles take a few milliseconds (a cheap
extractor alone, say), its processes would be idle as long again until the next hint has come; then some are taken ahead, several at once.
Should a long article come in their way all the same, the reconciler hints again after two seconds, and another worker reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, Final

from celery.worker import state

#: Hints taken ahead of free processes, together with theirs, while articles are very short.
AHEAD: Final = 8
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
        return AHEAD if self.mean < SHORT_SECONDS else 0


pace = Pace()


def limit_hints(consumer: Any) -> Callable[[], int]:  # noqa: ANN401 - Celery's consumer
    """Let the consumer's channel take hints only for free processes and those ahead; tells how many by the function it gives.

    For brokers that kombu polls, such as Redis.
    """
    qos = consumer.task_consumer.channel.qos
    stock = type(qos).can_consume

    def wish() -> int:
        try:
            processes = getattr(consumer.controller, "max_concurrency", None) or consumer.pool.num_processes
        except AttributeError:
            return 0  # a cold stop has taken the pool apart under our feet
        return int(processes) + pace.ahead - len(state.reserved_requests)

    def can_consume(self: Any) -> bool:  # noqa: ANN401 - kombu's QoS
        return wish() > 0 and bool(stock(self))

    qos.can_consume = MethodType(can_consume, qos)
    return wish
