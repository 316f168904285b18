"""Named entities: spaCy's transition-based recogniser without its loop over the words.

A state outside an entity sees only the next word, so all words are scored in one product. A state inside one may only go
on or end with the label it began with, so all beginnings are followed together, some rounds long; then entities are picked
from left to right, and what is longer is followed on when it is picked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.attrs import ENT_IOB, ENT_TYPE, IS_SPACE, SENT_START
from spacy.tokens import Span

from worker.nlp.accelerate.encoder import Linear, vectors_of
from worker.nlp.accelerate.layers import Unfit, read, transposed
from worker.nlp.accelerate.transitions import States, moves_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from worker.nlp.accelerate.layers import Floats, Pipe
    from worker.nlp.accelerate.maxout import Finish

#: What a state looks at: the next word, the entity's first word and its last one so far.
FEATURES = 3
#: Rounds that all beginnings are followed together: hardly an entity is longer, and in a list without end ("Smith, Jones, ...") an entity
#: that seems to begin at every word would cost the square of its length.
TOGETHER = 16


class _Open(NamedTuple):
    """Entities that have begun and not ended: first word, next word, and the two moves each may take."""

    starts: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    going_on: npt.NDArray[np.int64]
    ending: npt.NDArray[np.int64]

    def only(self, kept: npt.NDArray[np.bool_]) -> _Open:
        return _Open(*(column[kept] for column in self))


class Ner:
    """An entity recogniser's twin."""

    def __init__(self, pipe: Pipe, finish: Finish | None = None) -> None:
        self._pipe = pipe
        self._states = States(pipe, FEATURES)
        self.vectors = vectors_of(pipe.model.get_ref("tok2vec"), pipe.vocab, finish)
        self._narrow = Linear(pipe.model.get_ref("tok2vec").layers[-1])
        upper = pipe.model.get_ref("upper")
        self._weights, self._bias = transposed(upper.get_param("W")), upper.get_param("b")
        moves = moves_of(pipe)
        #: The moves of a state outside an entity; "U-" is only for words that an earlier component has blocked.
        closed = [number for number, (kind, label) in enumerate(moves) if kind == "O" or (kind in "BU" and label)]
        self._closed_weights = np.ascontiguousarray(self._weights[:, closed])
        self._closed_bias = self._bias[closed]
        kinds = np.array([moves[number][0] for number in closed])
        self._begins, self._units = np.flatnonzero(kinds == "B"), np.flatnonzero(kinds == "U")
        self._is_begin = kinds == "B"
        self._outside = int(np.flatnonzero(kinds == "O")[0])
        self._labels = [moves[number][1] for number in closed]
        numbers = {move: number for number, move in enumerate(moves)}
        self._going_on = np.array([numbers.get(("I", label), 0) for label in self._labels])
        self._ending = np.array([numbers.get(("L", label), 0) for label in self._labels])
        if np.any(self._going_on > self._ending):
            raise Unfit("an entity recogniser with its moves in another order")

    def __call__(self, doc: Doc) -> Doc:
        """Set the doc's entities; a doc that has some already goes to spaCy's own component."""
        state = read(doc, [SENT_START, IS_SPACE, ENT_IOB, ENT_TYPE])
        if state[:, 2:].any():
            return self._pipe(doc)  # type: ignore[no-any-return] # spaCy's stubs say Any
        starts_sentence = np.append(state[1:, 0] == 1, True)
        table = self._states.table(self._narrow(self.vectors(doc)))
        moves = self._outside_moves(table, starts_sentence, state[:, 1] != 0)
        begins = np.flatnonzero(self._is_begin[moves])
        opened = _Open(begins, begins + 1, self._going_on[moves[begins]], self._ending[moves[begins]])
        ends, still_open = self._follow(table, starts_sentence, opened, TOGETHER)
        spans = []
        free = 0
        for word, move in enumerate(moves.tolist()):
            if word >= free and move != self._outside:
                if self._is_begin[move] and word not in ends:
                    ends |= self._follow(table, starts_sentence, still_open.only(still_open.starts == word), len(doc))[0]
                free = ends.get(word, word + 1)
                spans.append(Span(doc, word, free, label=self._labels[move]))
        doc.set_ents(spans, default="outside")
        return doc

    def _outside_moves(self, table: Floats, before_start: npt.NDArray[np.bool_], space: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Choose each word's move as if no entity were open: an index into the closed moves."""
        hidden = self._states.hidden(table[1:, 0] + table[0, 1] + table[0, 2])
        scores = hidden @ self._closed_weights
        scores += self._closed_bias
        # An entity neither begins on white space nor reaches across a sentence's border.
        scores[np.ix_(np.flatnonzero(before_start | space), self._begins)] = -np.inf
        scores[np.ix_(np.flatnonzero(space), self._units)] = -np.inf
        best: npt.NDArray[np.int64] = scores.argmax(axis=1)
        return best

    def _follow(self, table: Floats, before_start: npt.NDArray[np.bool_], alive: _Open, rounds: int) -> tuple[dict[int, int], _Open]:
        """Give for each beginning the word behind its entity's last one, and what is still open after so many rounds."""
        ends: dict[int, int] = {}
        for _ in range(rounds):
            if not len(alive.starts):
                break
            hidden = self._states.hidden(table[alive.words + 1, 0] + table[alive.starts + 1, 1] + table[alive.words, 2])
            on = np.einsum("ij,ji->i", hidden, self._weights[:, alive.going_on]) + self._bias[alive.going_on]
            end = np.einsum("ij,ji->i", hidden, self._weights[:, alive.ending]) + self._bias[alive.ending]
            # Of two equal scores spaCy takes the earlier move: going on.
            stops = before_start[alive.words] | (end > on)
            ends.update(zip(alive.starts[stops].tolist(), (alive.words[stops] + 1).tolist(), strict=True))
            alive = alive.only(~stops)
            alive = alive._replace(words=alive.words + 1)
        return ends, alive
