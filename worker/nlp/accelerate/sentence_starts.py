"""Words at which a sentence may begin, told by marks alone: where a text may be cut for parsing, whatever the parser says later.

A cut too many costs the time of one short piece, a missing one that of a long piece: where a mark may stand on either side of the
border (`went. "She` and `went." She`), the text is cut on both. Before a small letter it is not cut: "etc. and", lines that are wrapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_LOWER, IS_SPACE, ORTH
from spacy.strings import get_string_id

from worker.nlp.accelerate.layers import read

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Marks that end a sentence, and those that may stand between them and the border; white space that is a token holds a line's end.
ENDS = (".", "!", "?", "...", "…", "..", "?!", "!!", "。", "؟", "।")
CLOSING = ('"', "”", "’", "'", "''", ")", "]", "»", "“", "``", "«")
#: Closing marks in a row that are followed.
IN_A_ROW = 2
#: Where so few words come to a piece, or so large a part of the text is in one piece, spaCy's own loop is the faster one.
SHORT, LARGE = 5, 4


class SentenceStarts:
    """Finds such words in docs."""

    def __init__(self) -> None:
        self._ends = np.sort(np.array([get_string_id(mark) for mark in ENDS], dtype=np.uint64))
        self._closing = np.sort(np.array([get_string_id(mark) for mark in CLOSING], dtype=np.uint64))

    def __call__(self, doc: Doc) -> npt.NDArray[np.int64] | None:
        """Give the words' indices in order, 0 among them; None where cutting the doc there gains nothing."""
        columns = read(doc, [ORTH, IS_SPACE, IS_LOWER])
        words, space = columns[:, 0], columns[:, 1] > 0
        fit = np.logical_not(space | (columns[:, 2] > 0))
        behind = _among(words, self._ends) | space
        closing = _among(words, self._closing) | space
        for _ in range(IN_A_ROW):
            behind[1:] |= behind[:-1] & closing[1:]
        begins = np.append(True, behind[:-1] & fit[1:])
        starts = np.flatnonzero(begins)
        size = len(doc)
        if len(starts) * SHORT > size:
            return None
        longest = int(np.diff(starts, append=size).max())
        return starts if longest * LARGE <= size else None


def _among(words: npt.NDArray[np.uint64], marks: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = marks.take(np.searchsorted(marks, words), mode="clip") == words
    return found
