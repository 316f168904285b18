"""The whole system (submit, queue, every extractor, commit) against what a user would write instead: `nlp.pipe(texts, n_process=cores)`."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass

from worker.cli.bench.measure import Memory, Spread, processor_seconds
from worker.cli.bench.report import Bench, Section
from worker.cli.bench.workers import Plant, plant

#: Texts that `nlp.pipe` hands to a process at a time, for the second comparison. Its own choice, 256, leaves a process idle at the end of
#: some hundred articles; whoever knows that chooses smaller ones, which are also a little faster on a CPU.
BATCH = 16


@dataclass(frozen=True, slots=True)
class SystemResult:
    """Articles a second of both, the ratio of each pair of rounds, and the memory that the system took."""

    stock: Spread
    batched: Spread
    system: Spread
    ratio: Spread
    ratio_batched: Spread
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
        (f"nlp.pipe(n_process={bench.processes}, batch_size={BATCH}), articles a second", found.batched),
        ("Wiredesk over nlp.pipe, times", found.ratio),
        (f"Wiredesk over nlp.pipe in batches of {BATCH}, times", found.ratio_batched),
        (f"nlp.pipe in batches of {BATCH}, ms of processor time an article", found.stock_milliseconds),
        ("Wiredesk, ms of processor time an article (worker, server, submitter)", found.system_milliseconds),
        ("memory of its own of a process, MiB", f"{own:,.0f}"),
        ("all of the worker's processes together (PSS), MiB", f"{share:,.0f}"),
        ("server's memory an article, KB", f"{found.server_bytes / 1_000:,.1f}"),
    ]
    return Section("The whole system", ("", "median (least-most)"), rows, asdict(found))


def measure_system(bench: Bench) -> SystemResult:
    """Run `rounds` pairs of rounds, each over all the articles."""
    stock, batched, system, stock_busy, system_busy = [], [], [], [], []
    with plant(bench.settings, bench.processes) as running:
        before = int(running.ledger.client.info("memory")["used_memory"])
        for _ in range(bench.rounds):
            stock.append(_piped(bench, None))
            busy = processor_seconds(os.getpid())
            batched.append(_piped(bench, BATCH))
            stock_busy.append((processor_seconds(os.getpid()) - busy) / len(bench.texts) * 1_000)
            busy = _busy(running)
            system.append(len(bench.texts) / running.run(bench.texts))
            system_busy.append((_busy(running) - busy) / len(bench.texts) * 1_000)
        grown = int(running.ledger.client.info("memory")["used_memory"]) - before
        processes = tuple(memory for pid in running.children() if (memory := Memory.of(pid)))
        parent = Memory.of(running.worker.pid)
    return SystemResult(
        Spread.of(stock), Spread.of(batched), Spread.of(system), _times(system, stock), _times(system, batched),
        Spread.of(stock_busy), Spread.of(system_busy),
        processes, parent, grown / (len(bench.texts) * bench.rounds),
    )


def _times(system: list[float], other: list[float]) -> Spread:
    return Spread.of([own / others for own, others in zip(system, other, strict=True)])


def _piped(bench: Bench, batch: int | None) -> float:
    """Give the articles a second of spaCy's own way, in batches of its own choice or of a given size."""
    start = time.perf_counter()
    for _doc in bench.stock.pipe(bench.texts, n_process=bench.processes, batch_size=batch):
        pass
    return len(bench.texts) / (time.perf_counter() - start)


def _busy(running: Plant) -> float:
    """Give the processor time of worker, server and this process together."""
    server = running.ledger.client.info("cpu")
    processes = [os.getpid(), running.worker.pid, *running.children()]
    return sum(map(processor_seconds, processes)) + float(server["used_cpu_sys"]) + float(server["used_cpu_user"])
