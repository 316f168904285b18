"""Named things and their mentions, grouped by `worker/nlp/parties.py`: here they only take the result's shape.

Types are OntoNotes'. "Seoul is open to talks. Seoul said so." gives one GPE with two mentions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from worker.nlp.parties import Form, Ids, Sense
from worker.records import Record, Ref, frozen

if TYPE_CHECKING:
    from worker.nlp.reading import Reading

VERSION = 7
NEEDS: tuple[str, ...] = ()
PREFIX = "e"


@frozen()
class MentionRecord:
    """One occurrence, as printed."""

    start: int
    end: int
    text: str
    form: Form
    sense: Sense | None
    why: str


@frozen()
class RoleRecord:
    """What a person is said to be, and whose role it is, as printed."""

    start: int
    end: int
    text: str
    organisation: Ref | None


@frozen(kw_only=True)
class EntityRecord(Record):
    """One entity; `number` does not print, it is what references name it by."""

    key_: str
    type: str
    name: str | None
    salience: float
    ids: Ids
    roles: tuple[RoleRecord, ...]
    mentions: tuple[MentionRecord, ...]
    #: True of the article's author and outlet: never actors or speakers of the story.
    reporter: bool
    number: int

    HIDDEN = ("number",)

    @property
    def position(self) -> tuple[int, int]:
        """The first mention's place."""
        return (self.mentions[0].start, self.mentions[0].end)

    @property
    def key(self) -> Hashable:
        """The entity's number in the reading."""
        return self.number


def extract(reading: Reading) -> Iterator[EntityRecord]:
    """Give every entity in order of first mention."""
    text = reading.text
    for entity in reading.entities:
        mentions = tuple(MentionRecord(m.start, m.end, text[m.start:m.end], m.form, m.sense, m.why) for m in entity.mentions)
        roles = tuple(RoleRecord(role.start, role.end, role.text,
                                 None if role.organisation is None else Ref("entities", role.organisation)) for role in entity.roles)
        yield EntityRecord(key_=entity.key, type=entity.type, name=entity.name, salience=round(entity.salience, 4), ids=entity.ids,
                           roles=roles, mentions=mentions, reporter=entity.reporter, number=entity.number)
