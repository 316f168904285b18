"""From embeddings to words in context: spaCy's MaxoutWindowEncoder and Tok2Vec in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from spacy.pipeline.tok2vec import Tok2VecListener

from worker.nlp.accelerate.embedding import Embedding
from worker.nlp.accelerate.layers import Floats, MaxoutNorm, Node, Unfit, nodes, transposed

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from worker.nlp.accelerate.maxout import Finish

#: In a doc of so many tokens whose words come more often than so many times each, most windows are alike. No prose has so few words.
LONG, VARIED = 4_096, 40
#: Tokens whose windows are multiplied at once: as many as keep inputs and products in the processor's second cache.
BLOCK = 512

KNOWN = frozenset({"expand_window", "maxout", "layernorm", "dropout"})


class Encoder:
    """Residual layers that each read a token and its two neighbours."""

    def __init__(self, encode: Node, finish: Finish | None = None) -> None:
        """Read the layers; `finish` is what numba compiled for what follows their products."""
        self._finish = finish
        if unknown := {node.name for node in encode.walk() if not node.layers} - KNOWN:
            raise Unfit(f"an encoder with {', '.join(sorted(unknown))}")
        if any(node.attrs["window_size"] != 1 for node in nodes(encode, "expand_window")):
            raise Unfit("an encoder with a window wider than one word")
        self._layers = [MaxoutNorm(*pair) for pair in zip(nodes(encode, "maxout"), nodes(encode, "layernorm"), strict=True)]
        self._width = self._layers[0].outputs
        if any(layer.inputs != 3 * self._width or layer.outputs != self._width for layer in self._layers):
            raise Unfit("an encoder whose layers differ in width")
        #: spaCy pads the text with rows that are zero only at first: the layers then write to them as to any other.
        self._pad: int = encode.attrs["pad"]
        #: How many neighbours on each side a token's vector tells of; None where the padding is less, and edges are no windows as others.
        self.reach = len(self._layers) if self._pad >= len(self._layers) else None
        self._windows = np.empty((BLOCK, 3 * self._width), dtype=np.float32)
        self._scratch = self._layers[0].scratch(BLOCK)

    def __call__(self, embedded: Floats) -> Floats:
        """Give each token's vector in its context, the rows as in `embedded`."""
        length = len(embedded) + 2 * self._pad
        # One more row at each end stays zero: what a window sees beyond the padding.
        current = np.zeros((length + 2, self._width), dtype=np.float32)
        current[self._pad + 1:self._pad + 1 + len(embedded)] = embedded
        following = np.zeros_like(current)
        for layer in self._layers:
            self._apply(layer, current, following)
            current, following = following, current
        return current[self._pad + 1:self._pad + 1 + len(embedded)]

    def _apply(self, layer: MaxoutNorm, current: Floats, following: Floats) -> None:
        step, item = current.strides
        length = len(current) - 2
        # Rows lie one behind the other: three neighbours are one stretch of memory.
        windows = as_strided(current, (length, 3 * self._width), (step, item), writeable=False)
        for start in range(0, length, BLOCK):
            size = min(BLOCK, length - start)
            rows, own = self._windows[:size], slice(start + 1, start + 1 + size)
            np.copyto(rows, windows[start:start + size])
            layer.add(rows, self._scratch[:size], current[own], following[own], self._finish)


class ContextVectors:
    """A Tok2Vec model: embedding, then encoder."""

    def __init__(self, model: Node, vocab: Vocab, finish: Finish | None = None) -> None:
        if not (model.has_ref("embed") and model.has_ref("encode")):
            raise Unfit("vectors that are not spaCy's Tok2Vec")
        self.embedding = Embedding(model.get_ref("embed"), vocab)
        self._encoder = Encoder(model.get_ref("encode"), finish)

    def __call__(self, doc: Doc) -> Floats:
        """Give the vectors of the doc's tokens, one row each."""
        if len(doc) >= LONG:
            rows = self.embedding.rows(doc)
            if rows is not None and len(set(rows)) * VARIED < len(rows) and self._encoder.reach is not None:
                return self._repeated(np.array(rows, dtype=np.int32), self._encoder.reach)
        return self._encoder(self.embedding(doc))

    def _repeated(self, rows: npt.NDArray[np.int32], reach: int) -> Floats:
        """Encode each different window of words once: "!!!!!", "a-b-c-" and the like say the same over and over."""
        zero = len(self.embedding.table)
        padded = np.full(len(rows) + 2 * reach, zero, dtype=np.int32)
        padded[reach:-reach] = rows
        windows, which = np.unique(sliding_window_view(padded, 2 * reach + 1), axis=0, return_inverse=True)
        flat = windows.reshape(-1)
        embedded = self.embedding.table[np.minimum(flat, zero - 1)]
        embedded[flat == zero] = 0
        encoded: Floats = self._encoder(embedded)[reach::2 * reach + 1][which.reshape(-1)]
        return encoded


def vectors_of(model: Node, vocab: Vocab, finish: Finish | None = None) -> Callable[[Doc], Floats]:
    """Give where a component takes its vectors from: its own Tok2Vec, or the doc's tensor that an earlier component wrote.

    Raises:
        Unfit: its vectors come from elsewhere, for example from a transformer.
    """
    if isinstance(model, Tok2VecListener):
        return _shared
    if model.has_ref("embed"):
        return ContextVectors(model, vocab, finish)
    if len(model.layers) == 1 or (model.layers and all(layer.name in ("list2array", "linear") for layer in model.layers[1:])):
        return vectors_of(model.layers[0], vocab, finish)
    raise Unfit(f"vectors from {model.name!r}")


def _shared(doc: Doc) -> Floats:
    tensor: Any = doc.tensor
    return tensor  # type: ignore[no-any-return] # the stub says 64 bits


class Linear:
    """`rows @ weights + bias`."""

    def __init__(self, node: Node) -> None:
        self._weights, self._bias = transposed(node.get_param("W")), node.get_param("b")

    def __call__(self, rows: Floats) -> Floats:
        """Give one row of outputs for each row."""
        out: Floats = rows @ self._weights
        out += self._bias
        return out
