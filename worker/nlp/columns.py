"""A doc's token attributes as plain lists, taken out once: extractors walk these instead of asking token by token."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spacy.strings import StringStore
    from spacy.tokens import Doc

#: Words whose lemma the rules of spaCy's English models cut too short ("hop" of "hoped"), by their lower case.
_MENDED = {form: verb for verb, stem in (("hope", "hop"), ("stage", "stag"), ("wage", "wag"), ("rape", "rap"), ("fine", "fin"),
                                         ("slate", "slat"), ("lambaste", "lambast"))
           for form in (f"{stem}ed", f"{stem}es", f"{stem}ing")}

#: A modal verb that is a surname as well: "May met Merkel".
_NAMES_AND_MODALS = frozenset({"May", "Will", "Might"})

_TITLES = frozenset({"Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Minister", "Lady", "Dame", "Sir"})
_ATTRIBUTES: list[int | str] = ["ORTH", "POS", "TAG", "DEP", "LEMMA", "ENT_TYPE", "ENT_IOB", "HEAD", "SENT_START", "IDX", "LENGTH",
                                "IS_STOP", "IS_ALPHA", "IS_SPACE"]


class _Strings(dict[int, str]):
    """Strings by spaCy's number for them, which is the same in every doc and process; forgotten when there are too many."""

    store: StringStore

    def __missing__(self, number: int) -> str:
        self[number] = string = self.store[number] if number else ""
        return string


_seen = _Strings()
_MOST_SEEN = 16_000


class Columns:
    """One list for each attribute, indexed by token: `words`, `lowers` (in small letters), `starts`, `ends` (code points), `tags`, `pos`,
    `deps`, `lemmas`, `heads` (token indices), `ents` (entity types, "" for none), `ent_iob` (2 outside, 3 begins, 1 inside), `sents`
    (number of the sentence), `sentences` (first token of each sentence, and the doc's length at the end), `children` (token indices,
    left to right), `lefts` and `rights` (first and last token of what hangs on the token, itself among it), `low_lemmas` (lemmas in
    small letters); and `rows`, spaCy's numbers as they came, nothing mended (a row a token, a column for each of `_ATTRIBUTES`).
    """  # noqa: D205 - a table in one sentence

    def __init__(self, doc: Doc) -> None:
        self.size = len(doc)
        self.rows = rows = doc.to_array(_ATTRIBUTES)
        if len(_seen) > _MOST_SEEN:
            _seen.clear()
        _seen.store = doc.vocab.strings
        # map() over C functions: a loop in Python over each attribute of each token takes twice as long.
        string = _seen.__getitem__
        self.words, self.pos, self.tags, self.deps, self.lemmas, self.ents = [list(map(string, rows[:, column].tolist()))
                                                                              for column in range(6)]
        self.lowers: list[str] = list(map(str.lower, self.words))
        if not _MENDED.keys().isdisjoint(self.lowers):
            self.lemmas = [_MENDED.get(word, lemma) for word, lemma in zip(self.lowers, self.lemmas, strict=True)]
        starts = rows[:, 9].astype("int64")
        self.starts: list[int] = starts.tolist()
        self.ends: list[int] = (starts + rows[:, 10].astype("int64")).tolist()
        self.ent_iob: list[int] = rows[:, 6].tolist()
        # HEAD is an offset stored without a sign: adding it wraps around to the head's index.
        self.heads: list[int] = (rows[:, 7].astype("int64") + np.arange(self.size)).tolist()
        begins = rows[:, 8] == 1
        begins[:1] = True
        self.sentences: list[int] = [*np.flatnonzero(begins).tolist(), self.size]
        self.sents: list[int] = (np.cumsum(begins) - 1).tolist()
        if not _NAMES_AND_MODALS.isdisjoint(self.words):
            for token, tag in enumerate(self.tags):
                if tag == "MD" and self.words[token] in _NAMES_AND_MODALS:
                    self._mend_name(token)
            if "May" in self.words:
                self._mend_may()
        self.low_lemmas: list[str] = list(map(str.lower, self.lemmas))
        children: list[list[int]] = [[] for _ in range(self.size)]
        for token, head in enumerate(self.heads):
            if head != token:
                children[head].append(token)
        self.children = children

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

    @cached_property
    def lefts(self) -> list[int]:
        """The first token of each token's subtree."""
        heads, found = self.heads, list(range(self.size))
        # From the left: what a token's heads have once is their first, and so have all above them.
        for token in range(self.size):
            below, above = token, heads[token]
            while above != below and found[above] > token:
                found[above] = token
                below, above = above, heads[above]
        return found

    @cached_property
    def rights(self) -> list[int]:
        """The last token of each token's subtree."""
        heads, found = self.heads, list(range(self.size))
        for token in range(self.size - 1, -1, -1):
            below, above = token, heads[token]
            while above != below and found[above] < token:
                found[above] = token
                below, above = above, heads[above]
        return found
