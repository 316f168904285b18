"""What follows a layer's product, compiled by numba in one pass over it; imported only once numba's cache folder is set.

NumPy takes ten passes for the same and reads and writes the product, three times as wide as what comes out, in three of them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from numba import njit

from worker.nlp.accelerate.layers import EPSILON

_SIGNATURE = "void(f4[:,::1], f4[::1], f4[::1], f4[::1], f4[:,::1], f4[:,::1])"
_Floats = npt.NDArray[np.float32]


class Finish(Protocol):
    """What `finish` is to its callers."""

    def __call__(self, product: _Floats, bias: _Floats, gain: _Floats, shift: _Floats, before: _Floats, out: _Floats) -> None:
        """Write `before + layernorm(maxout(product + bias))` to `out`, row by row; `product` holds the pieces side by side."""
        ...


# "reassoc": sums over a row run in several lanes at once; which lanes there are depends on the processor, as in NumPy's own sums.
@njit(_SIGNATURE, cache=True, fastmath={"reassoc"}, error_model="numpy")
def finish(product: _Floats, bias: _Floats, gain: _Floats, shift: _Floats, before: _Floats, out: _Floats) -> None:
    """See `Finish`."""
    width = out.shape[1]
    part = np.float32(1) / np.float32(width)
    best = np.empty(width, np.float32)
    for row in range(len(out)):
        for column in range(width):
            best[column] = product[row, column] + bias[column]
        for start in range(width, product.shape[1], width):
            for column in range(width):
                value = product[row, start + column] + bias[start + column]
                best[column] = max(best[column], value)
        total = np.float32(0)
        for column in range(width):
            total += best[column]
        mean = total * part
        square = np.float32(0)
        for column in range(width):
            best[column] -= mean
            square += best[column] * best[column]
        scale = np.float32(1) / np.sqrt(square * part + EPSILON)
        for column in range(width):
            out[row, column] = before[row, column] + (best[column] * scale * gain[column] + shift[column])
