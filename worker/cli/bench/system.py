"""The whole system (submit, queue, every extractor, commit) against what a user would write instead: `nlp.pipe(texts, n_process=cores)`."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass

from worker.cli.bench.measure import Memory, Spread, processor_seconds
from worker.cli.bench.report import Bench, Section
from worker.cli.bench.workers import Plant, plant

#: Texts that `nlp.pipe` hands to a process at a time. Its own choice is 256, which leaves one process idle at the end of some hundred
#: articles; smaller batches are as fast on a CPU and give each process its share.
BATCH = 16


@dataclass(frozen=True, slots=True)
class SystemResult:
    """Articles a second of both, the ratio of each pair of rounds, and the memory that the system took."""

    stock: Spread
    system: Spread
    ratio: Spread
    #: Milliseconds of processor time an article, of all processes that have a part in it; steady also on a machine with other work.
    stock_milliseconds: Spread
    system_milliseconds: Spread
    #: Of the processes that read articles, after the last round; the parent's is the model's own.
    processes: tuple[Memory, ...]
    parent: Memory | None
    #: The server's memory that one article took: text, result, indexes.
    server_bytes: float


def system_section(bench: Bench) -> Section:
    """Compare articles a second, rounds of both in turn."""
    found = measure_system(bench)
    own = max((memory.own for memory in found.processes), default=0.0)
    share = sum(memory.share for memory in (*found.processes, *([found.parent] if found.parent else [])))
    rows = [
        (f"nlp.pipe(n_process={bench.processes}), articles a second", found.stock),
        (f"Wiredesk, {bench.processes} processes, articles a second", found.system),
        ("Wiredesk over nlp.pipe, times", found.ratio),
        ("nlp.pipe, ms of processor time an article", found.stock_milliseconds),
        ("Wiredesk, ms of processor time an article (worker, server, submitter)", found.system_milliseconds),
        ("memory of its own of a process, MiB", f"{own:,.0f}"),
        ("all of the worker's processes together (PSS), MiB", f"{share:,.0f}"),
        ("server's memory an article, KB", f"{found.server_bytes / 1_000:,.1f}"),
    ]
    return Section("The whole system", ("", "median (least-most)"), rows, asdict(found))


def measure_system(bench: Bench) -> SystemResult:
    """Run `rounds` pairs of rounds, each over all the articles."""
    stock, system, stock_busy, system_busy = [], [], [], []
    with plant(bench.settings, bench.processes) as running:
        before = int(running.ledger.client.info("memory")["used_memory"])
        for _ in range(bench.rounds):
            start, busy = time.perf_counter(), processor_seconds(os.getpid())
            for _doc in bench.stock.pipe(bench.texts, n_process=bench.processes, batch_size=BATCH):
                pass
            stock.append(len(bench.texts) / (time.perf_counter() - start))
            stock_busy.append((processor_seconds(os.getpid()) - busy) / len(bench.texts) * 1_000)
            busy = _busy(running)
            system.append(len(bench.texts) / running.run(bench.texts))
            system_busy.append((_busy(running) - busy) / len(bench.texts) * 1_000)
        grown = int(running.ledger.client.info("memory")["used_memory"]) - before
        processes = tuple(memory for pid in running.children() if (memory := Memory.of(pid)))
        parent = Memory.of(running.worker.pid)
    return SystemResult(
        Spread.of(stock), Spread.of(system), Spread.of([own / other for own, other in zip(system, stock, strict=True)]),
        Spread.of(stock_busy), Spread.of(system_busy),
        processes, parent, grown / (len(bench.texts) * bench.rounds),
    )


def _busy(running: Plant) -> float:
    """Give the processor time of worker, server and this process together."""
    server = running.ledger.client.info("cpu")
    processes = [os.getpid(), running.worker.pid, *running.children()]
    return sum(map(processor_seconds, processes)) + float(server["used_cpu_sys"]) + float(server["used_cpu_user"])
