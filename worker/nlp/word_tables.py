"""spaCy's tables of words, made anew before they outgrow what they hold: a process that reads for months stays as large as it was.

At the end of a memory zone spaCy forgets the words that were new, but marks their places in its hash tables as deleted, where only some
later words fit; so each table doubles whenever as many new words were met as it is long. After 400,000 new words an empty pipeline's
tables have 12 MB, and so on for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spacy.attrs import NORM

if TYPE_CHECKING:
    from spacy.vocab import Vocab

#: Words read between two renewals, at least: one takes some ten milliseconds, these words some ten seconds.
FEWEST = 200_000
#: A large vocabulary is renewed more rarely, after so many times its own number of strings.
TIMES = 8
#: Strings of a vocabulary that is left as it is beyond: to take in 700,000 anew takes a second, and forked processes that shared their
#: memory would hold 150 MB each. Pipelines whose files are recorded are loaded without the strings of their training (nlp/model.py); for
#: others the worker's bound on a process' memory stays the last word.
MOST = 100_000
#: An empty list of strings, and an empty archive of everything else, in spaCy's own formats.
_NO_STRINGS, _NOTHING = b"[]", b"\x80"
#: All that a vocabulary's archive may hold.
_PARTS = ("strings", "vectors", "lookups")


class WordTables:
    """The tables of one vocabulary and how many words went through them."""

    def __init__(self, vocab: Vocab, fewest: int = FEWEST) -> None:
        #: Any, since spaCy's types leave out half of what it has.
        self._vocab: Any = vocab
        self._fewest = fewest
        self._words = 0

    def passed(self, words: int) -> None:
        """Count the words of a document that is read and forgotten; renew the tables when it is time, but never inside a memory zone."""
        self._words += words
        strings = len(self._vocab.strings)
        if self._words > max(self._fewest, TIMES * strings) and strings <= MOST and not self._vocab.in_memory_zone:
            self._words = 0
            self._renew()

    def _renew(self) -> None:
        """Do what spaCy does when a vocabulary is read from an archive: begin empty tables, then take the strings in again.

        Words that the tokenizer remembers keep what it knows of them; all others are made when they are met, as they are after a load.
        """
        getters = self._vocab.lex_attr_getters
        norms = getters.get(NORM)
        self._vocab.strings.from_bytes(_NO_STRINGS)
        self._vocab.from_bytes(_NOTHING, exclude=_PARTS)
        if norms is not None:
            # Each reading of an archive wraps the getter of norms once more.
            getters[NORM] = norms
