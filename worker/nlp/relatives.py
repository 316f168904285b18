"""What a relative pronoun stands for: a noun, or the whole clause before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: These are done to statements, never to a state or a club.
_OF_STATEMENTS = frozenset({"deny", "confirm", "admit", "acknowledge", "refute", "say", "allege", "concede"})
_NAMED = frozenset({"GPE", "LOC", "ORG", "NORP", "PERSON", "FAC"})


def means_clause(columns: Columns, pronoun: int, verb: int) -> bool:
    """Tell "was paid from Russia, which the Kremlin denies", where "which" is what was said, from "the plan, which he denies"."""
    return (columns.lowers[pronoun] == "which" and columns.deps[pronoun] in ("dobj", "nsubjpass") and columns.deps[verb] == "relcl"
            and columns.low_lemmas[verb] in _OF_STATEMENTS and pronoun > 0 and columns.words[pronoun - 1] == ","
            and (columns.ents[columns.heads[verb]] in _NAMED or columns.pos[columns.heads[verb]] == "PROPN"))
