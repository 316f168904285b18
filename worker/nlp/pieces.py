"""Long articles: read in pieces that end where paragraphs do, and joined to one doc with every offset kept.

A parse needs some 4 KB a token while it runs: an article of a million characters would need a gigabyte at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from spacy.tokens import Doc

if TYPE_CHECKING:
    from re import Pattern

#: Characters that are parsed at once; hardly an article of a newspaper is longer.
PIECE = 40_000

#: Where a piece may end, best first; each matches up to the border. The white space behind belongs to the piece before it.
BORDERS: tuple[Pattern[str], ...] = (
    re.compile(r".*\n\s*\n\s*", re.DOTALL),
    re.compile(r".*\n\s*", re.DOTALL),
    re.compile(r""".*[.!?…]["'”’»)\]]*\s+""", re.DOTALL),
    re.compile(r".*\s+", re.DOTALL),
)


def parse_long(text: str, parse: Callable[[str], Doc], piece: int = PIECE, cuts: Sequence[int] = ()) -> Doc:
    """Parse a text of any length, in pieces of at most so many characters; the doc's text is `text`.

    `cuts`, in order, are code points where a piece must end besides: no sentence goes over them.
    """
    if len(text) <= piece and not cuts:
        return parse(text)
    borders = [0, *cuts, len(text)]
    docs = [parse(part) for start, end in pairwise(borders) for part in pieces(text[start:end], piece)]
    join: Any = Doc.from_docs
    return join(docs, ensure_whitespace=False, exclude=("tensor",))  # type: ignore[no-any-return] # the stub lacks `exclude`


def pieces(text: str, limit: int = PIECE) -> Iterator[str]:
    """Yield stretches of the text, together the whole of it: each ends with a paragraph, else a line, a sentence, a word."""
    start = 0
    while len(text) - start > limit:
        end = _border(text[start:start + limit])
        yield text[start:start + end]
        start += end
    yield text[start:]


def _border(window: str) -> int:
    """Give where to cut the window: the last border of the best kind in its second half."""
    half = len(window) // 2
    for border in BORDERS:
        # White space that reaches the window's end may go on behind it; a border must have a word to follow.
        found = border.match(window, half, len(window) - 1)
        if found:
            return found.end()
    return len(window)
