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

#: A modal verb that is a surname as well: "May met Merkel".
_NAMES_AND_MODALS = frozenset({"May", "Will", "Might"})

_TITLES = frozenset({"Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Minister", "Lady", "Dame", "Sir"})
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
        for token, word in enumerate(self.words):
            if word in _NAMES_AND_MODALS and self.tags[token] == "MD":
                self._mend_name(token)
        if "May" in self.words:
            self._mend_may()
        self.children: list[list[int]] = [[] for _ in range(self.size)]
        for token, head in enumerate(self.heads):
            if head != token:
                self.children[head].append(token)

    def _mend_name(self, token: int) -> None:
        """Take a capitalised modal for the subject that it is: after a modal no verb stands in the past or with -s."""
        head, before = self.heads[token], token - 1
        if self.deps[token] != "aux" or self.tags[head] not in ("VBD", "VBZ"):
            return
        given = before >= 0 and self.tags[before] == "NNP" and self.deps[before] == "nsubj" and self.heads[before] == head
        if not given and any(self.heads[other] == head and self.deps[other] in ("aux", "nsubj", "nsubjpass")
                             for other in range(max(0, before), min(head, token + 6)) if other != token):
            return
        self.tags[token], self.pos[token], self.deps[token], self.lemmas[token] = "NNP", "PROPN", "nsubj", self.words[token]
        if given:  # "Theresa May resigned"
            self.deps[before], self.heads[before] = "compound", token
            if self.ents[before] == "PERSON":
                self.ents[token], self.ent_iob[token] = "PERSON", 1

    def _mend_may(self) -> None:
        """Tell Mrs May and Theresa May from the month, then May by herself."""
        places = [token for token, word in enumerate(self.words) if word == "May" and token]
        for token in places:
            if self.tags[token - 1] == "NNP" and self.deps[token - 1] == "compound" and self.heads[token - 1] == token \
                    and not self.ents[token - 1] and self.words[token - 1] not in _TITLES:
                self.ents[token - 1], self.ent_iob[token - 1] = "PERSON", 3  # "Theresa May resigned in May"
        people = [token for token in places if self.words[token - 1] in _TITLES
                  or (self.ents[token - 1] == "PERSON" and self.heads[token - 1] in (token, self.heads[token]))]
        for token in people:
            named = self.ents[token - 1] == "PERSON"
            self.ents[token], self.ent_iob[token] = "PERSON", 1 if named else 3
            head = self.heads[token]
            if self.deps[token] == "npadvmod" and self.pos[head] == "VERB":
                self.deps[token] = "nsubj"
                if self.heads[token - 1] == head:
                    self.deps[token - 1], self.heads[token - 1] = "compound", token
        if people:
            for token in places:
                if self.ents[token] == "DATE" and self.deps[token] in ("nsubj", "nsubjpass", "poss", "dobj"):
                    self.ents[token], self.ent_iob[token] = "PERSON", 3
