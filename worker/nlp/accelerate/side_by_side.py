"""The arc-eager transition loop in NumPy: a text's sentences are parsed side by side, one column of numbers a sentence.

One state at a time NumPy is slower than spaCy's own loop; some twenty at a time it is more than twice as fast. The text is cut where
a sentence seems to begin, and each piece is parsed from there on, past its end if need be, until it is in a state in which another
piece began: nothing on the stack, nothing given back, no arc to the next word, no sentence's start marked behind it. From such a state
on spaCy does the same whatever came before (a word at the stack's bottom is never given back, so whether it starts a sentence is asked
no more). So the pieces that follow one another from the first word on give spaCy's parse; what others did is dropped. A cut in the
middle of a sentence costs time and changes nothing.

All pieces lie in one row of slots: a piece's words with three empty slots before and two behind. A piece's stack and buffer share its
slots: what leaves the buffer at one end of a gap comes onto the stack at the other. The moves are those of `arc_eager.py`: the system
of Nivre (2008, "Algorithms for Deterministic Incremental Dependency Parsing"), made non-monotonic by Honnibal and Johnson (2015, "An
Improved Non-monotonic Transition System for Dependency Parsing").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from worker.nlp.accelerate.layers import Floats

Ints = npt.NDArray[np.int64]
#: What the caller hands over to be filled.
Filled = npt.NDArray[np.int32]

#: Moves, in the order of `parser.KINDS`.
SHIFT, REDUCE, LEFT, RIGHT, BREAK = range(5)
#: Pieces that are parsed side by side: what they look at stays in the processor's second cache.
GROUP = 256
#: How many pieces further, and how many words in any case, one may be parsed before it is given up.
REACH, SPAN = 4, 250
#: What a step costs, and each state in it: so many words of spaCy's own loop. A text on which as much is spent as that loop would take for
#: all of it is given up: few pieces go on for long, or no cut fits.
STEP, STATE = 1.5, 0.03

#: Slots that are no word of a piece: no word at all; what may be written and is never read; a word behind the piece's slots.
NONE, TRASH, BEHIND = range(3)
EMPTY_BEFORE, EMPTY_BEHIND = 3, 2
#: What is known of a slot: its word starts a sentence; it was given back, so it may not be shifted; another piece began there; no word.
START, STUCK, OTHER, ABSENT, LOST = 1, 2, 4, 8, 16
#: What a state looks at: two words of the buffer, three of the stack, outermost children; then two slots that stand for no word.
FIRST, SECOND, TOP, UNDER, _THIRD, FIRST_LEFT, _TOP_LEFT, TOP_RIGHT, NOWHERE, NOTHING = range(10)
PLACES = 8
_PLACE = np.arange(PLACES)[:, None]
#: How the next two and the topmost three words move along the slots, by the kind of move.
_STEPS = np.array([[1, 0, 0, 1, 0]] * 2 + [[1, -1, -1, 1, 0]] * 3)
#: Where a move's child and head stand among what a state looks at.
_CHILD = np.array([NOWHERE, NOWHERE, TOP, FIRST, NOWHERE])
_HEAD = np.array([NOTHING, NOTHING, FIRST, TOP, NOTHING])
#: What a state allows, as bits; the last two say whether its piece may or must end.
_SHIFT, _REDUCE, _ARC, _BREAK, _MAY_END, _MUST_END = 1, 2, 4, 8, 16, 32


def _choices() -> npt.NDArray[np.uint8]:
    """Tell for each state what it allows; a state is `first + 32 * second + 1024 * top + 32768 * (second follows first)`."""
    state = np.arange(1 << 16)
    first, second, top, neighbours = state & 31, state >> 5 & 31, state >> 10 & 31, state >> 15 > 0
    empty, last, none = top & ABSENT > 0, second & ABSENT > 0, first & ABSENT > 0
    starts, breaks = first & START > 0, second & START > 0
    choices = np.where(empty | ~(last | starts | (first & STUCK > 0)), _SHIFT, 0)
    choices |= np.where(empty, 0, _REDUCE)
    choices |= np.where(empty | starts | none, 0, _ARC)
    choices |= np.where(neighbours & ~(last | breaks), _BREAK, 0)
    choices |= np.where(empty & (first & OTHER > 0) & (first & STUCK == 0) & ~breaks, _MAY_END, 0)
    choices |= np.where((empty & none) | ((first | second) & LOST > 0), _MUST_END, 0)
    return choices.astype(np.uint8)


class SideBySide:
    """The loop for one parser's weights."""

    def __init__(self, bias: Floats, weights: Floats, output_bias: Floats, kinds: npt.NDArray[np.int32]) -> None:
        """Take the hidden layer's bias, the output layer (hidden, moves) with its bias, and each move's kind."""
        self.bias, self.weights, self.kinds = bias, weights, kinds.astype(np.int64)
        self.choices = _choices()
        allowed = np.array([_SHIFT, _REDUCE, _ARC, _ARC, _BREAK])[self.kinds]
        #: What is added to a state's scores: the bias, or what no score outweighs.
        self.added = np.where(np.arange(64)[:, None] & allowed > 0, output_bias, np.float32(-np.inf)).astype(np.float32)

    def __call__(self, table: Floats, starts: Ints, heads: Filled, moves: Filled) -> bool:
        """Fill `heads` (-1: none) and `moves` (the move that attached each word) of the words of `table` (words + 1, 8, 2 x hidden).

        `starts` are words at which a sentence may begin, in order, the first word among them. False if a piece came to no end within its
        slots, or all took too long: then nothing is known.
        """
        size = len(heads)
        flat = table.reshape(-1, table.shape[2])
        at, left = 0, float(size)
        other = np.zeros(size + EMPTY_BEHIND + 1, dtype=np.int64)
        other[starts] = OTHER
        for group in range(0, len(starts), GROUP):
            pieces = _Pieces(self, flat, starts, other, slice(group, group + GROUP))
            left = pieces.run(left)
            if left <= 0:
                return False
            while at < size and (piece := int(np.searchsorted(starts, at))) < group + GROUP:
                end = pieces.ends[piece - group]
                if end < 0:
                    return False
                pieces.read(piece - group, heads[at:end], moves[at:end])
                at = end
        return at == size


class _Pieces:
    """The states of some pieces; rows of arrays are what is known of them, columns are the pieces that are still parsed."""

    def __init__(self, loop: SideBySide, table: Floats, starts: Ints, other: Ints, group: slice) -> None:
        self._loop, self._table = loop, table
        size = len(table) // PLACES - 1
        begins = starts[group]
        bounds = np.append(starts, np.full(REACH, size))[group.start + REACH:][:len(begins)]
        bounds = np.minimum(np.maximum(bounds, begins + SPAN), size)
        lengths = bounds - begins
        widths = lengths + (EMPTY_BEFORE + EMPTY_BEHIND)
        self._firsts = np.cumsum(widths) - widths + (3 + EMPTY_BEFORE)
        self._size = slots = int(widths.sum()) + 3
        self._rows = np.zeros(slots, dtype=np.int64)
        self._rows[3:] = np.arange(3, slots) + np.repeat(begins + 1 - self._firsts, widths)
        self._line = np.arange(slots)
        for place in range(EMPTY_BEFORE):
            self._line[self._firsts - 1 - place] = NONE
        for place in range(EMPTY_BEHIND):
            self._line[self._firsts + lengths + place] = np.where(bounds < size, BEHIND, NONE)
        self._known = other.take(self._rows - 1, mode="clip")
        self._known[self._firsts] = 0
        self._known[:3] = ABSENT, 0, LOST
        self._rows *= PLACES
        self._rows[:3] = 0
        self._heads, self._moves, self._before = np.zeros((3, slots), dtype=np.int64)
        self._children = np.zeros(2 * slots, dtype=np.int64)
        self._left, self._right = self._children[:slots], self._children[slots:]
        #: Where a move writes its child: among those on the head's left or right, or nowhere.
        self._sides = np.array([TRASH, TRASH, 0, slots, TRASH])
        self._stuck = False
        #: The word behind each piece's last one; -1 where that is not known.
        self.ends = [-1] * len(begins)
        self._choose(np.arange(len(begins)), np.stack([self._firsts + shift for shift in (0, 1, -1, -2, -3)]))

    def _choose(self, pieces: Ints, places: Ints) -> None:
        """Go on with these pieces, whose next two and topmost three words lie at these places in the line."""
        count = len(pieces)
        self._pieces, self._places, self._columns = pieces, places, np.arange(count)
        self._words = np.empty((10, count), dtype=np.int64)
        self._words[NOWHERE], self._words[NOTHING] = TRASH, NONE
        self._flat = self._words.reshape(-1)
        self._child_at, self._head_at = _CHILD * count, _HEAD * count
        self._parts = np.empty((PLACES, count, self._table.shape[1]), dtype=np.float32)

    def run(self, left: float) -> float:
        """Parse all pieces to their ends; give what is left of the time, or nothing: then they have not ended."""
        while left > 0:
            left -= STEP + STATE * len(self._columns)
            choices = self._look()
            if choices.max() >= _MAY_END:
                ended = choices >= _MUST_END
                ended |= (choices >= _MAY_END) & (self._words[FIRST_LEFT] == NONE) & (self._words[FIRST] == self._places[0])
                if ended.any():
                    self._end(np.flatnonzero(ended))
                    if ended.all():
                        return left
                    self._choose(self._pieces[~ended], np.ascontiguousarray(self._places[:, ~ended]))
                    continue
            self._move(self._score(choices))
        return 0

    def _end(self, columns: Ints) -> None:
        for column in columns.tolist():
            first, second = self._words[FIRST, column], self._words[SECOND, column]
            if BEHIND not in (first, second):
                piece = self._pieces[column]
                self.ends[piece] = len(self._table) // PLACES - 1 if first == NONE else int(self._rows[first]) // PLACES - 1

    def read(self, piece: int, heads: Filled, moves: Filled) -> None:
        """Copy the heads and moves of a piece's first words."""
        own = slice(self._firsts[piece], self._firsts[piece] + len(heads))
        heads[:] = self._rows.take(self._heads[own]) // PLACES - 1
        moves[:] = self._moves[own]

    def _look(self) -> npt.NDArray[np.uint8]:
        words = self._words
        self._line.take(self._places, out=words[:5], mode="clip")
        self._left.take(words[FIRST:UNDER:2], out=words[FIRST_LEFT:TOP_RIGHT], mode="clip")
        self._right.take(words[TOP], out=words[TOP_RIGHT], mode="clip")
        known = self._known.take(words[:UNDER])
        state = known[TOP]
        state <<= 5
        state += known[SECOND]
        state <<= 5
        state += known[FIRST]
        state += (words[SECOND] - words[FIRST] == 1) * 32768
        choices: npt.NDArray[np.uint8] = self._loop.choices.take(state)
        return choices

    def _score(self, choices: npt.NDArray[np.uint8]) -> Ints:
        """Give each piece's best move; the words' parts are summed in spaCy's order, so that they round alike."""
        loop = self._loop
        rows = self._rows.take(self._words[:PLACES])
        rows += _PLACE
        self._table.take(rows, axis=0, out=self._parts, mode="clip")
        summed = np.add.reduce(self._parts, axis=0)
        summed += loop.bias
        width = len(loop.weights)
        scores = np.maximum(summed[:, :width], summed[:, width:]) @ loop.weights
        scores += loop.added.take(choices, axis=0)
        best: Ints = scores.argmax(axis=1)
        return best

    def _move(self, best: Ints) -> None:
        words, known = self._words, self._known
        first, top = words[FIRST], words[TOP]
        kinds = self._loop.kinds.take(best)
        # What is pushed lands in the gap; where nothing is pushed nobody looks there.
        self._line[self._places[TOP] + 1] = first
        chosen = set(kinds.tolist())
        if LEFT in chosen or RIGHT in chosen:
            self._attach(kinds, best)
        if self._stuck and LEFT in chosen:
            known[first[kinds == LEFT]] &= ~STUCK
        if BREAK in chosen:
            known[words[SECOND, kinds == BREAK]] |= START
        if REDUCE in chosen:
            given = (kinds == REDUCE) & (self._heads.take(top) == NONE) & (words[UNDER] != NONE)
            if given.any():
                self._stuck = True
                self._places[:TOP, given] -= 1
                self._line[self._places[FIRST, given]] = top[given]
                known[top[given]] |= STUCK
        self._places += _STEPS.take(kinds, axis=1)

    def _attach(self, kinds: Ints, best: Ints) -> None:
        child = self._flat.take(self._child_at.take(kinds) + self._columns)
        head = self._flat.take(self._head_at.take(kinds) + self._columns)
        old = self._heads.take(child)
        if old.any():
            self._detach(child[old > 0], old[old > 0])
        place = head + self._sides.take(kinds)
        self._before[child] = self._children.take(place)
        self._children[place] = child
        self._heads[child] = head
        self._moves[child] = best

    def _detach(self, child: Ints, head: Ints) -> None:
        """Take arcs away that others replace: a word that is still on the stack is its head's newest child."""
        place = np.where(head > child, head, head + self._size)
        self._children[place] = self._before[child]
