"""Former and maiden names: "Jackie Kennedy, née Bouvier", "also known as", "formerly known as"; which name stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

_MAIDEN = frozenset({"née", "nee", "né", "aka", "a.k.a.", "AKA"})
_BETWEEN = frozenset({",", "(", "formerly", "also", "better", "once", "previously", "known", "as", "widely", "who", "is", "was"})
_FARTHEST = 8


def renamed(columns: Columns, first: int) -> int | None:
    """Give the token before the words that introduce another name, if such words stand before the name that begins at `first`."""
    words, token = columns.words, first - 1
    if token < 1:
        return None
    if words[token] in _MAIDEN:
        token -= 1
    elif not (words[token] == "as" and words[token - 1] == "known"):
        return None
    for _ in range(_FARTHEST):
        if token < 0 or columns.sents[token] != columns.sents[first]:
            return None
        if words[token] not in _BETWEEN:
            return token
        token -= 1
    return None
