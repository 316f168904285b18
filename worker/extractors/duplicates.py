"""The fingerprint by which reprints, wire copy and lightly edited versions of an article are found.

It finds no duplicate itself: an extractor sees one article. `cluster` (the same for all versions of a story), `of` (the id
of the nearest earlier article) and `similarity` (the share of the shorter text's three-word sequences that the other holds)
are filled in where articles meet: at commit by the shared index, in `wiredesk extract` among the articles of the run.
Scheme: k-minwise hashing with four bits a value (Broder 1997; Li and König 2010), see `worker/nlp/fingerprint.py`.

Example: "Rain fell on the coast." gives `{"fingerprint": "AAM…", "cluster": null, "of": null, "similarity": null}`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from worker.nlp.fingerprint import fingerprint
from worker.records import Record, frozen

if TYPE_CHECKING:
    from worker.nlp.reading import Reading

VERSION = 1
NEEDS: tuple[str, ...] = ()
SINGLE = True


@frozen(kw_only=True)
class Duplicates(Record):
    """What ties an article to others with the same wording."""

    #: Base64; its layout stands in `worker/nlp/fingerprint.py`.
    fingerprint: str
    #: The same for all versions of one story; an opaque name.
    cluster: str | None = None
    #: Id of the nearest earlier article; null for the first of its cluster.
    of: str | None = None
    #: Estimated share of the shorter text that the other holds, 0.77 to 1.
    similarity: float | None = None

    @property
    def position(self) -> tuple[int, int]:
        """The record is about the whole article."""
        return (0, 0)

    @property
    def key(self) -> Hashable:
        """There is one an article."""
        return self.position


def extract(reading: Reading) -> Iterator[Duplicates]:
    """Give the article's fingerprint; nothing for a text without a word."""
    if made := fingerprint(reading.text):
        yield Duplicates(fingerprint=made)
