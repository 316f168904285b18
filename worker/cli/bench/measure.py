"""Measured numbers: medians with their spread, and what a process holds in memory."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.nlp.accelerate import blas


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some rounds, with the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:,.2f} ({self.least:,.2f}-{self.most:,.2f})"


@dataclass(frozen=True, slots=True)
class Memory:
    """Mebibytes of a process: resident, its share of them (PSS), and its own alone (USS)."""

    resident: float
    share: float
    own: float

    @classmethod
    def of(cls, pid: int) -> Memory | None:
        """Read the kernel's account of a process; none where there is no such account."""
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            return None
        kibibytes = {name: float(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        own = kibibytes["Private_Clean"] + kibibytes["Private_Dirty"]
        return cls(kibibytes["Rss"] / 1_024, kibibytes["Pss"] / 1_024, own / 1_024)


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process and its ended children have taken; 0 where the kernel keeps no such account."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    # utime, stime, cutime, cstime: the 14th to 17th field, of which the name and the two before it are cut off.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """Name the processor, the number of its cores in use here, and the kernel of NumPy's library: ratios depend on them."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores, {blas.kernel()}"
