"""How long a command waits for a server that is away or silent: redis-py's tries within tries, bounded together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from redis.retry import Retry

#: Seconds after which nothing is tried again but the command itself, once.
PATIENCE = 15

_command = threading.local()


class BoundedRetry(Retry):
    """Retries of redis-py that end together.

    A command is tried again, within each try the connection, within that its first PING: a server that accepts connections and never
    answers would be waited for 4 × 4 times. Quick failures (refused, reset) are tried as often as ever.
    """

    def call_with_retry(
        self, do: Callable[[], Any], fail: Callable[..., Any], is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> Any:  # noqa: ANN401 - whatever `do` gives
        """Call until it succeeds, the tries are used up, or the command around it has lasted too long."""
        outermost = getattr(_command, "until", None) is None
        if outermost:
            _command.until = time.monotonic() + PATIENCE
        failures = 0

        def worth_another(error: Exception) -> bool:
            nonlocal failures
            failures += 1
            if is_retryable is not None and not is_retryable(error):
                return False
            # The command itself has a second try even where the first one took long: a big answer that broke off.
            if time.monotonic() < _command.until or (outermost and failures == 1):
                return True
            # redis-py asks this before it closes what failed, and a reply may still come on that connection.
            if with_failure_count:
                fail(error, failures)
            else:
                fail(error)
            return False

        try:
            return super().call_with_retry(do, fail, worth_another, with_failure_count)
        finally:
            if outermost:
                _command.until = None
