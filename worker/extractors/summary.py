"""Up to three sentences of the article that tell most of it, in their order; nothing is written anew.

A sentence is weighed by how near its words stand to the whole article's (centrality; words weighed by TextRank, Mihalcea and
Tarau 2004) and by how early it comes, for news puts the main thing first. Headlines, fragments, questions and what repeats a
chosen sentence are passed over. It resolves no pronoun: a chosen sentence may begin with "He".

Example: in an article of one sentence, that sentence: `{"start": 0, "end": 23, "text": "Rain fell on the coast."}`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.records import Record, frozen

if TYPE_CHECKING:
    from worker.nlp.reading import Reading
    from worker.nlp.wordrank import WordRanks

VERSION = 1
NEEDS: tuple[str, ...] = ()

MAX_SENTENCES = 3
#: A sentence of fewer content words tells too little, one of more tokens is no sentence but a list.
MIN_CONTENT_WORDS, MAX_TOKENS = 5, 80
#: How fast the weight falls with the number of sentences before it.
LATE_LOSS = 0.12
#: Share of a sentence's content words that a chosen one may already hold.
MAX_OVERLAP = 0.6


@frozen(kw_only=True)
class SummarySentence(Record):
    """A sentence of the article."""

    start: int
    end: int
    text: str


def extract(reading: Reading) -> Iterator[SummarySentence]:
    """Give the article's telling sentences."""
    ranks = reading.word_ranks
    sentences = [stripped for start, end in ranks.sentences if (stripped := _strip(ranks, start, end)) is not None]
    candidates = [(start, end) for start, end in sentences if _tells(ranks, reading.text, start, end)]
    if not candidates:
        candidates = [(start, end) for start, end in sentences if any(ranks.verbs[start:end])] or sentences
    for start, end in sorted(_choose(ranks, candidates)):
        first, last = ranks.starts[start], ranks.ends[end - 1]
        yield SummarySentence(start=first, end=last, text=reading.text[first:last])


def _strip(ranks: WordRanks, start: int, end: int) -> tuple[int, int] | None:
    """Leave white space at both ends out; nothing for white space alone."""
    while start < end and ranks.spaces[start]:
        start += 1
    while end > start and ranks.spaces[end - 1]:
        end -= 1
    return (start, end) if start < end else None


def _tells(ranks: WordRanks, text: str, start: int, end: int) -> bool:
    """Say whether the sentence is a whole statement: a verb, words enough, an end mark and no question."""
    if not MIN_CONTENT_WORDS <= end - start <= MAX_TOKENS or not any(ranks.verbs[start:end]):
        return False
    if end - start - ranks.lemmas[start:end].count(-1) < MIN_CONTENT_WORDS:
        return False
    closing = text[ranks.starts[start] : ranks.ends[end - 1]].rstrip("\"'”’)»")
    return closing.endswith((".", "!", "…"))


def _choose(ranks: WordRanks, candidates: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Take the weightiest sentences, leaving out those whose words a taken one already holds."""
    words = [set(ranks.lemmas[start:end]) - {-1} for start, end in candidates]
    weights = _weights(ranks, candidates)
    chosen: list[int] = []
    for number in sorted(range(len(candidates)), key=lambda number: (-weights[number], number)):
        if all(len(words[number] & words[other]) <= MAX_OVERLAP * max(1, min(len(words[number]), len(words[other]))) for other in chosen):
            chosen.append(number)
            if len(chosen) == MAX_SENTENCES:
                break
    return [candidates[number] for number in chosen]


def _weights(ranks: WordRanks, candidates: list[tuple[int, int]]) -> list[float]:
    """Weigh each sentence: the cosine between its words and the article's, less for each sentence before it."""
    whole = ranks.totals
    weights = []
    for order, (start, end) in enumerate(candidates):
        times = Counter(ranks.lemmas[start:end])
        times.pop(-1, None)
        length = sum([count * count for count in times.values()]) ** 0.5
        centrality = sum([whole[lemma] * count for lemma, count in times.items()]) / length if length else 0.0
        weights.append(round(centrality / (1 + LATE_LOSS * order), 6))
    return weights
