"""Named things and their mentions, grouped by `worker/nlp/parties.py`: here they only take the result's shape.

Types are OntoNotes'. "Seoul is open to talks. Seoul said so." gives one GPE with two mentions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.records import Record

if TYPE_CHECKING:
    from worker.nlp.parties import Form, Sense
    from worker.nlp.reading import Reading

VERSION = 1
NEEDS: tuple[str, ...] = ()
PREFIX = "e"


@dataclass(frozen=True, slots=True)
class MentionRecord:
    """One occurrence, as printed."""

    start: int
    end: int
    text: str
    form: Form
    sense: Sense | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRecord(Record):
    """One entity; `number` does not print, it is what references name it by."""

    key_: str
    type: str
    name: str | None
    mentions: tuple[MentionRecord, ...]
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
    for entity in reading.entities:
        mentions = tuple(MentionRecord(m.start, m.end, reading.text[m.start:m.end], m.form, m.sense, m.why) for m in entity.mentions)
        name = entity.name
        yield EntityRecord(key_=f"{entity.type}:{(name or '').casefold()}", type=entity.type, name=name, mentions=mentions,
                           number=entity.number)
