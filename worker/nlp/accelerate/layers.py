"""The one layer that the pipelines' encoders are made of, in NumPy: maxout followed by a layer norm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from worker.nlp.accelerate.maxout import Finish

#: A layer of a thinc model, and a component of a pipeline: their stubs know little of what is read here.
Node = Any
Pipe = Any
Floats = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]

#: What thinc's layer norm adds to the variance.
EPSILON = np.float32(1e-8)


class Unfit(Exception):  # noqa: N818 - no error: the component is of another make and keeps spaCy's own code
    """This component is not of the architecture that is known here; the message says what differs."""


class MaxoutNorm:
    """`layernorm(maxout(rows))` with the weights laid out piece by piece, so that the maximum runs over whole slices.

    thinc keeps maxout's weights as (output, piece, input); the best piece of an output then lies in three neighbouring
    numbers, which no vector instruction likes.
    """

    def __init__(self, maxout: Node, norm: Node) -> None:
        weights = maxout.get_param("W")
        self.outputs, self.pieces, self.inputs = weights.shape
        if norm.get_param("G").shape != (self.outputs,):
            raise Unfit("a layer norm of another width than its maxout")
        self._weights = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(self.inputs, -1))
        self._bias = np.ascontiguousarray(maxout.get_param("b").T.reshape(-1))
        self._gain, self._shift = np.ascontiguousarray(norm.get_param("G")), np.ascontiguousarray(norm.get_param("b"))
        self._mean = np.full(self.outputs, 1 / self.outputs, dtype=np.float32)

    def scratch(self, rows: int) -> Floats:
        """Give room for the product of so many rows."""
        return np.empty((rows, self.pieces * self.outputs), dtype=np.float32)

    def __call__(self, rows: Floats, scratch: Floats, out: Floats) -> None:
        """Write the layer's output for `rows` (n, inputs) to `out` (n, outputs); `scratch` is overwritten."""
        np.matmul(rows, self._weights, out=scratch)
        scratch += self._bias
        width = self.outputs
        np.maximum(scratch[:, :width], scratch[:, width:2 * width], out=out)
        for piece in range(2, self.pieces):
            np.maximum(out, scratch[:, piece * width:(piece + 1) * width], out=out)
        out -= (out @ self._mean)[:, None]
        spread = np.einsum("ij,ij->i", out, out)
        spread *= self._mean[0]
        spread += EPSILON
        np.sqrt(spread, out=spread)
        np.reciprocal(spread, out=spread)
        out *= spread[:, None]
        out *= self._gain
        out += self._shift

    def add(self, rows: Floats, scratch: Floats, before: Floats, out: Floats, finish: Finish | None) -> None:
        """Write `before` and the layer's output for `rows` together to `out`; with `finish` all that follows the product is one pass."""
        if finish is None:
            self(rows, scratch, out)
            out += before
        else:
            np.matmul(rows, self._weights, out=scratch)
            finish(scratch, self._bias, self._gain, self._shift, before, out)


def nodes(model: Node, name: str) -> list[Node]:
    """Give the layers of this name inside a model, in the order in which they run."""
    return [node for node in model.walk() if node.name == name]


def only(model: Node, name: str) -> Node:
    """Give the one layer of this name inside a model.

    Raises:
        Unfit: there is none, or more than one.
    """
    found = nodes(model, name)
    if len(found) != 1:
        raise Unfit(f"{len(found)} layers {name!r} where one is known")
    return found[0]


def transposed(weights: Floats) -> Floats:
    """Give a weight matrix (outputs, inputs) as (inputs, outputs), laid out for products from the left."""
    return np.ascontiguousarray(weights.T)


def read(doc: Doc, attributes: list[int]) -> Words:
    """Give the tokens' attributes, one row a token and one column an attribute."""
    values: Any = doc.to_array(attributes)  # type: ignore[arg-type] # the stub wants a list that may hold names too
    return values.reshape(len(doc), len(attributes))  # type: ignore[no-any-return] # the stub says floats, they are numbers of strings


def write(doc: Doc, attributes: list[int], values: Words) -> Doc:
    """Set the tokens' attributes from such rows."""
    given: Any = values
    return doc.from_array(attributes, given)  # type: ignore[arg-type] # likewise


def mixed(columns: Words) -> list[int]:
    """Give one 64-bit key for each row of attribute values; that two rows share one by chance is as good as impossible."""
    keys = np.zeros(len(columns), dtype=np.uint64)
    for number in range(columns.shape[1]):
        keys ^= columns[:, number]
        keys *= np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys.tolist()
