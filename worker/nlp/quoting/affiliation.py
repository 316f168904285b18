"""Which state or organisation a described speaker belongs to: "a senior official from the ministry", "Pentagon officials"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.parties import Entity
    from worker.nlp.quoting.syntax import Syntax
    from worker.nlp.reading import Reading

_GROUPS = frozenset({"ORG", "GPE", "NORP"})


def affiliation(reading: Reading, syntax: Syntax, head: int, tokens: range) -> Entity | None:
    """Give the first state, organisation or people named in the phrase around its head; else the person whose office it is."""
    speaker = reading.parties.entity_of(head)
    person = None
    for token in tokens:
        if token == head:
            continue
        entity = reading.parties.entity_of(token)
        if entity is None or entity is speaker:
            continue
        if entity.type in _GROUPS:
            return entity
        if entity.type == "PERSON" and person is None and syntax.deps[token] == "poss":
            person = entity
    return person
