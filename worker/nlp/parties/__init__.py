"""Who is who in one article: names, what they stand for, which of them are one party, and what else refers to it.

- entity: the shapes: Entity, Mention, Role, Ids, Parties
- name, spans: where names stand, their borders mended
- evidence: of which type a name is, from the words around it
- places: states, cities and organisations of the gazetteer, with the sense of each mention
- homonyms: one word for two things in an article
- recurrence: a name recognised once is recognised everywhere
- names: the five above in order
- origins: the names of a dateline
- aliases: when two spellings name one party
- state_bodies: which state's ministry, parliament or army is meant
- renames, merging: names that are one entity
- phrases, descriptions, salience, agreement, voices, coreference: what pronouns and descriptions stand for
- roles: titles, appositions and other words for what people are
- finishing: frozen entities with ids and salience
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.parties.coreference import resolve
from worker.nlp.parties.entity import TYPES, Candidate, Credits, Entity, Form, Gender, Ids, Mention, Parties, Role, Sense
from worker.nlp.parties.finishing import finish
from worker.nlp.parties.merging import mark_reporters, merge
from worker.nlp.parties.name import head_of
from worker.nlp.parties.names import find_names
from worker.nlp.parties.origins import mend as mend_origins
from worker.nlp.parties.roles import described_roles, title_roles
from worker.nlp.parties.voices import Voices

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.quotation import Quotation

__all__ = ["TYPES", "Candidate", "Credits", "Entity", "Form", "Gender", "Ids", "Mention", "Parties", "Role", "Sense", "find_parties"]


def find_parties(columns: Columns, quotation: Quotation, credit: Credits) -> Parties:
    """Find every entity of an article with its mentions; who made the article is marked."""
    names = find_names(columns)
    mend_origins(columns, names, credit)
    parties = merge(columns, names)
    mark_reporters(columns, parties, credit)
    by_head = {head_of(columns, name.first, name.last): (party, name) for party in parties for name in party.names}
    voices = Voices(columns, quotation, by_head)
    title_roles(columns, parties)
    parties = resolve(columns, parties, voices)
    described_roles(columns, parties)
    return finish(columns, quotation.text, [party for party in parties if party.name or len(party.names) > 1], voices.relatives)
