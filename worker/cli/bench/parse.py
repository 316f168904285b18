"""How much sooner the accelerated pipeline parses than spaCy's own code, on one core, and whether it reads the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from worker.cli.bench.measure import Spread
from worker.cli.bench.report import Bench, Section
from worker.nlp.accelerate import accelerate
from worker.nlp.accelerate.verify import differences

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: Share of the articles that only fills caches: a worker lives long.
WARM_UP = 1 / 3


@dataclass(frozen=True, slots=True)
class ParseResult:
    """One way to run the pipeline: milliseconds of processor time an article, and articles that read otherwise than stock."""

    name: str
    milliseconds: Spread
    over_stock: Spread
    different: int


def parse_section(bench: Bench) -> Section:
    """Compare spaCy's own code, NumPy alone, and NumPy with numba."""
    found = measure_parse(bench.model.nlp, bench.texts, bench.rounds)
    rows = [(row.name, row.milliseconds, row.over_stock, row.different) for row in found]
    headings = ("way", "ms an article", "times stock", "articles that differ")
    return Section("Parse alone, one core", headings, rows, [asdict(row) for row in found])


def measure_parse(nlp: Language, texts: Sequence[str], rounds: int) -> list[ParseResult]:
    """Parse each text by each way in turn, so that whatever else the machine does burdens all alike."""
    ways: dict[str, Callable[[str], Doc]] = {"stock": nlp, "numpy": accelerate(nlp, "numpy"), "numba": accelerate(nlp, "auto")}
    different = dict.fromkeys(ways, 0)
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for number, text in enumerate(texts):
        with nlp.memory_zone():
            docs = {}
            for name, parse in ways.items():
                start = time.process_time()
                docs[name] = parse(text)
                spent[name].append(time.process_time() - start)
            for name, doc in docs.items():
                different[name] += bool(differences(docs["stock"], doc))
            docs.clear()
            del doc
        if number == 0:
            spent = {name: [] for name in ways}
    first = int(len(texts) * WARM_UP)
    size = max(1, (len(texts) - 1 - first) // rounds)
    results = []
    for name, times in spent.items():
        parts = [(sum(times[at:at + size]), sum(spent["stock"][at:at + size])) for at in range(first, len(times) - size + 1, size)]
        results.append(ParseResult(
            name, Spread.of([own / size * 1_000 for own, _ in parts]), Spread.of([stock / own for own, stock in parts]), different[name],
        ))
    return results
