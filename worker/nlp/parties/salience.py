"""Which of the parties before a pronoun it most likely stands for: recency, grammar and agreement, after Lappin and Leass (1994).

The weights are theirs in kind, not in number: they were set on the development halves of the annotated data that the README names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.parties.entity import Gender

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.merging import Party

#: What a candidate's part in its sentence is worth.
_PARTS = {"nsubj": 40.0, "nsubjpass": 36.0, "dobj": 18.0, "dative": 18.0, "attr": 12.0, "pobj": 8.0, "poss": 14.0, "appos": 10.0,
          "compound": -8.0, "conj": 6.0, "agent": 10.0}
_SENTENCE = 34.0
#: A named party is meant rather than one that is only described.
NAMED = 14.0
#: More mentions than so many count no more.
_MANY = 6
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_CLAUSES = frozenset({"ROOT", "ccomp", "advcl", "relcl", "acl", "xcomp", "conj", "parataxis", "csubj", "pcomp"})


@dataclass(slots=True, eq=False)
class Candidate:
    """A mention that a pronoun could stand for; `party` is null for things, which only stand in the way."""

    party: Party | None
    head: int
    sentence: int
    type: str
    gender: Gender | None
    plural: bool
    #: Inside quotation marks.
    quoted: bool


class Anaphor:
    """A pronoun as its candidates are weighed against it: what is the same for all of them is looked up once."""

    def __init__(self, columns: Columns, token: int) -> None:
        self.token, self.head = token, columns.heads[token]
        self.sentence, self.part = columns.sents[token], columns.deps[token]
        self.clause = clause_of(columns, token)
        self.ancestors = _ancestors(columns, token)


def score(columns: Columns, candidate: Candidate, pronoun: Anaphor, *, quoted: bool, mentions: int) -> float:
    """Give how well a candidate fits a pronoun that agrees with it; higher is better."""
    part = columns.deps[candidate.head]
    distance = pronoun.sentence - candidate.sentence
    points = _PARTS.get(part, 0.0) - _SENTENCE * distance + min(mentions, _MANY) * 2.5
    if part in _SUBJECTS:
        if pronoun.part in _SUBJECTS:
            points += 10
        if distance == 0 and pronoun.part == "poss" and clause_of(columns, candidate.head) == pronoun.clause:
            points += 14
    if candidate.quoted != quoted:
        points -= 16
    if candidate.party is not None and candidate.party.name:
        points += NAMED
    return points - (pronoun.token - candidate.head) * 0.12


def clause_of(columns: Columns, token: int) -> int:
    """Give the verb of the smallest clause that holds the token."""
    heads, deps, pos = columns.heads, columns.deps, columns.pos
    current = token
    for _ in range(50):  # no sentence is so deep
        head = heads[current]
        if head == current:
            break
        current = head
        if deps[current] in _CLAUSES and pos[current] in ("VERB", "AUX"):
            break
    return current


def barred(columns: Columns, candidate: int, pronoun: Anaphor) -> bool:
    """Tell whether grammar forbids that both are one: "Kim met him", "Kim and he"; a possessive is free ("Kim and his aide")."""
    if pronoun.part == "poss":
        return pronoun.head == candidate or candidate in pronoun.ancestors[:2]
    head = columns.heads[candidate]
    if head == pronoun.token or pronoun.head == candidate:
        return True
    if columns.deps[candidate] == "poss":
        return False
    return clause_of(columns, candidate) == pronoun.clause


def _ancestors(columns: Columns, token: int) -> list[int]:
    found: list[int] = []
    while columns.heads[token] != token and len(found) < 30:  # noqa: PLR2004 - no sentence is so deep
        token = columns.heads[token]
        found.append(token)
    return found
