"""Long runs of punctuation, cut before they are tokenized: spaCy peels them mark by mark, with time that grows with the square.

Ten thousand quotation marks would take most of a minute. Text without such a run is tokenized as it stands.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import NORM
from spacy.tokens import Doc

from worker.nlp.accelerate.layers import read, write

if TYPE_CHECKING:
    from spacy.language import Language

#: Marks in a row, each followed by at most one letter or digit ("'s's's"), that no prose holds; the space behind belongs to the last.
RUN = re.compile(r"(?:(?:[^\w\s]|_)[^\W_]?){128,} ?")
#: Characters of a run that are tokenized at once.
PIECE = 64


def make_doc(nlp: Language, text: str) -> Doc:
    """Tokenize a text as `nlp` does, in a time that grows with its length; the doc's text is `text`."""
    if len(text) > nlp.max_length or not RUN.search(text):
        return nlp.make_doc(text)
    parts = []
    at = 0
    for run in RUN.finditer(text):
        parts.append(text[at:run.start()])
        last = run.end() - 1  # a piece never begins with the space
        cuts = [*range(run.start(), last, PIECE), run.end()]
        parts += [text[start:end] for start, end in pairwise(cuts)]
        at = run.end()
    parts.append(text[at:])
    return _joined(nlp, [part for part in parts if part])


def _joined(nlp: Language, parts: list[str]) -> Doc:
    """Tokenize the parts, those that are alike only once, and give one doc of them: no part begins a sentence for that."""
    words: list[str] = []
    spaces: list[bool] = []
    norms: list[np.ndarray[Any, Any]] = []
    known: dict[str, tuple[list[str], list[bool], np.ndarray[Any, Any]]] = {}
    for part in parts:
        if part not in known:
            doc = nlp.make_doc(part)
            known[part] = ([token.text for token in doc], [bool(token.whitespace_) for token in doc], read(doc, [NORM]))
        part_words, part_spaces, part_norms = known[part]
        words += part_words
        spaces += part_spaces
        norms.append(part_norms)
    # What a tokenizer's exception writes otherwise ("n't": "not") hangs on the token, not on its word.
    return write(Doc(nlp.vocab, words=words, spaces=spaces), [NORM], np.concatenate(norms))
