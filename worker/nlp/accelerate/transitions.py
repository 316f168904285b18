"""What spaCy's two transition-based components share: their moves, and the hidden layer that scores a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from worker.nlp.accelerate.layers import Unfit

if TYPE_CHECKING:
    from worker.nlp.accelerate.layers import Floats, Pipe

#: Maxout pieces of the hidden layer that are known here.
PIECES = 2


class States:
    """The hidden layer: each of a state's words has its part in it, computed beforehand for all words.

    spaCy keeps the layer as (features, outputs, pieces, inputs); here the pieces stand outside the outputs.
    """

    def __init__(self, pipe: Pipe, features: int) -> None:
        model = pipe.model
        if pipe.cfg["beam_width"] != 1:
            raise Unfit("a beam search")
        if not model.attrs["has_upper"] or model.attrs["unseen_classes"]:
            raise Unfit("a transition model without an output layer or with moves it has not seen")
        lower = model.get_ref("lower")
        weights = lower.get_param("W")
        self.features, self.outputs, pieces, inputs = weights.shape
        if self.features != features or pieces != PIECES:
            raise Unfit(f"states of {self.features} words and {pieces} pieces")
        self._weights: Floats = np.ascontiguousarray(weights.transpose(3, 0, 2, 1).reshape(inputs, -1))
        self._pad: Floats = np.ascontiguousarray(lower.get_param("pad")[0].transpose(0, 2, 1).reshape(-1))
        self.bias: Floats = np.ascontiguousarray(lower.get_param("b").T.reshape(-1))

    def table(self, vectors: Floats) -> Floats:
        """Give each word's part in each place of a state: (words + 1, features, pieces x outputs); row 0 is no word."""
        table = np.empty((len(vectors) + 1, len(self._pad)), dtype=np.float32)
        table[0] = self._pad
        np.matmul(vectors, self._weights, out=table[1:])
        return table.reshape(len(table), self.features, -1)

    def hidden(self, summed: Floats) -> Floats:
        """Give the hidden layer for states whose words' parts are summed; `summed` is overwritten."""
        summed += self.bias
        return np.maximum(summed[:, :self.outputs], summed[:, self.outputs:])


def moves_of(pipe: Pipe) -> list[tuple[str, int]]:
    """Give the component's moves in the order of its scores: a kind ("B", "I", "L", "U", "O"; "S", "D", "L", "R", "B") and a label."""
    moves = pipe.moves
    names = [moves.get_class_name(number) for number in range(moves.n_moves)]
    return [(name[0], pipe.vocab.strings[name[2:]] if len(name) > 1 else 0) for name in names]
