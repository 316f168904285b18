"""The ledger in Redis: the truth about every accepted job, its result and its end.

    ledger = connect(settings)                        # redis_url, else the server of this machine
    ledger.status()                                   # Status: accepted, done, dead, queued, in_flight, oldest_seconds ...
    ledger.jobs.state("id")                           # Job, or None: state, version, times, history
    ledger.jobs.delete("id")                          # takedown
    ledger.results.get("id"), .article("id")          # JSON bytes, or None
    ledger.results.mentions("Q423" or "north korea")  # ids of articles, newest first
    ledger.dead.list(), .show(), .replay(), .purge(), .export(), .bury()
    ledger.duplicates.place(result)                   # fill in the result's cluster; .story("cluster"): its articles
    ledger.holds.hold("work"), .release(), .held()    # keep workers or intake from going on
    ledger.workers.list()                             # which workers run
    ledger.metrics()                                  # text for Prometheus

Submitting is `worker.producer`'s business, reading the stream of results `worker.consumer`'s. Every key stands in `keys.py`, every
change of state in one script of `scripts/`. A server that is away or full raises `ServerUnavailableError`, from any method.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger, Status, connect

__all__ = ["Ledger", "Status", "connect"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    """Load Redis's client when the ledger is first used: `wiredesk extract` uses only what groups duplicates."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from worker.ledger import connection

    return getattr(connection, name)
