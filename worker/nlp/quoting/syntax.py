"""Facts of the parse that quotes are found by: the edges of subtrees, subjects, negation, what stands in quotation marks."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from worker.nlp.quoting.lexicon import all_cue_words, source_kinds

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.quotation import Quotation

OBJECTS = frozenset({"dobj", "dative", "iobj"})
#: Clauses whose missing subject is that of the clause they hang on ("arrived, saying …").
_BORROWING = frozenset({"xcomp", "conj", "advcl", "ccomp", "pcomp", "prep", "dep"})
_SPEAKING = frozenset({"PERSON", "ORG", "NORP", "GPE"})
_PERSONS = frozenset({"i", "we", "you", "he", "she", "they", "who"})


class Syntax:
    """The parse of one article with what is asked of it again and again; all numbers are token indices."""

    def __init__(self, columns: Columns, quotation: Quotation) -> None:
        self.columns = columns
        self.quotation = quotation
        self.heads: list[int] = columns.heads
        self.deps: list[str] = columns.deps
        self.children: list[list[int]] = columns.children
        #: Each token's entry among the words that attribute.
        self.word = all_cue_words(columns)
        #: First and last token of each token's subtree.
        self.left, self.right = columns.lefts, columns.rights
        #: Number of the outer quotation-mark region that holds the token (marks included), or -1.
        self.region = _regions(columns, quotation)

    def child(self, token: int, labels: frozenset[str] | tuple[str, ...]) -> int:
        """Give the first child with one of the labels, or -1."""
        deps = self.deps
        for child in self.children[token]:
            if deps[child] in labels:
                return child
        return -1

    def subject(self, verb: int) -> int:
        """Give the verb's own subject, or -1."""
        return self.child(verb, ("nsubj", "nsubjpass", "csubj"))

    def borrowed_subject(self, verb: int) -> int:
        """Give the verb's subject, its own or that of the clause that it hangs on ("He left, saying …"), or -1.

        A participle passes over what cannot speak: in "He denied that prices rose, saying …", *saying* hangs on *rose*.
        """
        first, region = -1, self.region[verb]
        for _ in range(6):
            own = self.subject(verb)
            if own >= 0 and region < 0 <= self.region[own]:
                own = -1  # "he said that "The GM that let you down is history," and described …": what is quoted does not describe
            if own >= 0:
                if self._speaks(own):
                    return own
                first = own if first < 0 else first
                if self.deps[verb] not in ("ccomp", "advcl", "conj", "relcl"):
                    return first
            head = self.heads[verb]
            if head == verb:
                return first
            label = self.deps[verb]
            if label in ("acl", "relcl"):
                return head if first < 0 else first
            if label == "xcomp":  # "asked him to say": the object of the clause above says it
                above = self.child(head, OBJECTS)
                if 0 <= above < verb:
                    return above
            elif label not in _BORROWING:
                return first
            verb = head
        return first

    def _speaks(self, token: int) -> bool:
        """Tell whether the word can be a speaker: a person's pronoun, a name, somebody or a document."""
        columns = self.columns
        return (columns.ents[token] in _SPEAKING or columns.lowers[token] in _PERSONS
                or columns.pos[token] == "PROPN" or columns.low_lemmas[token] in source_kinds())


def _regions(columns: Columns, quotation: Quotation) -> list[int]:
    found, starts, end = [-1] * columns.size, columns.starts, 0
    for number, region in enumerate(quotation.outer):
        first = bisect_left(starts, region.outer_start, end)
        end = bisect_left(starts, region.outer_end, first)
        found[first:end] = [number] * (end - first)
    return found
