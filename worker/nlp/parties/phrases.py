"""Noun phrases around a head token, and the nouns that can describe a person, an organisation or a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.parties.evidence import group_nouns, person_nouns
from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

_OUTSIDE = frozenset({"appos", "conj", "cc", "punct", "relcl", "acl", "advcl", "parataxis", "advmod", "preconj", "meta"})
#: So many tokens a dateline has at most.
_DATELINE = 9
#: A phrase within a phrase that goes deeper is none ("of the people of the land of ..."): a text of nothing else must not cost its square.
_DEEPEST = 40
_DEFINITE = frozenset({"the", "this", "that", "these", "those", "both"})


@frozen()
class Phrase:
    """A noun phrase; `first` and `last` are tokens (last exclusive), `type` PERSON, ORG, GPE or "" for a thing."""

    first: int
    last: int
    head: int
    type: str
    definite: bool
    indefinite: bool
    plural: bool


def phrase_at(columns: Columns, head: int) -> Phrase:
    """Give the noun phrase that a noun heads: its modifiers before and its prepositional phrases after, not its clauses."""
    first, last = head, head + 1
    definite = indefinite = False
    for child in columns.children[head]:
        dep, word = columns.deps[child], columns.lowers[child]
        if child < head and dep not in ("punct", "cc", "preconj", "advmod"):
            first = min(first, left_edge(columns, child))
        elif child > head and (dep == "prep" or (dep in ("relcl", "acl") and columns.words[left_edge(columns, child) - 1] != ",")):
            last = max(last, right_edge(columns, child) + 1)
        if dep == "det":
            definite = word in _DEFINITE
            indefinite = word in ("a", "an", "another", "some")
        elif dep == "poss":
            definite = True
    first, last = _within_line(columns, first, head, last)
    lemma = columns.low_lemmas[head]
    kind = "PERSON" if lemma in person_nouns() else group_nouns().get(lemma, "")
    return Phrase(first, last, head, kind, definite, indefinite, columns.tags[head] in ("NNS", "NNPS"))


def noun_key(columns: Columns, head: int) -> str:
    """Give what a noun describes somebody as: a vice president is no president."""
    before, lemma = columns.lowers[head - 1] if head else "", columns.low_lemmas[head]
    return f"{before} {lemma}" if before in words("lesser_titles") else lemma


def _within_line(columns: Columns, first: int, head: int, last: int) -> tuple[int, int]:
    """Cut at line ends and dashes; take in what a hyphen joins ("ex-husband")."""
    for token in range(head - 1, first - 1, -1):
        if "\n" in columns.words[token] or _sets_off(columns, token):
            first = token + 1
            break
    for token in range(head + 1, last):
        if "\n" in columns.words[token]:
            last = token
            break
    while first > 1 and columns.words[first - 1] == "-" and columns.ends[first - 1] == columns.starts[first] \
            and columns.ends[first - 2] == columns.starts[first - 1]:
        first -= 2
    return first, last


def _sets_off(columns: Columns, token: int) -> bool:
    """Tell the dash behind a dateline from a hyphen: "Jan 1 - France's president"."""
    if columns.words[token] not in ("-", "–", "—", "--") or not 0 < token < columns.size - 1:
        return False
    spaced = columns.starts[token] > columns.ends[token - 1] and columns.starts[token + 1] > columns.ends[token]
    opening = columns.sentences[columns.sents[token]]
    return spaced and token - opening < _DATELINE and not any(columns.words[before][0].islower() for before in range(opening, token))


def left_edge(columns: Columns, token: int) -> int:
    """Give the first token of a token's subtree."""
    edge, children = token, columns.children
    while (below := children[edge]) and below[0] < edge:
        edge = below[0]
    return edge


def right_edge(columns: Columns, token: int) -> int:
    """Give the last token of a token's subtree, without what a comma sets off."""
    edge, children, deps = token, columns.children, columns.deps
    for _ in range(_DEEPEST):
        for child in reversed(children[edge]):
            if child > edge and deps[child] not in _OUTSIDE:
                edge = child
                break
        else:
            break
    return edge

