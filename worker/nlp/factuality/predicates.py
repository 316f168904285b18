"""Which tokens make statements of their own, and where each statement stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: A verb with one of these is a clause's predicate.
_CLAUSES = frozenset({"ROOT", "ccomp", "xcomp", "conj", "advcl", "relcl", "acl", "pcomp", "csubj", "csubjpass", "parataxis", "dep", "oprd"})
#: Clauses below a predicate that are statements of their own and no part of its stretch.
_APART = frozenset({"ccomp", "advcl", "conj", "parataxis", "csubj", "csubjpass", "cc", "dep"})
_MARKS = frozenset("\"'“”‘’«»()[]{},;:—–-.!?…`")


def predicates_of(columns: Columns) -> Iterator[int]:
    """Give every verb that heads a clause, in order of the text; copulas count, auxiliaries do not."""
    deps, pos = columns.deps, columns.pos
    for token in range(columns.size):
        if pos[token] in ("VERB", "AUX") and deps[token] in _CLAUSES:
            yield token


class Stretches:
    """Where the statements of one doc stand; the edges of all phrases are found once."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._first, self._last = list(range(columns.size)), list(range(columns.size))
        for edges, better in ((self._first, min), (self._last, max)):
            for token in _below_first(columns):
                head = columns.heads[token]
                edges[head] = better(edges[head], edges[token])

    def of(self, token: int) -> tuple[int, int]:
        """Give the statement's stretch in code points: its predicate with what hangs on it, other statements and outer marks left out."""
        columns, first, last = self._columns, token, token
        for child in columns.children[token]:
            if columns.deps[child] not in _APART:
                first, last = min(first, self._first[child]), max(last, self._last[child])
        while first < token and _outer(columns.words[first]):
            first += 1
        while last > token and _outer(columns.words[last]):
            last -= 1
        return columns.starts[first], columns.ends[last]


def _below_first(columns: Columns) -> list[int]:
    """All tokens that hang on another, each after all that hang below it."""
    order = [token for token in range(columns.size) if columns.heads[token] == token]
    for token in order:
        order.extend(columns.children[token])
    return [token for token in reversed(order) if columns.heads[token] != token]


def _outer(word: str) -> bool:
    return not word.strip() or all(character in _MARKS for character in word)
