"""Which classes of words a rule can begin with, read from its pattern: what cannot begin there need not be tried."""

from __future__ import annotations

import re

from worker.nlp.temporal.alphabet import LETTERS, expand

_PIECE = re.compile(r"\(\?P<\w+>|\(\?:|\(\?!|\(|\)|\||\[[^\]]*\]|[*+?]\??|[A-Z][A-Z_0-9]+|\s+|.")


def openings(rule: str) -> frozenset[str]:
    """Give the letters that a match of the rule can begin with.

    Raises:
        ValueError: the pattern can match nothing at all, or uses what rules do not use.
    """
    pieces = [piece for piece in _PIECE.findall(expand(rule)) if not piece.isspace()]
    pieces.reverse()
    letters, empty = _alternatives(pieces)
    if empty or pieces:
        raise ValueError(f"a rule must match at least one word and use only groups, |, classes and repeats: {rule}")
    return frozenset(letters)


def _alternatives(pieces: list[str]) -> tuple[set[str], bool]:
    """Read branches up to a closing bracket: what they can begin with, and whether one can be empty."""
    letters, empty = _sequence(pieces)
    while pieces and pieces[-1] == "|":
        pieces.pop()
        more, also_empty = _sequence(pieces)
        letters |= more
        empty = empty or also_empty
    return letters, empty


def _sequence(pieces: list[str]) -> tuple[set[str], bool]:
    letters: set[str] = set()
    open_ = True
    while pieces and pieces[-1] not in ("|", ")"):
        piece = pieces.pop()
        if piece == "(?!":
            _alternatives(pieces)
            pieces.pop()
            continue
        if piece.startswith("("):
            first, empty = _alternatives(pieces)
            pieces.pop()
        elif piece.startswith("["):
            first, empty = {LETTERS[name] for name in piece[1:-1].split()}, False
        elif piece in LETTERS:
            first, empty = {LETTERS[piece]}, False
        else:
            raise ValueError(f"no rule uses {piece!r}")
        if pieces and pieces[-1][0] in "*+?":
            empty = empty or pieces.pop()[0] in "*?"
        if open_:
            letters |= first
            open_ = empty
    return letters, open_
