"""The tape: a doc as one letter for each word, with digits cut into cells, which the grammar's rules run over."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.temporal.numerals import STRETCH, cut, shortened
from worker.nlp.temporal.vocabulary import NOTHING, Sense, vocabulary

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(slots=True)
class Tape:
    """Cells in the order of the text; most are one token, digits may be a part of one, a phrase several."""

    doc: Doc
    text: str
    senses: list[Sense]
    #: Code points of `text`.
    starts: list[int]
    ends: list[int]
    #: The index of the token in which a cell begins.
    tokens: list[int]
    letters: str = ""

    def replace(self, first: int, last: int, cells: list[tuple[int, int, int, Sense]]) -> None:
        """Put other cells (start, end, token, sense) in the place of `first` up to `last` (exclusive)."""
        self.starts[first:last] = [cell[0] for cell in cells]
        self.ends[first:last] = [cell[1] for cell in cells]
        self.tokens[first:last] = [cell[2] for cell in cells]
        self.senses[first:last] = [cell[3] for cell in cells]


def make_tape(doc: Doc, text: str) -> Tape:
    """Write a doc, whose text is given since the doc would have to build it, onto a tape."""
    columns = doc.to_array(["LOWER", "IDX", "LENGTH"])
    hashes = columns[:, 0].tolist()
    starts = columns[:, 1].tolist()
    ends = (columns[:, 1] + columns[:, 2]).tolist()
    sense_of = vocabulary().words.get
    tape = Tape(doc, text, [sense_of(word, NOTHING) for word in hashes], starts, ends, list(range(len(hashes))))
    edits = _phrases(tape, hashes) + _stretches(tape)
    edits.sort(key=lambda edit: edit[:2])
    end = 0
    kept: list[_Edit] = []
    for edit in edits:
        if edit[0] >= end:
            kept.append(edit)
            end = edit[1]
    # From the end, so that the indices of edits to come stay true.
    for edit in reversed(kept):
        tape.replace(*edit)
    tape.letters = "".join([sense.letter for sense in tape.senses])
    return tape


_Edit = tuple[int, int, list[tuple[int, int, int, Sense]]]


def _stretches(tape: Tape) -> list[_Edit]:
    """Cut the words that hold digits anew: `mid-1990s`, `6:00am`, `2024-10-22` are one token or many, as the tokenizer likes."""
    edits: list[_Edit] = []
    done = 0
    starts, text = tape.starts, tape.text
    for stretch in STRETCH.finditer(text):
        first = bisect_right(starts, stretch.start()) - 1
        if first < done:
            continue
        last = bisect_right(starts, stretch.end() - 1)
        start = starts[first]
        whole = text[start:tape.ends[last - 1]]
        parts = cut(whole)
        if shorter := shortened(text, start, parts):
            first, parts = first - 1, shorter
        edits.append((first, last, [(start + a, start + b, bisect_right(starts, start + a) - 1, sense) for a, b, sense in parts]))
        done = last
    return edits


def _phrases(tape: Tape, hashes: list[int]) -> list[_Edit]:
    edits: list[_Edit] = []
    phrases = vocabulary().phrases
    for first in [i for i, word in enumerate(hashes[:-1]) if word in phrases]:
        for rest, sense in phrases[hashes[first]].get(hashes[first + 1], ()):
            last = first + 2 + len(rest)
            if not rest or tuple(hashes[first + 2:last]) == rest:
                edits.append((first, last, [(tape.starts[first], tape.ends[last - 1], first, sense)]))
                break
    return edits
