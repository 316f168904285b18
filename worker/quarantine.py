"""Run one piece of work in a process of its own with limits, so that what kills processes kills nobody else's.

The process is forked from a worker's child, shares its model, and hands its answer back through a pipe. It knows nothing of articles.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import resource
import selectors
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from worker.errors import WiredeskError

T = TypeVar("T")

#: Memory above what the process already has, in bytes, when the limits do not say otherwise.
_MEBIBYTE = 1024 * 1024
_PAGE = 64 * 1024


class ProcessLostError(WiredeskError):
    """The process died; the message says of what and what it had used, `stage` the last that it told."""

    def __init__(self, message: str, stage: str) -> None:
        super().__init__(message)
        self.stage = stage


def run_apart(work: Callable[[Callable[[str], None]], T], *, memory_mib: int, cpu_seconds: float, wall_seconds: float) -> T:
    """Fork, run `work` under the limits and give what it gives; it may tell its stage to the function it is handed.

    Its exceptions are raised here. `memory_mib` counts beyond what this process already has.

    Raises:
        ProcessLostError: the process was killed or exceeded a limit.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work_and_leave(work, writer, memory_mib, cpu_seconds)
    os.close(writer)
    try:
        answer, stage = _listen(reader, wall_seconds)
    finally:
        os.close(reader)
        # It may have answered and still hang; nothing is waited for.
        with contextlib.suppress(ProcessLookupError):
            if _timed_out(pid):
                os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    if answer is None:
        raise ProcessLostError(_obituary(status, usage, stage, wall_seconds), stage)
    kind, value = pickle.loads(answer)  # noqa: S301 - written by this program's own fork a moment ago
    if kind == "error":
        raise value
    result: T = value
    return result


def _work_and_leave(work: Callable[[Callable[[str], None]], T], writer: int, memory_mib: int, cpu_seconds: float) -> None:
    """Never returns: a forked child must not run its parent's way out."""
    try:
        # Its death is told by its parent: no stack on standard error.
        faulthandler.disable()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        limit = _address_space() + memory_mib * _MEBIBYTE
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (max(1, int(cpu_seconds)), max(1, int(cpu_seconds)) + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        def tell(stage: str) -> None:
            os.write(writer, b"s" + stage.encode()[:200] + b"\n")

        answer: tuple[str, object]
        try:
            answer = ("value", work(tell))
        except BaseException as error:  # noqa: BLE001 - handed over and raised by the parent
            answer = ("error", error)
        _send(writer, _pickled(answer))
        os._exit(0)
    finally:
        os._exit(1)


def _pickled(answer: object) -> bytes:
    try:
        return pickle.dumps(answer)
    except Exception as error:  # noqa: BLE001 - whatever an exception of others holds
        return pickle.dumps(("error", WiredeskError(f"the answer cannot be handed over: {error}")))


def _send(writer: int, payload: bytes) -> None:
    view = memoryview(b"a" + len(payload).to_bytes(8, "big") + payload)
    while view:
        view = view[os.write(writer, view[:_PAGE]):]


def _listen(reader: int, wall_seconds: float) -> tuple[bytes | None, str]:
    """Read until the answer, the end or the time limit; gives the answer, if any, and the last stage."""
    deadline, data, stage = time.monotonic() + wall_seconds, b"", ""
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            chunk = os.read(reader, _PAGE)
            if not chunk:
                break
            data += chunk
            while data[:1] == b"s" and b"\n" in data:
                line, _, data = data.partition(b"\n")
                stage = line[1:].decode(errors="replace")
            if data[:1] == b"a" and len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[1:9], "big"):  # noqa: PLR2004 - kind and length
                return data[9:], stage
    return None, stage


def _timed_out(pid: int) -> bool:
    """Give a process that has answered or died a moment to be gone; True if it is still there."""
    for _ in range(20):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        time.sleep(0.01)
    return True


def _obituary(status: int, usage: resource.struct_rusage, stage: str, wall_seconds: float) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        cause = f"killed by {signal.Signals(number).name}"
        if number == signal.SIGKILL:
            cause += f" (out of memory, or longer than {wall_seconds:g} s)"
    else:
        cause = f"ended with status {os.waitstatus_to_exitcode(status)}"
    used = f"{usage.ru_maxrss // 1024} MiB of memory, {usage.ru_utime + usage.ru_stime:.1f} s of processor time"
    return f"the reading process was {cause} in stage {stage or 'start'}; it had used {used}"


def _address_space() -> int:
    """Bytes of address space that this process has; 4 GiB where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 4 * 1024 * _MEBIBYTE
