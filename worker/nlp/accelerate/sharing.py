"""What forked processes share stays shared: a big table of Python objects is replaced by one that is not written to when it is read.

Python counts an object's users in the object itself, so to look at one is to write to it, and the page of memory it lies on becomes
the process's own. Only for processes that fork: the model can no longer be saved as it is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.vectors import Mode, Vectors

if TYPE_CHECKING:
    from spacy.language import Language

#: First bits of a word's number by which its place is looked up.
_FIRST_BITS = 16


def share(nlp: Language) -> None:
    """Prepare the pipeline's static vectors, if it has any, for a fork: spaCy asks for the row of each new word."""
    vectors = nlp.vocab.vectors
    if isinstance(vectors, Vectors) and vectors.mode == Mode.default and isinstance(vectors.key2row, dict):
        vectors.key2row = Rows(vectors.key2row)


class Rows(Mapping[int, int]):
    """Words' numbers and their rows in the static vectors, sorted in arrays: half a million words are a million objects as a dictionary."""

    def __init__(self, rows: dict[int, int]) -> None:
        numbers = np.fromiter(rows.keys(), np.uint64, len(rows))
        order = np.argsort(numbers)
        numbers = numbers[order]
        # bisect reads these arrays faster than NumPy's.
        self._numbers = array("Q", numbers.tobytes())
        self._rows = array("i", np.fromiter(rows.values(), np.int32, len(rows))[order].tobytes())
        # Numbers are hashes: their first bits say within a few places where they stand.
        firsts = np.arange(1 << _FIRST_BITS, dtype=np.uint64) << np.uint64(64 - _FIRST_BITS)
        self._places = array("q", [*np.searchsorted(numbers, firsts).tolist(), len(numbers)])

    def _place(self, number: int) -> int:
        """Give where the number stands, -1 if it does not."""
        first = number >> (64 - _FIRST_BITS)
        end = self._places[first + 1]
        place = bisect_left(self._numbers, number, self._places[first], end)
        return place if place < end and self._numbers[place] == number else -1

    def __getitem__(self, number: int) -> int:
        if (place := self._place(number)) < 0:
            raise KeyError(number)
        return self._rows[place]

    def get(self, number: int, default: Any = None) -> Any:  # noqa: ANN401 - as a dictionary's
        """Give a word's row."""
        place = self._place(number)
        return default if place < 0 else self._rows[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
