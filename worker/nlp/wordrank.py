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
    from spacy.strings import StringStore

    from worker.nlp.columns import Columns

#: Content words of one sentence that stand at most so far apart, other words not counted, are neighbours.
WINDOW = 3
DAMPING = 0.85
ITERATIONS = 8

_NUMERIC = ("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "CARDINAL", "ORDINAL")
_POSSESSIVE = ("'s", "’s", "'", "’")
#: spaCy's number for a token inside a name, after its first.
_IOB_INSIDE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRanks:
    """The words of an article by token number, as plain lists."""

    #: The same number for the same lemma, 0 and up; -1 for a token that is no content word.
    lemmas: list[int]
    #: TextRank of the token's lemma, 0 for a token that is no content word; the mean over lemmas is 1.
    scores: list[float]
    #: The sum of the scores of all tokens of a lemma, by its number.
    totals: list[float]
    #: Where the token begins in the text, and where it ends.
    starts: list[int]
    ends: list[int]
    #: Nouns and names that may be a topic: content words that are no part of a date, an amount or a number.
    nouns: list[bool]
    #: Adjectives of the same kind.
    adjectives: list[bool]
    #: What a phrase is made of: the two above, parts of names, and hyphens within a word ("low-cost").
    held: list[bool]
    verbs: list[bool]
    spaces: list[bool]
    #: Sentences as (first token, token after the last), in order.
    sentences: list[tuple[int, int]]


def rank_words(columns: Columns, numbers: StringStore) -> WordRanks:
    """Weigh the words of a doc; `numbers` are those that spaCy has for strings."""
    import numpy as np

    rows = columns.rows
    orth, part, _, _, lemma, name, inside, _, sentence_start, start, length, stop, alpha, space = rows.T
    noun, proper, adjective, verb, auxiliary = (numbers[tag] for tag in ("NOUN", "PROPN", "ADJ", "VERB", "AUX"))
    nouns = (part == noun) | (part == proper)
    adjectives = part == adjective
    verbs = part == verb
    content = (nouns | adjectives | verbs) & (stop == 0) & (alpha == 1) & (length > 1)
    lemmas = np.full(columns.size, -1, dtype=np.int64)
    lemmas[content] = np.unique(lemma[content], return_inverse=True)[1].reshape(-1)
    spaces = space == 1
    line_breaks = [token + 1 for token in np.flatnonzero(spaces).tolist() if "\n" in columns.words[token]]
    sentences = list(pairwise(sorted({0, *np.flatnonzero(sentence_start == 1).tolist(), *line_breaks, columns.size})))
    numeric = _among(name, numbers, _NUMERIC)
    joints = (inside == _IOB_INSIDE) & ~numeric & ~_among(orth, numbers, _POSSESSIVE)
    hyphens = orth == numbers["-"]
    if hyphens.any():
        joints |= _inner_hyphens(hyphens, start, start + length)
    topical = content & ~numeric
    nouns &= topical
    adjectives &= topical
    scores = _text_rank(lemmas, sentences)
    totals = np.bincount(lemmas[content], weights=scores[content])
    return WordRanks(
        lemmas=lemmas.tolist(), scores=scores.tolist(), totals=totals.tolist(), starts=columns.starts, ends=columns.ends,
        nouns=nouns.tolist(), adjectives=adjectives.tolist(), held=(nouns | adjectives | joints).tolist(),
        verbs=(verbs | (part == auxiliary)).tolist(), spaces=spaces.tolist(), sentences=sentences,
    )


def _among(column: NDArray[uint64], numbers: StringStore, words: tuple[str, ...]) -> NDArray[bool_]:
    """Mark the tokens whose attribute is one of a few words (faster than numpy's isin for so few)."""
    found: NDArray[bool_] = column == numbers[words[0]]
    for word in words[1:]:
        found |= column == numbers[word]
    return found


def _inner_hyphens(hyphens: NDArray[bool_], starts: NDArray[uint64], ends: NDArray[uint64]) -> NDArray[bool_]:
    """Keep the hyphens without a space on either side."""
    touching = starts[1:] == ends[:-1]
    inner = hyphens.copy()
    inner[:1] = inner[-1:] = False
    inner[:-1] &= touching
    inner[1:] &= touching
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
