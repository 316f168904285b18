"""What else belongs to a counted phrase: the domain that a superlative holds in ("one of the oldest bridges in Europe"), what a kind is of.

A superlative picks from a set, and the words that bound the set are a part of what is counted: a genitive before it or an
`in`, `on`, `at` or `among` behind its noun. Nouns of kind (`lexicons/kind_nouns.txt`) count kinds of the noun behind their `of`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.measures.counted import noun_beyond

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy
    from worker.nlp.measures.counted import Counted

_SUPERLATIVES = frozenset({"JJS", "RBS"})
_BOUNDS = frozenset({"in", "on", "at", "among"})
_TIMES = frozenset({"DATE", "TIME"})
_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})


def in_full(copy: Copy, counted: Counted) -> Counted:
    """Give the phrase with its superlative's domain or its kind's noun, where it has one."""
    columns = copy.columns
    if columns.low_lemmas[counted.head] in words("kind_nouns") or columns.words[counted.head] in words("kind_nouns"):
        return _widened(copy, counted, frozenset({"of"}))
    if all(columns.tags[token] not in _SUPERLATIVES for token in range(counted.first, counted.head)):
        return counted
    owner = _owner(copy, counted.first)
    if owner is not None:
        return replace(counted, start=columns.starts[owner], more=tuple(range(owner, counted.first - 1)))
    return _widened(copy, counted, _BOUNDS)


def _owner(copy: Copy, first: int) -> int | None:
    """Give the first word of the noun whose genitive stands before a superlative: "the country's largest banks", "Sri Lanka's"."""
    columns = copy.columns
    owner = first - 2
    if owner < 0 or columns.tags[first - 1] != "POS" or columns.tags[owner] not in _NOUNS or columns.ents[owner] in _TIMES:
        return None
    while owner > 0 and columns.deps[owner - 1] == "compound" and columns.heads[owner - 1] == first - 2:
        owner -= 1
    return owner


def _widened(copy: Copy, counted: Counted, links: frozenset[str]) -> Counted:
    """Read on over a preposition that hangs on the head ("in his party", never "closed in March")."""
    columns, link = copy.columns, counted.head + 1
    if link + 1 >= columns.size or columns.words[link] not in links or columns.heads[link] != counted.head:
        return counted
    domain = noun_beyond(copy, columns.starts[link + 1])
    if domain is None or columns.ents[domain.head] in _TIMES:
        return counted
    return replace(counted, end=domain.end, more=tuple(range(domain.first, domain.head + 1)))
