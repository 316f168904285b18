"""Who is who in one article: names, what they stand for, which of them are one party, and what else refers to it.

    entity        the shapes: Entity, Mention, Role, Ids, Parties
    names         the model's names mended and completed: where names stand and of which type they are
    places        states, cities and organisations of the gazetteer, with the sense of each mention
    merging       names that are one entity

`find_parties` runs them in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.parties.entity import TYPES, Candidate, Entity, Form, Gender, Ids, Mention, Parties, Role, Sense
from worker.nlp.parties.merging import merge
from worker.nlp.parties.names import find_names

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

__all__ = ["TYPES", "Candidate", "Entity", "Form", "Gender", "Ids", "Mention", "Parties", "Role", "Sense", "find_parties"]


def find_parties(columns: Columns) -> Parties:
    """Find every entity of an article with its mentions."""
    return Parties(merge(columns, find_names(columns)))
