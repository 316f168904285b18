"""How much sooner the accelerated pipeline parses than spaCy's own code, on one core, and whether it reads the same."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from worker.cli.bench.measure import Spread
from worker.cli.bench.report import Bench, Section
from worker.cli.bench.stages import RECEIVED
from worker.nlp.accelerate.verify import differences
from worker.nlp.byline import dateline_borders
from worker.nlp.model import load_model
from worker.nlp.pieces import parse_long
from worker.nlp.reading import Reader
from worker.records import Article

if TYPE_CHECKING:
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
    found = measure_parse(bench.settings.model, bench.texts, bench.rounds)
    rows = [(row.name, row.milliseconds, row.over_stock, row.different) for row in found]
    headings = ("way", "ms an article", "times stock", "articles that differ")
    return Section("Parse alone, one core", headings, rows, [asdict(row) for row in found])


def measure_parse(model: str, texts: Sequence[str], rounds: int) -> list[ParseResult]:
    """Parse each text by each way in turn, so that whatever else the machine does burdens all alike.

    Stock is a pipeline of its own that keeps all words it meets, as in `nlp.pipe`; the product's readers forget them after each article.
    """
    stock = load_model(model, whole=True)
    readers = {"numpy": Reader(load_model(model), accelerate="numpy", patience=0), "numba": Reader(load_model(model), patience=0)}
    names = ("stock", *readers)
    different = dict.fromkeys(names, 0)
    spent: dict[str, list[float]] = {name: [] for name in names}

    def timed(name: str, start: float, doc: Doc) -> None:
        spent[name].append(time.process_time() - start)
        different[name] += bool(differences(expected, doc))

    for text in texts:
        start = time.process_time()
        # A dateline is parsed apart from the story: by each way alike.
        expected = parse_long(text, stock.nlp, cuts=dateline_borders(text))
        timed("stock", start, expected)
        for name, reader in readers.items():
            article = Article.parse({"text": text, "language": stock.nlp.lang})
            start = time.process_time()
            with reader.read(article, RECEIVED) as reading:
                timed(name, start, reading.doc)
    first = int(len(texts) * WARM_UP)
    size = max(1, (len(texts) - first) // rounds)
    results = []
    for name, times in spent.items():
        parts = [(sum(times[at:at + size]), sum(spent["stock"][at:at + size])) for at in range(first, len(times) - size + 1, size)]
        results.append(ParseResult(
            name, Spread.of([own / size * 1_000 for own, _ in parts]), Spread.of([stock / own for own, stock in parts]), different[name],
        ))
    return results
