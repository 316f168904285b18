"""Words that stay: a memory zone forgets every word it meets, and to make them anew for each article takes longer than its tags and heads.

What is kept is bounded, so that a process that reads for months grows no further. Nothing here changes what is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.tokenizer import Tokenizer

from worker.nlp.accelerate import runs

if TYPE_CHECKING:
    from spacy.language import Language

#: Stretches between white space that are kept at most, each with its words some 1,000 bytes.
KEPT = 14_000
#: Of words met once, how many are remembered until they come again.
MET = 10_000
#: Words that a long-lived process begins with.
FREQUENT = 4_000
#: Those of English: a head, an empty line, words between white space.
_ENGLISH = Path(__file__).parent / "frequent_words.txt"


class Vocabulary:
    """The words of one pipeline that outlive a memory zone."""

    def __init__(self, nlp: Language, frequent: int = 0) -> None:
        """Keep the most frequent words from the start, of English those of a list, else those of the pipeline's vectors.

        A pipeline without either learns as it reads.
        """
        self._nlp = nlp
        self._kept: set[str] = set()
        self._met: set[str] = set()
        # A tokenizer of another make has no cache to widen.
        if isinstance(nlp.tokenizer, Tokenizer):
            nlp.tokenizer.max_cache_size = KEPT
        #: The words that are kept from the start.
        self.frequent = tuple(islice(_most_frequent(nlp), frequent))
        self._keep(self.frequent)

    def notice(self, text: str) -> None:
        """Keep the words that come a second time; call it outside the memory zone in which the text is read."""
        new = set(text.split()) - self._kept
        again = sorted(new & self._met)
        if again and len(self._kept) < KEPT:
            self._keep(again[:KEPT - len(self._kept)])
            self._met.difference_update(again)
            new.difference_update(again)
        if len(self._met) > MET:
            self._met.clear()
        self._met |= new

    def _keep(self, words: Sequence[str]) -> None:
        for word in words:
            # To tokenize a stretch is to make its words, and to remember how it falls into them.
            runs.make_doc(self._nlp, word)
        self._kept.update(words)


def _most_frequent(nlp: Language) -> Iterator[str]:
    if nlp.lang == "en":
        _, _, words = _ENGLISH.read_text(encoding="utf-8").partition("\n\n")
        yield from words.split()
    else:
        # The vectors' own order is that of frequency; a lean pipeline (nlp/model.py) may not know their words.
        strings = nlp.vocab.strings
        yield from (strings[key] for key in nlp.vocab.vectors.keys() if key in strings)  # noqa: SIM118 - it is no dict
