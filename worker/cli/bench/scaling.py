"""More processes, and more articles waiting: how the rate of the whole system changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from worker.cli.bench.measure import Spread
from worker.cli.bench.report import Bench, Section
from worker.cli.bench.workers import ARTICLE_SECONDS, plant

#: Articles that wait behind those that are measured.
BACKLOG = 100_000
#: A round alone gets one article more for so many, so that both settings time a queue that is never empty, and no submitting.
FILL = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """Articles a second in one setting."""

    setting: str
    rate: Spread


def processes_section(bench: Bench) -> Section:
    """Show the rate with one process and with as many as asked for."""
    rates = []
    for processes in (1, bench.processes):
        with plant(bench.settings, processes) as running:
            seconds = [running.run(bench.texts) for _ in range(bench.rounds)]
        rates.append(Rate(f"{processes}", Spread.of([len(bench.texts) / taken for taken in seconds])))
    times = rates[-1].rate.median / rates[0].rate.median
    rows = [(rate.setting, rate.rate, f"{rate.rate.median / rates[0].rate.median:.2f}") for rate in rates]
    return Section("Processes", ("processes", "articles a second", "times one"), rows,
                   {"rates": [asdict(rate) for rate in rates], "times": times})


def backlog_section(bench: Bench) -> Section:
    """Show the rate with only the measured articles in the queue, and with a hundred thousand behind them."""
    count = len(bench.texts)
    with plant(bench.settings, bench.processes) as running:
        alone = []
        for _ in range(bench.rounds):
            waiting = running.submit([*bench.texts, *bench.texts[:count // FILL]])
            alone.append(count / running.time_next(count))
            running.wait(waiting, ARTICLE_SECONDS * count)
        running.submit([bench.texts[number % count] for number in range(BACKLOG)])
        behind = [count / running.time_next(count) for _ in range(bench.rounds)]
    rates = [Rate("0", Spread.of(alone)), Rate(f"{BACKLOG:,}", Spread.of(behind))]
    change = rates[1].rate.median / rates[0].rate.median
    rows = [(rate.setting, rate.rate, f"{rate.rate.median / rates[0].rate.median:.3f}") for rate in rates]
    return Section("Backlog", ("articles behind", "articles a second", "times none"), rows,
                   {"rates": [asdict(rate) for rate in rates], "times": change})
