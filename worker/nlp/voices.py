"""Whose quotation a place of the text stands in, by the quotes that were found; it knows their records by their face only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any


class Voices:
    """The quotes of one article by place."""

    def __init__(self, quotes: Iterable[Any]) -> None:
        self._pieces = sorted(((piece.start, piece.end, quote) for quote in quotes for piece in quote.fragments),
                              key=lambda piece: (piece[0], -piece[1]))
        self._starts = [start for start, _, _ in self._pieces]

    def at(self, place: int) -> Any | None:  # noqa: ANN401 - the quote's record, whose class an extractor owns
        """Give the innermost quote that holds the code point."""
        for number in range(bisect_right(self._starts, place) - 1, -1, -1):
            start, end, quote = self._pieces[number]
            if start <= place < end:
                return quote
            if number < bisect_right(self._starts, place) - _NESTED:
                break
        return None


#: Pieces that are looked back at: quotes nest, but not deeper.
_NESTED = 8
