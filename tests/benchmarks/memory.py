"""Memory of a worker's processes and of the server while many articles pass through every extractor.

    python tests/benchmarks/memory.py --count 20000

Prints own (USS) and resident (RSS) memory of the processes as articles go by, the slope of the resident memory over the second half,
and the server's bytes an article. Made articles hold names that nobody has seen before, as the news does.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import psutil

from worker.cli.bench.articles import load_articles, made_articles
from worker.cli.bench.workers import Plant, plant
from worker.settings import load_settings

#: Articles in one go: fewer than intake holds, and submitted before the queue is empty.
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the processes and the server hold (MiB) once so many articles are read."""

    done: int
    own: list[float]
    resident: list[float]
    server: float


def main() -> None:
    """Read the command line and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--articles", action="append", help="files with articles, taken in turn; by default made from the seeds")
    options.add_argument("--every", type=int, default=1_000, help="articles between two samples")
    given = options.parse_args()
    texts = load_articles(given.articles, given.count) if given.articles else made_articles(given.count)
    began = time.monotonic()
    with plant(load_settings(), given.processes) as running:
        samples = [_sample(running)]
        _show(samples[0])
        for start in range(0, given.count, BATCH):
            # No text twice in a row of processes' caches: a file's texts come again only after all the others.
            running.submit([texts[number % len(texts)] for number in range(start, min(start + BATCH, given.count))])
            running.wait(running.submitted - BATCH // 2, 5.0 * BATCH)
            if (start + BATCH) // given.every > start // given.every:
                samples.append(_sample(running))
                _show(samples[-1])
        running.wait(running.submitted, 5.0 * BATCH)
    words = sum(len(text.split()) for text in texts) / len(texts)
    stored = (samples[-1].server - samples[0].server) * 1024 / max(samples[-1].done, 1)
    print(f"{given.count:,} articles of {words:.0f} words in {time.monotonic() - began:.0f} s; resident memory over the second half: "
          f"{_slope(samples[len(samples) // 2:]):+.3f} MiB a process and 1,000 articles; server {stored:.0f} KiB an article")


def _sample(running: Plant) -> Sample:
    own, resident = [], []
    for pid in running.children():
        held = psutil.Process(pid).memory_full_info()
        own.append(held.uss / 2**20)
        resident.append(held.rss / 2**20)
    server = running.ledger.client.info("memory")["used_memory"] / 2**20
    return Sample(done=running.ledger.status().done, own=own, resident=resident, server=server)


def _show(sample: Sample) -> None:
    own, resident = (" ".join(f"{size:6.1f}" for size in sizes) for sizes in (sample.own, sample.resident))
    print(f"{sample.done:6,} articles   own (USS) {own}   resident (RSS) {resident}   server {sample.server:7.1f} MiB", flush=True)


def _slope(samples: list[Sample]) -> float:
    """MiB of resident memory a process for each 1,000 articles more, by least squares."""
    points = [(sample.done / 1000, sum(sample.resident) / len(sample.resident)) for sample in samples]
    middle, level = (sum(column) / len(points) for column in zip(*points, strict=True))
    spread = sum((at - middle) ** 2 for at, _ in points)
    return sum((at - middle) * (size - level) for at, size in points) / spread if spread else 0.0


if __name__ == "__main__":
    main()
