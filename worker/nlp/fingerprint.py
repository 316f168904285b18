"""The fingerprint of a text: a small sketch from which two texts' shared wording is estimated; the index is the ledger's.

The unit is the shingle, three words in a row, letters folded and punctuation dropped, so that typography, headline and
datelines weigh little. The sketch is k-minwise hashing (Broder 1997) of which four bits a value are kept (b-bit minwise
hashing, Li and König 2010), with a few whole values by which candidates are looked up.
"""

from __future__ import annotations

import base64
import re
import struct
import unicodedata
from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from numpy import uint32, uint64
    from numpy.typing import NDArray

#: Words in a shingle.
SHINGLE_WORDS = 3
#: Minima kept with four bits each: the estimate's standard error is about 0.027.
SKETCH_VALUES = 384
#: Shingles kept whole: two texts that share 30 % of their shingles have one in common in 99.7 % of cases.
LOOKUP_VALUES = 16
#: A text of more words is judged by its beginning: memory stays bounded.
MAX_WORDS = 20_000

_WORD = re.compile(r"[^\W_]+")
#: Shingles hashed at once: the block of minima fits the processor's cache.
_BLOCK = 128


def fingerprint(text: str) -> str:
    """Give the fingerprint of a text as URL-safe base64 without padding; empty if the text holds no word.

    Its 258 bytes are: the number of different shingles (16 bits, big-endian, at most 65,535); 16 look-up values of 32
    bits, the shingles that are smallest under the first 16 permutations; and four bits of the minimum under each of 384.
    """
    shingles = _shingles(text)
    if not len(shingles):
        return ""
    size = struct.pack(">H", min(len(shingles), 0xFFFF))
    raw = size + _smallest(shingles).astype(">u4").tobytes() + _nibbles(_minima(shingles))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _shingles(text: str) -> NDArray[uint32]:
    """Hash each run of three words to 32 bits; a text of one or two words is one shingle."""
    import numpy as np

    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    words = _WORD.findall(folded)[:MAX_WORDS]
    if not words:
        return np.empty(0, dtype=np.uint32)
    codes: NDArray[uint64] = np.fromiter(map(crc32, " ".join(words).encode().split(b" ")), dtype=np.uint64, count=len(words))
    width = min(SHINGLE_WORDS, len(codes))
    count = len(codes) - width + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(width):
        mixed = _scramble(mixed + codes[place : place + count])
    found = np.sort((mixed >> np.uint64(32)).astype(np.uint32))
    # Several times as fast as numpy.unique.
    first = np.ones(count, dtype=np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]


def _scramble(values: NDArray[uint64]) -> NDArray[uint64]:
    """Spread every bit over the word (the finaliser of SplitMix64, Steele et al. 2014)."""
    import numpy as np

    values = (values + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    return (values ^ (values >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)


def _smallest(shingles: NDArray[uint32]) -> NDArray[uint32]:
    """Give the shingle that is smallest under each of the look-up permutations: evenly spread, as the minima are not."""
    factors, offsets = _permutations()
    images = shingles[:, None] * factors[:LOOKUP_VALUES] + offsets[:LOOKUP_VALUES]
    smallest: NDArray[uint32] = shingles[images.argmin(axis=0)]
    return smallest


def _minima(shingles: NDArray[uint32]) -> NDArray[uint32]:
    """Give the smallest value of the shingles under each of 384 permutations."""
    import numpy as np

    factors, offsets = _permutations()
    lowest = np.full(SKETCH_VALUES, 0xFFFFFFFF, dtype=np.uint32)
    for start in range(0, len(shingles), _BLOCK):
        block = shingles[start : start + _BLOCK, None] * factors
        block += offsets
        np.minimum(lowest, block.min(axis=0), out=lowest)
    return lowest


@cache
def _permutations() -> tuple[NDArray[uint32], NDArray[uint32]]:
    """Make the fixed permutations x -> factor * x + offset (mod 2^32), factors odd."""
    import numpy as np

    numbers = _scramble(np.arange(1, 2 * SKETCH_VALUES + 1, dtype=np.uint64)) >> np.uint64(32)
    numbers32 = numbers.astype(np.uint32)
    return numbers32[:SKETCH_VALUES] | np.uint32(1), numbers32[SKETCH_VALUES:]


def _nibbles(minima: NDArray[uint32]) -> bytes:
    """Keep four well-mixed bits of each value, two values a byte (a minimum's own high bits are nearly always zero)."""
    import numpy as np

    bits = ((minima * np.uint32(0x9E3779B1)) >> np.uint32(28)).astype(np.uint8)
    return ((bits[0::2] << np.uint8(4)) | bits[1::2]).tobytes()
