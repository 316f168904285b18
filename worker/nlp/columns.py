"""A doc's token attributes as plain lists, taken out once: extractors walk these instead of asking token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

_ATTRIBUTES: list[int | str] = ["POS", "TAG", "DEP", "LEMMA", "ENT_TYPE", "ENT_IOB", "HEAD", "SENT_START"]


class Columns:
    """One list for each attribute, indexed by token: `words`, `starts`, `ends` (code points), `tags`, `pos`, `deps`, `lemmas`,
    `heads` (token indices), `ents` (entity types, "" for none), `ent_iob` (2 outside, 3 begins, 1 inside), `sents` (number of the
    sentence), `sentences` (first token of each sentence, and the doc's length at the end) and `children` (token indices, left to right).
    """  # noqa: D205 - a table in one sentence

    def __init__(self, doc: Doc) -> None:
        self.size = len(doc)
        self.words = [token.text for token in doc]
        self.starts = [token.idx for token in doc]
        self.ends = [start + len(word) for start, word in zip(self.starts, self.words, strict=True)]
        rows = doc.to_array(_ATTRIBUTES)
        strings = doc.vocab.strings
        seen: dict[int, str] = {}

        def named(column: int) -> list[str]:
            values: list[int] = rows[:, column].tolist()
            for value in set(values):
                if value not in seen:
                    seen[value] = strings[value] if value else ""
            return [seen[value] for value in values]

        self.pos, self.tags, self.deps, self.lemmas, self.ents = (named(column) for column in range(5))
        self.ent_iob: list[int] = rows[:, 5].tolist()
        # HEAD is an offset stored without a sign: adding it wraps around to the head's index.
        offsets = rows[:, 6].astype("int64").tolist()
        self.heads: list[int] = [token + offset for token, offset in enumerate(offsets)]
        starts = rows[:, 7].astype("int64").tolist()
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
