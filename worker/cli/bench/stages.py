"""Where the time of one article goes: the parse and each extractor, against spaCy's own parse of the same articles."""

from __future__ import annotations

import collections
import cProfile
import datetime as dt
import pstats
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from worker.cli.bench.report import Bench, Section
from worker.pipeline import Trip, run
from worker.records import Article

if TYPE_CHECKING:
    from spacy.language import Language

    from worker.nlp.reading import Reader

#: A fixed day of receipt: the results are not looked at.
RECEIVED = dt.datetime(2024, 10, 22, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """Milliseconds an article, and the share of a stock parse."""

    name: str
    milliseconds: float
    of_stock: float


def stages_section(bench: Bench) -> Section:
    """Show where an article's time goes."""
    found = measure_stages(bench.stock, bench.reader, bench.texts)
    rows = [(row.name, f"{row.milliseconds:.2f}", f"{row.of_stock:.1%}") for row in found]
    return Section("Stages of one article", ("stage", "ms an article", "of a stock parse"), rows, [asdict(row) for row in found])


def measure_stages(stock_nlp: Language, reader: Reader, texts: Sequence[str]) -> list[Stage]:
    """Run the whole pipeline over the texts, each after a stock parse of it; the first third only warms up."""
    spent: collections.Counter[str] = collections.Counter()
    first = len(texts) // 3
    for number, text in enumerate(texts):
        start = time.process_time()
        with stock_nlp.memory_zone():
            stock_nlp(text)
        parsed = time.process_time()
        began = time.perf_counter()
        result = run(Article.parse({"text": text}), reader, Trip(received=RECEIVED))
        done = time.process_time()
        if number >= first:
            # Laps are told by the clock on the wall; on a busy machine the processor was elsewhere for a part of it.
            busy = (done - parsed) / (time.perf_counter() - began)
            spent.update({name: lap * busy for name, lap in result["provenance"]["milliseconds"].items()})
            spent.update({"stock parse": (parsed - start) * 1_000, "whole pipeline": (done - parsed) * 1_000})
    spent.pop("queued", None)
    measured = len(texts) - first
    stock = spent["stock parse"]
    extractors = sum(spent[name] for name in spent if name not in ("stock parse", "whole pipeline", "parse"))
    spent["all extractors"] = extractors
    return [Stage(name, total / measured, total / stock) for name, total in spent.most_common()]


def profile_stages(reader: Reader, texts: Sequence[str], path: Path) -> str:
    """Profile the pipeline over the texts; write the profile to `path` (for snakeviz and the like) and give its top as text."""
    import io

    articles = [Article.parse({"text": text}) for text in texts]
    profile = cProfile.Profile()
    profile.enable()
    for article in articles:
        run(article, reader, Trip(received=RECEIVED))
    profile.disable()
    profile.dump_stats(path)
    out = io.StringIO()
    pstats.Stats(profile, stream=out).sort_stats("tottime").print_stats(40)
    return out.getvalue()
