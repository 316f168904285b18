"""A doc's token attributes as plain lists, taken out once: extractors walk these instead of asking token by token."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Words whose lemma the rules of spaCy's English models cut too short ("hop" of "hoped"), by their lower case.
_MENDED = {form: verb for verb, stem in (("hope", "hop"), ("stage", "stag"), ("wage", "wag"), ("rape", "rap"), ("fine", "fin"),
                                         ("slate", "slat"), ("lambaste", "lambast"))
           for form in (f"{stem}ed", f"{stem}es", f"{stem}ing")}

_ATTRIBUTES: list[int | str] = ["ORTH", "POS", "TAG", "DEP", "LEMMA", "ENT_TYPE", "ENT_IOB", "HEAD", "SENT_START", "SPACY"]


#: Strings by spaCy's number for them, which is the same in every doc and process; forgotten when there are too many.
_seen: dict[int, str] = {}
_MOST_SEEN = 12_000


class Columns:
    """One list for each attribute, indexed by token: `words`, `starts`, `ends` (code points), `tags`, `pos`, `deps`, `lemmas`,
    `heads` (token indices), `ents` (entity types, "" for none), `ent_iob` (2 outside, 3 begins, 1 inside), `sents` (number of the
    sentence), `sentences` (first token of each sentence, and the doc's length at the end) and `children` (token indices, left to right).
    """  # noqa: D205 - a table in one sentence

    def __init__(self, doc: Doc) -> None:
        self.size = len(doc)
        rows = doc.to_array(_ATTRIBUTES)
        strings = doc.vocab.strings
        if len(_seen) > _MOST_SEEN:
            _seen.clear()

        def named(column: int) -> list[str]:
            values: list[int] = rows[:, column].tolist()
            for value in set(values).difference(_seen):
                _seen[value] = strings[value] if value else ""
            return [_seen[value] for value in values]

        self.words, self.pos, self.tags, self.deps, lemmas, self.ents = (named(column) for column in range(6))
        self.lemmas = [_MENDED.get(word.lower(), lemma) for word, lemma in zip(self.words, lemmas, strict=True)]
        # A doc is its words and the single spaces behind them: an offset is the length of all before.
        lengths = [len(word) for word in self.words]
        steps = [length + space for length, space in zip(lengths, rows[:, 9].tolist(), strict=True)]
        self.starts: list[int] = list(accumulate(steps, initial=0))[:self.size]
        self.ends = [start + length for start, length in zip(self.starts, lengths, strict=True)]
        self.ent_iob: list[int] = rows[:, 6].tolist()
        # HEAD is an offset stored without a sign: adding it wraps around to the head's index.
        offsets = rows[:, 7].astype("int64").tolist()
        self.heads: list[int] = [token + offset for token, offset in enumerate(offsets)]
        starts = rows[:, 8].astype("int64").tolist()
        self.sentences = [token for token, start in enumerate(starts) if start == 1 or token == 0]
        self.sents: list[int] = []
        for number, first in enumerate(self.sentences):
            last = self.sentences[number + 1] if number + 1 < len(self.sentences) else self.size
            self.sents.extend([number] * (last - first))
        self.sentences.append(self.size)
        self.children: list[list[int]] = [[] for _ in range(self.size)]
        for token, head in enumerate(self.heads):
            if head != token:
                self.children[head].append(token)
