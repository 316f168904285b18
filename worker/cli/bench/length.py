"""How the time grows with an article's length: nothing may be quadratic."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from worker.cli.bench.articles import long_article
from worker.cli.bench.report import Bench, Section
from worker.cli.bench.stages import RECEIVED
from worker.pipeline import Trip, run
from worker.records import Article

if TYPE_CHECKING:
    from worker.nlp.reading import Reader

#: Tokens an English word of these articles makes, with its share of punctuation.
TOKENS_A_WORD = 1.15
LENGTHS = (1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Length:
    """One article: its tokens, seconds of processor time, and its slowest stages in milliseconds."""

    tokens: int
    seconds: float
    slowest: tuple[tuple[str, float], ...]


def length_section(bench: Bench) -> Section:
    """Show how time grows with length."""
    found = measure_lengths(bench.reader, LENGTHS)
    rows = [(f"{row.tokens:,}", f"{row.seconds:.2f}", f"{row.tokens / row.seconds:,.0f}",
             ", ".join(f"{name} {lap:,.0f}" for name, lap in row.slowest)) for row in found]
    headings = ("tokens", "seconds", "tokens a second", "slowest stages, ms")
    return Section("Length of one article", headings, rows, [asdict(row) for row in found])


def measure_lengths(reader: Reader, tokens: Sequence[int]) -> list[Length]:
    """Read one article of about each number of tokens, with every extractor."""
    measured = []
    run(Article.parse({"text": long_article(1_000)}), reader, Trip(received=RECEIVED))
    for number in tokens:
        article = Article.parse({"text": long_article(int(number / TOKENS_A_WORD))})
        start = time.process_time()
        result = run(article, reader, Trip(received=RECEIVED))
        seconds = time.process_time() - start
        laps = sorted(result["provenance"]["milliseconds"].items(), key=lambda lap: -lap[1])
        measured.append(Length(result["document"]["tokens"], seconds, tuple(laps[:3])))
    return measured
