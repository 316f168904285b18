"""Children that never outlive us: programs started by Wiredesk, watched, asked to stop, then made to.

On Linux the kernel itself tells a child when its parent dies, however it dies; elsewhere a parent that is killed with
SIGKILL can leave its children behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

#: prctl's PR_SET_PDEATHSIG: "send me this signal when my parent is gone".
_PR_SET_PDEATHSIG = 1


def start(
    command: Sequence[str], *, log: Path | None = None, environment: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM, keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only us and we order the stopping.

    Its output is appended to `log`, else dropped; `keep` are open files that it shares with us, such as a lock. Must be called
    from the main thread: the kernel's promise ends with the thread that started the child.
    """
    with contextlib.ExitStack() as stack:
        output: int = subprocess.DEVNULL
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            output = stack.enter_context(log.open("ab")).fileno()
        return subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT if log else subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, start_new_session=True, pass_fds=keep,
            preexec_fn=_tied_to_parent(death_signal),  # noqa: PLW1509 - only prctl runs there
        )


def stop(process: subprocess.Popen[bytes], *, seconds: float, how: signal.Signals = signal.SIGTERM) -> int:
    """Ask a child to stop, wait, then kill its whole session; give its exit status."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # The child began a session: what it started itself goes with it.
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def free_port() -> int:
    """Find a free TCP port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_command(*arguments: str) -> list[str]:
    """Give the command line of a part of Wiredesk, run by this very Python."""
    return [sys.executable, "-m", "worker", *arguments]


def _tied_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died between fork and here
            os._exit(1)

    return tie
