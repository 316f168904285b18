"""Work in a process apart: its answer comes back, and whatever kills it kills nobody else."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable

import pytest

from worker.errors import PermanentError
from worker.quarantine import ProcessLostError, run_apart

LIMITS = {"memory_mib": 256, "cpu_seconds": 5, "wall_seconds": 5}


def test_the_answer_comes_back() -> None:
    """Even a large one, from another process."""
    pid, text = run_apart(lambda _: (os.getpid(), "x" * 5_000_000), **LIMITS)
    assert pid != os.getpid()
    assert len(text) == 5_000_000


def test_its_exceptions_are_raised_here() -> None:
    """With class and message."""
    def fail(_: object) -> None:
        raise PermanentError("no such language")

    with pytest.raises(PermanentError, match="no such language"):
        run_apart(fail, **LIMITS)


def test_memory_has_a_limit() -> None:
    """Beyond it Python raises in the process apart, not here."""
    with pytest.raises(MemoryError):
        run_apart(lambda _: len(bytearray(1 << 30)), **LIMITS)


@pytest.mark.parametrize(("work", "cause"), [
    (os.abort, "SIGABRT"), (lambda: ctypes.string_at(0), "SIGSEGV"), (lambda: os._exit(3), "status 3"),
], ids=["abort", "segfault", "exit"])
def test_a_death_is_told_with_cause_and_stage(work: Callable[[], object], cause: str) -> None:
    """The message names the signal, the last stage and what was used."""
    def die(tell: Callable[[str], None]) -> None:
        tell("parse")
        tell("quotes")
        work()

    with pytest.raises(ProcessLostError, match=f"{cause} in stage quotes; it had used .* MiB") as caught:
        run_apart(die, **LIMITS)
    assert caught.value.stage == "quotes"


def test_what_takes_too_long_is_killed() -> None:
    """Sleeping or computing, the wall clock ends it."""
    with pytest.raises(ProcessLostError, match=r"longer than 0\.3 s"):
        run_apart(lambda _: time.sleep(60), memory_mib=256, cpu_seconds=5, wall_seconds=0.3)
