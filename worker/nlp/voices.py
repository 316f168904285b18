"""Whose quotation a place of the text stands in, by the quotes that were found; it knows their records by their face only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from worker.nlp.factuality.lexicon import predicates

if TYPE_CHECKING:
    from worker.nlp.factuality.lexicon import Status
    from worker.nlp.factuality.state import State

#: Pieces that are looked back at: quotes nest, but not deeper.
_NESTED = 8


class Voices:
    """The quotes of one article by place."""

    def __init__(self, quotes: Iterable[Any]) -> None:
        self._pieces = sorted(((piece.start, piece.end, quote) for quote in quotes for piece in quote.fragments),
                              key=lambda piece: (piece[0], -piece[1]))
        self._starts = [start for start, _, _ in self._pieces]
        #: How far the pieces that began so far reach.
        self._reach = list(accumulate((end for _, end, _ in self._pieces), max))

    def at(self, place: int) -> Any | None:  # noqa: ANN401 - the quote's record, whose class an extractor owns
        """Give the innermost quote that holds the code point."""
        last = bisect_right(self._starts, place)
        if not last or place >= self._reach[last - 1]:
            return None
        for at in range(last - 1, max(last - _NESTED, 0) - 1, -1):
            piece = self._pieces[at]
            if place < piece[1]:
                return piece[2]
        return None


def vouches(quote: Any, state: State) -> bool:  # noqa: ANN401 - the quote's record
    """Tell whether a quote makes what stands in it its speaker's word.

    Indirect speech does by its verb; what somebody fails, hopes or refuses to do ("refused to answer") the author tells.
    """
    if quote.kind != "indirect" or state.source is not None:
        return True
    known = predicates()
    kind = next((found for letter in "van" if quote.cue and (found := known.get((letter, quote.cue.lemma)))), None)
    return kind.source if kind is not None else quote.speaker is not None


def status_in(quote: Any | None, state: State) -> Status:  # noqa: ANN401 - the quote's record
    """Give the status that a statement prints with: what stands in a quote is at least reported."""
    return "reported" if state.status == "asserted" and quote is not None and vouches(quote, state) else state.status
