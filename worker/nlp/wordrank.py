"""How much each word of an article weighs: TextRank over content words that stand near one another; it picks no phrase.

Source of the method: Mihalcea and Tarau 2004, "TextRank: Bringing Order into Texts". Sentences here end at line breaks
also, so that a headline without a full stop does not run into the first sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import bool_, floating, int64, uint64
    from numpy.typing import NDArray
    from spacy.tokens import Doc

#: Content words of one sentence that stand at most so far apart, other words not counted, are neighbours.
WINDOW = 3
DAMPING = 0.85
ITERATIONS = 8

_NUMERIC = ("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "CARDINAL", "ORDINAL")
_POSSESSIVE = ("'s", "’s", "'", "’")
#: spaCy's number for a token inside a name, after its first.
_IOB_INSIDE = 1
_COLUMNS: list[int | str] = [
    "LEMMA", "POS", "SENT_START", "IS_STOP", "IS_ALPHA", "IS_SPACE", "LENGTH", "IDX", "ENT_TYPE", "ENT_IOB", "ORTH",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRanks:
    """The words of an article by token number, as plain lists."""

    #: The same number for the same lemma, 0 and up; -1 for a token that is no content word.
    lemmas: list[int]
    #: TextRank of the token's lemma, 0 for a token that is no content word; the mean over lemmas is 1.
    scores: list[float]
    #: Where the token begins in the text, and where it ends.
    starts: list[int]
    ends: list[int]
    #: Nouns and names that may be a topic: content words that are no part of a date, an amount or a number.
    nouns: list[bool]
    #: Adjectives of the same kind.
    adjectives: list[bool]
    #: Parts of names, and hyphens within a word ("low-cost"), which hold a phrase together.
    joints: list[bool]
    verbs: list[bool]
    spaces: list[bool]
    #: Sentences as (first token, token after the last), in order.
    sentences: list[tuple[int, int]]


def rank_words(doc: Doc) -> WordRanks:
    """Weigh the words of a doc."""
    import numpy as np

    lemma, part, sentence_start, stop, alpha, space, length, start, name, inside, orth = doc.to_array(_COLUMNS).T
    noun, proper, adjective, verb, auxiliary = (doc.vocab.strings[tag] for tag in ("NOUN", "PROPN", "ADJ", "VERB", "AUX"))
    nouns = (part == noun) | (part == proper)
    adjectives = part == adjective
    content = (nouns | adjectives | (part == verb)) & (stop == 0) & (alpha == 1) & (length > 1)
    numbers = np.full(len(lemma), -1, dtype=np.int64)
    numbers[content] = np.unique(lemma[content], return_inverse=True)[1].reshape(-1)
    line_breaks = [token for token in np.flatnonzero(space).tolist() if "\n" in doc[token].text]
    first = np.flatnonzero(sentence_start == 1).tolist()
    bounds = sorted({0, *first, *(token + 1 for token in line_breaks), len(lemma)})
    sentences = list(pairwise(bounds))
    ends = start + length
    numeric = _among(name, doc, _NUMERIC)
    within_name = (inside == _IOB_INSIDE) & ~numeric & ~_among(orth, doc, _POSSESSIVE)
    joints = within_name | _inner_hyphens(orth == doc.vocab.strings["-"], start, ends)
    topical = content & ~numeric
    return WordRanks(
        lemmas=numbers.tolist(), scores=_text_rank(numbers, sentences).tolist(), starts=start.tolist(), ends=ends.tolist(),
        nouns=(nouns & topical).tolist(), adjectives=(adjectives & topical).tolist(), joints=joints.tolist(),
        verbs=((part == verb) | (part == auxiliary)).tolist(), spaces=(space == 1).tolist(), sentences=sentences,
    )


def _among(column: NDArray[uint64], doc: Doc, words: tuple[str, ...]) -> NDArray[bool_]:
    """Mark the tokens whose attribute is one of a few words (faster than numpy's isin for so few)."""
    found: NDArray[bool_] = column == doc.vocab.strings[words[0]]
    for word in words[1:]:
        found |= column == doc.vocab.strings[word]
    return found


def _inner_hyphens(hyphens: NDArray[bool_], starts: NDArray[uint64], ends: NDArray[uint64]) -> NDArray[bool_]:
    """Keep the hyphens without a space on either side."""
    import numpy as np

    touching = starts[1:] == ends[:-1]
    inner: NDArray[bool_] = hyphens & np.append(touching, False) & np.insert(touching, 0, False)
    return inner


def _text_rank(lemmas: NDArray[int64], sentences: list[tuple[int, int]]) -> NDArray[floating[Any]]:
    """Rank the lemmas by power iteration over their neighbourhoods, and give each token its lemma's rank."""
    import numpy as np

    lengths = [end - start for start, end in sentences]
    places = np.flatnonzero(lemmas >= 0)
    if not len(places):
        return np.zeros(len(lemmas))
    words, sentence = lemmas[places], np.repeat(np.arange(len(sentences)), lengths)[places]
    count = int(words.max()) + 1
    pairs = [(words[step:], words[:-step], sentence[step:] == sentence[:-step]) for step in range(1, WINDOW + 1)]
    left = np.concatenate([a[same] for a, _, same in pairs])
    right = np.concatenate([b[same] for _, b, same in pairs])
    source, target = np.concatenate([left, right]), np.concatenate([right, left])
    degrees = np.bincount(source, minlength=count)
    shares: NDArray[floating[Any]] = 1.0 / degrees[source]
    ranks: NDArray[floating[Any]] = np.full(count, 1.0)
    for _ in range(ITERATIONS):
        ranks = (1 - DAMPING) + DAMPING * np.bincount(target, weights=ranks[source] * shares, minlength=count)
    return np.where(lemmas >= 0, ranks[lemmas], 0.0)
