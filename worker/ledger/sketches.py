"""Comparison of fingerprints and the grouping of articles in memory; the shared index is `worker/ledger/duplicates.py`.

What stands here in Python stands once more in `scripts/duplicates.lua`, where Redis runs it; a test holds the two together.
The layout of a fingerprint is that of `worker/nlp/fingerprint.py`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Self

from worker.errors import InputError

#: Bytes of a fingerprint: size, 16 look-up values, 384 values of four bits.
FINGERPRINT_BYTES = 258
_LOOKUPS = struct.Struct(">H16I")
_VALUES = 384
#: 384 values of four bits agree by chance in 24 places.
_CHANCE = _VALUES // 16
#: The lowest bit of each value.
_LOW_BITS = int("1" * _VALUES, 16)

#: Least share of the shorter text that its duplicate holds: reprints with light edits keep 0.80, round-ups borrow up to 0.70.
MIN_SIMILARITY = 0.77
#: Least share of both texts' shingles that are common: a sentence inside a long report is no duplicate of the report.
MIN_RESEMBLANCE = 0.2
#: Articles remembered for one look-up value: the first and the latest; a phrase of every agency report finds no more.
POSTINGS = 8
#: Candidates compared in full, those with most look-up values in common first.
MAX_CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class Sketch:
    """A fingerprint taken apart."""

    #: Number of different shingles.
    size: int
    lookups: tuple[int, ...]
    values: int

    @classmethod
    def parse(cls, fingerprint: str) -> Self:
        """Read a fingerprint's base64.

        Raises:
            InputError: it is none.
        """
        raw = fingerprint_bytes(fingerprint)
        size, *lookups = _LOOKUPS.unpack_from(raw)
        return cls(size, tuple(dict.fromkeys(lookups)), int.from_bytes(raw[_LOOKUPS.size :]))

    def resemblance(self, other: Sketch) -> float:
        """Estimate the share of both texts' shingles that they have in common (Jaccard)."""
        differing = self.values ^ other.values
        differing |= differing >> 1
        differing |= differing >> 2
        agreeing = _VALUES - (differing & _LOW_BITS).bit_count()
        return max(0, agreeing - _CHANCE) / (_VALUES - _CHANCE)

    def similarity(self, other: Sketch) -> float:
        """Estimate the share of the shorter text that the longer one holds, four digits; 0 if they are no duplicates."""
        common = self.resemblance(other)
        if common < MIN_RESEMBLANCE:
            return 0.0
        share = min(1.0, common * (self.size + other.size) / ((1 + common) * min(self.size, other.size)))
        return int(share * 10_000 + 0.5) / 10_000 if share >= MIN_SIMILARITY else 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands among the others: the result's fields of the same names."""

    cluster: str
    of: str | None = None
    similarity: float | None = None


class RunIndex:
    """Groups the articles of one run in the order in which they come."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Sketch, str]] = []
        self._postings: dict[int, list[int]] = {}

    def place(self, result: dict[str, Any]) -> None:
        """Fill in `duplicates` of a result with what the articles before it tell."""
        if found := result.get("duplicates"):
            found |= asdict(self.join(result["article"]["id"], found["fingerprint"]))

    def join(self, identity: str, fingerprint: str) -> Place:
        """Find the article's nearest earlier duplicate, take its cluster, and remember the article."""
        sketch = Sketch.parse(fingerprint)
        place = self._nearest(sketch) or Place(cluster_name(identity))
        number = len(self._known)
        self._known.append((identity, sketch, place.cluster))
        for value in sketch.lookups:
            numbers = self._postings.setdefault(value, [])
            if len(numbers) == POSTINGS:
                del numbers[1]
            numbers.append(number)
        return place

    def _nearest(self, sketch: Sketch) -> Place | None:
        hits = Counter(number for value in sketch.lookups for number in self._postings.get(value, ()))
        candidates = sorted(hits, key=lambda number: (-hits[number], number))[:MAX_CANDIDATES]
        best = max(((sketch.similarity(self._known[number][1]), -number) for number in candidates), default=(0.0, 0))
        if not best[0]:
            return None
        identity, _, cluster = self._known[-best[1]]
        return Place(cluster, identity, best[0])


def cluster_name(identity: str) -> str:
    """Name the cluster whose first article has this id."""
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def fingerprint_bytes(fingerprint: str) -> bytes:
    """Decode a fingerprint.

    Raises:
        InputError: it is none.
    """
    try:
        raw = base64.b64decode(fingerprint + "=" * (-len(fingerprint) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != FINGERPRINT_BYTES:
        raise InputError(f"a fingerprint is the base64 of {FINGERPRINT_BYTES} bytes, as the extractor `duplicates` makes it")
    return raw
