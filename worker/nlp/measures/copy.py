"""The text as the rules for quantities read it: its characters in both cases, its tokens, and the way from one to the other."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_PLURALS = frozenset({"NNS", "NNPS"})


class Copy:
    """One article's text with its tokens."""

    def __init__(self, text: str, columns: Columns) -> None:
        self.text = text
        #: Whose dollar a bare one is, once it was asked.
        self.dollar: str | None = None
        #: Which currency a noun that several share is here, as far as it was asked.
        self.currencies: dict[str, str | None] = {}
        #: Whether the article counts money in pounds.
        self.sterling = "£" in text
        self.columns = columns
        lowered = text.lower()
        #: The text in small letters, of the same length.
        self.lowered = lowered if len(lowered) == len(text) else "".join(
            small if len(small := character.lower()) == 1 else character for character in text)

    def token_at(self, offset: int) -> int:
        """Give the token that holds the character, or the last one before it."""
        return max(bisect_right(self.columns.starts, offset) - 1, 0)

    def token_from(self, offset: int) -> int:
        """Give the first token that begins at the offset or after it; the number of tokens if there is none."""
        token = self.token_at(offset)
        return token if self.columns.starts[token] >= offset else token + 1

    def same_sentence(self, one: int, other: int) -> bool:
        """Tell whether two tokens stand in one sentence."""
        return self.columns.sents[one] == self.columns.sents[other]

    def begins_sentence(self, token: int) -> bool:
        """Tell whether the token is its sentence's first."""
        return token == 0 or not self.same_sentence(token - 1, token)

    def is_noun(self, token: int) -> bool:
        """Tell whether the tagger reads the token as a noun or a name."""
        return self.columns.tags[token] in _NOUNS

    def is_plural(self, token: int) -> bool:
        """Tell whether the token is a noun in the plural; "people", "police" and the like are tagged so."""
        return self.columns.tags[token] in _PLURALS

    def words_before(self, offset: int, most: int = 4) -> list[str]:
        """Give up to `most` words before the offset in small letters, last one last; none from another line."""
        line = self.lowered[max(0, offset - 12 * most - 8):offset].rpartition("\n")[2]
        return line.split()[-most:]
