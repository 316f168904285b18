"""The phrases that an article turns on, with every place where they stand.

It finds runs of adjectives and nouns ("mutual defence pact", "Bank of Canada"), weighed by TextRank (Mihalcea and Tarau 2004) and by how
often and how early they come; it knows no topics and no synonyms. A phrase within a stronger one is dropped ("defence pact").
Scores are relative to the strongest phrase, which has 1; records stand in order of appearance.

Example: "A mutual defence pact was signed." gives `{"text": "mutual defence pact", "score": 1, "mentions": [{"start": 2, "end": 21}]}`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from worker.records import Record, frozen

if TYPE_CHECKING:
    from worker.nlp.reading import Reading
    from worker.nlp.wordrank import WordRanks

VERSION = 2
NEEDS: tuple[str, ...] = ()

#: Phrases given at most.
MAX_PHRASES = 10
#: Words of a phrase at most; a longer run is cut to its last words, where English puts the head.
MAX_WORDS = 5
#: Part of its weight that a phrase at the end of the article loses.
LATE_LOSS = 0.5


@frozen()
class Place:
    """A stretch of the text."""

    start: int
    end: int


@frozen(kw_only=True)
class Keyphrase(Record):
    """A phrase, as it first stands in the text."""

    text: str
    #: Weight relative to the article's strongest phrase.
    score: float
    mentions: tuple[Place, ...]

    @property
    def position(self) -> tuple[int, int]:
        """The first mention."""
        return (self.mentions[0].start, self.mentions[0].end)

    @property
    def key(self) -> Hashable:
        """The first mention."""
        return self.position


def extract(reading: Reading) -> Iterator[Keyphrase]:
    """Give the article's strongest phrases."""
    ranks = reading.word_ranks
    found: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    credit = reading.imprint.credits
    lemmas = ranks.lemmas
    for first, last in _runs(ranks):
        # Who wrote and printed the article is not what it is about.
        if credit and any(start < ranks.ends[last - 1] and ranks.starts[first] < end for start, end in credit):
            continue
        found.setdefault(tuple(lemmas[first:last]), []).append((first, last))
    weights = {phrase: _weight(ranks, places) for phrase, places in found.items()}
    chosen = _strongest(weights)
    for phrase in chosen:
        places = [Place(ranks.starts[first], ranks.ends[last - 1]) for first, last in found[phrase]]
        text = reading.text[places[0].start : places[0].end]
        yield Keyphrase(text=text, score=round(weights[phrase] / weights[chosen[0]], 4), mentions=tuple(places))


def _runs(ranks: WordRanks) -> Iterator[tuple[int, int]]:
    """Give runs of adjectives and nouns that end in a noun, as token numbers; a name's "of" and a word's hyphen do not break them."""
    nouns, adjectives, held = ranks.nouns, ranks.adjectives, ranks.held
    for start, end in ranks.sentences:
        first = start
        for token in range(start, end + 1):
            if token < end and held[token]:
                continue
            if token > first:
                last = token
                while last > first and not nouns[last - 1]:
                    last -= 1
                first = max(first, last - MAX_WORDS)
                while first < last and not nouns[first] and not adjectives[first]:
                    first += 1
                if last > first:
                    yield first, last
            first = token + 1


def _weight(ranks: WordRanks, places: list[tuple[int, int]]) -> float:
    """Weigh a phrase: the mean rank of its words and more for each further one, more often is more, early is more."""
    first, last = places[0]
    words = last - first
    mean = sum(ranks.scores[first:last]) / words
    early = 1 - LATE_LOSS * first / len(ranks.lemmas)
    return mean * math.sqrt(words * len(places)) * early


def _strongest(weights: dict[tuple[int, ...], float]) -> list[tuple[int, ...]]:
    """Choose the strongest phrases, none of them a part of another."""
    chosen: list[tuple[int, ...]] = []
    for phrase in sorted(weights, key=lambda phrase: -weights[phrase]):
        words = set(phrase) - {-1}
        if not any(words <= set(other) or set(other) <= words for other in chosen):
            chosen.append(phrase)
            if len(chosen) == MAX_PHRASES:
                break
    return chosen
