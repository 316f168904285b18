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


def stretch(columns: Columns, token: int) -> tuple[int, int]:
    """Give the statement's stretch in code points: its predicate with what hangs on it, other statements and outer marks left out."""
    first = last = token
    pending = [(token, True)]
    while pending:
        member, top = pending.pop()
        first, last = min(first, member), max(last, member)
        pending.extend((child, False) for child in columns.children[member] if not (top and columns.deps[child] in _APART))
    while first < token and _outer(columns.words[first]):
        first += 1
    while last > token and _outer(columns.words[last]):
        last -= 1
    return columns.starts[first], columns.ends[last]


def _outer(word: str) -> bool:
    return not word.strip() or all(character in _MARKS for character in word)
