"""The dependency parser: the same transitions as spaCy's, run by a loop that numba compiles, or in NumPy, many sentences side by side.

Where neither can be (another architecture, a text that is one sentence) spaCy's own loop runs, its two products before it through
NumPy's library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from spacy.attrs import DEP, HEAD, SENT_START
from spacy.pipeline._parser_internals.nonproj import deprojectivize
from thinc.api import NumpyOps

from worker.nlp.accelerate.encoder import Linear, vectors_of
from worker.nlp.accelerate.layers import Unfit, read, transposed, write
from worker.nlp.accelerate.sentence_starts import SentenceStarts
from worker.nlp.accelerate.side_by_side import SideBySide
from worker.nlp.accelerate.transitions import States, moves_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from worker.nlp.accelerate.arc_eager import Loop
    from worker.nlp.accelerate.layers import Pipe

Ints = npt.NDArray[np.int32]

#: What a state looks at: two words of the buffer, three of the stack, and outermost children.
FEATURES = 8
#: spaCy's moves: shift, reduce, left arc, right arc, break (a sentence).
KINDS = "SDLRB"
#: Between a label and the head's label in a move that stands for a crossing arc.
CROSSING = "||"


class Parser:
    """A dependency parser's twin."""

    def __init__(self, pipe: Pipe, loop: Loop | None = None) -> None:
        """Read the layers; `loop` is what numba compiled."""
        self._pipe, self._loop = StockLoop(pipe), loop
        self._states = States(pipe, FEATURES)
        self.vectors = vectors_of(pipe.model.get_ref("tok2vec"), pipe.vocab)
        self._narrow = Linear(pipe.model.get_ref("tok2vec").layers[-1])
        upper = pipe.model.get_ref("upper")
        self._weights, self._bias = transposed(upper.get_param("W")), np.ascontiguousarray(upper.get_param("b"))
        moves = moves_of(pipe)
        strings = pipe.vocab.strings
        if "subtok" in pipe.labels or any(hook is not deprojectivize for hook in pipe.postprocesses):
            raise Unfit("a parser that joins tokens or has hooks")
        self._kinds = np.array([KINDS.index(kind) for kind, _ in moves], dtype=np.int32)
        self._labels = np.array([label for _, label in moves], dtype=np.uint64)
        self._root = np.uint64(strings["ROOT"])
        self._crossing = np.array([label for _, label in moves if label and CROSSING in strings[label]], dtype=np.uint64)
        self._starts = SentenceStarts()
        self._side_by_side = SideBySide(self._states.bias, self._weights, self._bias, self._kinds)

    def __call__(self, doc: Doc) -> Doc:
        """Set heads, dependencies and sentence starts; a doc that has some already goes to spaCy's own component."""
        state = read(doc, [SENT_START, HEAD, DEP])
        # The first word is always marked as a sentence's start.
        if state[1:].any() or state[0, 1:].any():
            return self._pipe(doc)
        size = len(doc)
        heads, moves = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
        if not self._run(doc, heads, moves):
            return self._pipe(doc)
        attached = heads >= 0
        values = np.empty((size, 2), dtype=np.uint64)
        values[:, 0] = np.where(attached, heads - np.arange(size), 0).astype(np.int64).view(np.uint64)
        values[:, 1] = np.where(attached, self._labels[moves], self._root)
        write(doc, [HEAD, DEP], values)
        if len(self._crossing) and np.isin(values[:, 1], self._crossing).any():
            deprojectivize(doc)
        return doc

    def _run(self, doc: Doc, heads: Ints, moves: Ints) -> bool:
        """Fill in each word's head and the move that attached it; false where spaCy's own loop is to do it."""
        if self._loop:
            table = self._states.table(self._narrow(self.vectors(doc)))
            return self._loop(table, self._states.bias, self._weights, self._bias, self._kinds, heads, moves)
        starts = self._starts(doc)
        if starts is None:
            return False
        vectors = self._narrow(self.vectors(doc))
        # What is no number compares otherwise in NumPy than in spaCy's code.
        return bool(np.isfinite(vectors).all()) and self._side_by_side(self._states.table(vectors), starts, heads, moves)


class StockLoop:
    """spaCy's own parser with its products through NumPy's library."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._nodes = [node for node in pipe.model.walk() if type(node.ops) is NumpyOps]
        self._ops = NumpyOps(use_blis=False)
        self._own = [node.ops for node in self._nodes]

    def __call__(self, doc: Doc) -> Doc:
        """Parse the doc."""
        for node in self._nodes:
            node.ops = self._ops
        try:
            return self._pipe(doc)  # type: ignore[no-any-return] # spaCy's stubs say Any
        finally:
            for node, ops in zip(self._nodes, self._own, strict=True):
                node.ops = ops
