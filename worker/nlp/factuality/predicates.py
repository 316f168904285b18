"""Which tokens make statements of their own, and where each statement stands in the text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: A verb with one of these is a clause's predicate.
_CLAUSES = frozenset({"ROOT", "ccomp", "xcomp", "conj", "advcl", "relcl", "acl", "pcomp", "csubj", "csubjpass", "parataxis", "dep", "oprd"})
#: Clauses below a predicate that are statements of their own and no part of its stretch.
_APART = frozenset({"ccomp", "advcl", "conj", "parataxis", "csubj", "csubjpass", "cc", "dep"})
#: Marks that come in pairs, by the kind of pair.
_PAIRS = {"(": "(", ")": "(", "[": "[", "]": "[", "“": "“", "”": "“", "«": "«", "»": "«", '"': '"'}
_CLOSING = frozenset(")]”»")
_MARKS = frozenset("\"'“”‘’«»()[]{},;:—–-.!?…`")


def predicates_of(columns: Columns) -> Iterator[int]:
    """Give every verb that heads a clause, in order of the text; copulas count, auxiliaries do not."""
    deps = columns.deps
    for token, pos in enumerate(columns.pos):
        if pos in ("VERB", "AUX") and deps[token] in _CLAUSES:
            yield token


class Stretches:
    """Where the statements of one doc stand."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._first, self._last = columns.lefts, columns.rights
        marks = {word for word in set(columns.words) if word in _PAIRS or "\n\n" in word}
        self._marks = [token for token, word in enumerate(columns.words) if word in marks]

    def of(self, token: int) -> tuple[int, int]:
        """Give the statement's stretch in code points: its predicate with what hangs on it.

        Other statements and outer marks are left out; brackets and quotation marks inside have their partners, no paragraph ends inside.
        """
        columns, first, last = self._columns, token, token
        deps, words, lefts, rights = columns.deps, columns.words, self._first, self._last
        for child in columns.children[token]:
            if deps[child] not in _APART:
                if lefts[child] < first:  # noqa: PLR1730 - a call for each child costs more than all the rest
                    first = lefts[child]
                if rights[child] > last:  # noqa: PLR1730 - the same
                    last = rights[child]
        first, last, paired = self._balanced(first, token, last)
        while first < token and not words[first][0].isalnum() and _outer(words[first]) and first not in paired:
            first += 1
        while last > token and not words[last][0].isalnum() and _outer(words[last]) and last not in paired:
            last -= 1
        return columns.starts[first], columns.ends[last]

    def _balanced(self, first: int, head: int, last: int) -> tuple[int, int, set[int]]:
        """Cut at marks without a partner and at ends of paragraphs, or take the partner in that stands next; give the paired marks too."""
        low = bisect_left(self._marks, first)
        high = bisect_right(self._marks, last, low)
        paired: set[int] = set()
        if low == high:
            return first, last, paired
        open_: list[int] = []
        lonely: list[int] = []
        for mark in self._marks[low:high]:
            closes = self._closes(mark)
            if closes is None:
                lonely.append(mark)
            elif not closes:
                open_.append(mark)
            elif open_ and _PAIRS[self._columns.words[open_[-1]]] == _PAIRS[self._columns.words[mark]]:
                paired |= {open_.pop(), mark}
            else:
                lonely.append(mark)
        while open_ and (partner := self._partner(open_[-1], last)) is not None:
            paired |= {open_.pop(), partner}
            last = partner
        for mark in (*lonely, *open_):
            first, last = (max(first, mark + 1), last) if mark < head else (first, min(last, mark - 1))
        return first, max(last, head), paired

    def _closes(self, mark: int) -> bool | None:
        """Whether a mark closes; None for the end of a paragraph."""
        columns, word = self._columns, self._columns.words[mark]
        if word not in _PAIRS:
            return None
        if word != '"':
            return word in _CLOSING
        return mark > 0 and columns.starts[mark] == columns.ends[mark - 1] and columns.words[mark - 1] not in ("(", "[")

    def _partner(self, mark: int, last: int) -> int | None:
        """The closing partner that stands right behind the stretch, a full stop or comma between."""
        columns = self._columns
        for token in range(last + 1, min(last + 3, columns.size)):
            word = columns.words[token]
            if word in _PAIRS and _PAIRS[word] == _PAIRS[columns.words[mark]] and self._closes(token):
                return token
            if word not in (".", ",", "!", "?"):
                return None
        return None


@lru_cache(maxsize=2_000)
def _outer(word: str) -> bool:
    return not word.strip() or all(character in _MARKS for character in word)
