"""The tape: a doc as one letter for each word, with digits cut into cells, which the grammar's rules run over."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from worker.nlp.temporal.alphabet import OTHER
from worker.nlp.temporal.digits import STRETCH, cut, shortened
from worker.nlp.temporal.vocabulary import NOTHING, Sense, vocabulary

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from worker.nlp.columns import Columns

#: A cell that is not just a token: its start, end, token and sense.
Cut = tuple[int, int, int, Sense]
_Edit = tuple[int, int, list[Cut]]


class Tape:
    """Cells in the order of the text; most are one token, digits may be a part of one, a phrase several."""

    def __init__(self, doc: Doc, columns: Columns, text: str) -> None:
        """Write a doc, whose text is given since the doc would have to build it, onto a tape."""
        self.doc = doc
        self.text = text
        self._words, self._starts, self._ends = columns.lowers, columns.starts, columns.ends
        letter_of = vocabulary().letters.get
        letters = [letter_of(word, OTHER) for word in self._words]
        #: What each cell is: a token, by its index, or a cut.
        self._cells: list[int | Cut] = list(range(len(letters)))
        for first, last, cells in self._edits():
            letters[first:last] = [cell[3].letter for cell in cells]
            self._cells[first:last] = cells
        self.letters = "".join(letters)

    def start(self, cell: int) -> int:
        """Give a cell's first code point."""
        what = self._cells[cell]
        return self._starts[what] if isinstance(what, int) else what[0]

    def end(self, cell: int) -> int:
        """Give the code point behind a cell."""
        what = self._cells[cell]
        return self._ends[what] if isinstance(what, int) else what[1]

    def token(self, cell: int) -> int:
        """Give the index of the token in which a cell begins."""
        what = self._cells[cell]
        return what if isinstance(what, int) else what[2]

    def sense(self, cell: int) -> Sense:
        """Give what a cell means."""
        what = self._cells[cell]
        return vocabulary().words.get(self._words[what], NOTHING) if isinstance(what, int) else what[3]

    def surface(self, cell: int) -> str:
        """Give a cell's characters; empty outside of the tape."""
        return self.text[self.start(cell):self.end(cell)] if 0 <= cell < len(self._cells) else ""

    def _edits(self) -> list[_Edit]:
        """Give what replaces tokens, from the end of the text, so that the indices of edits to come stay true."""
        edits = self._phrases() + self._stretches()
        edits.sort(key=lambda edit: edit[:2])
        end = 0
        kept: list[_Edit] = []
        for edit in edits:
            if edit[0] >= end:
                kept.append(edit)
                end = edit[1]
        kept.reverse()
        return kept

    def _stretches(self) -> list[_Edit]:
        """Cut the words that hold digits anew: `mid-1990s`, `6:00am`, `2024-10-22` are one token or many, as the tokenizer likes."""
        edits: list[_Edit] = []
        done = 0
        starts, text = self._starts, self.text
        for stretch in STRETCH.finditer(text):
            first = bisect_right(starts, stretch.start()) - 1
            if first < done:
                continue
            last = bisect_right(starts, stretch.end() - 1)
            start = starts[first]
            parts = cut(text[start:self._ends[last - 1]])
            if shorter := shortened(text, start, parts):
                first, parts = first - 1, shorter
            edits.append((first, last, [(start + a, start + b, bisect_right(starts, start + a) - 1, sense) for a, b, sense in parts]))
            done = last
        return edits

    def _phrases(self) -> list[_Edit]:
        edits: list[_Edit] = []
        phrases, words = vocabulary().phrases, self._words
        for anchor in [i for i, word in enumerate(words) if word in phrases]:
            for before, after, sense in phrases[words[anchor]]:
                first, last = anchor - len(before), anchor + 1 + len(after)
                if first >= 0 and words[first:anchor] == before and words[anchor + 1:last] == after:
                    edits.append((first, last, [(self._starts[first], self._ends[last - 1], first, sense)]))
                    break
        return edits
