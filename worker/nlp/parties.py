"""Who is who: the entities of an article with their mentions, from the model's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spacy.tokens import Doc

Form = Literal["name", "acronym", "demonym", "metonym", "nominal", "pronoun"]
Sense = Literal["place", "government", "people"]

#: OntoNotes' types of named things; numbers and dates have extractors of their own.
TYPES = ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One occurrence of an entity; `start` and `end` are code points, `first` and `last` tokens (last exclusive)."""

    start: int
    end: int
    first: int
    last: int
    #: The token that grammar hangs the mention on.
    head: int
    form: Form
    sense: Sense | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A named thing; `number` counts from 0 in order of first mention."""

    number: int
    type: str
    name: str | None
    mentions: tuple[Mention, ...]


class Parties:
    """The entities of one article and the way from a token to its entity."""

    def __init__(self, entities: tuple[Entity, ...]) -> None:
        self.entities = entities
        self._by_token = {i: entity.number for entity in entities for mention in entity.mentions
                          for i in range(mention.first, mention.last)}

    def entity_of(self, token: int) -> Entity | None:
        """Give the entity whose mention holds the token (an index into the doc)."""
        number = self._by_token.get(token)
        return None if number is None else self.entities[number]


def find_parties(doc: Doc) -> Parties:
    """Group the model's names: the same type and the same string are one entity."""
    groups: dict[tuple[str, str], list[Mention]] = {}
    for span in doc.ents:
        if span.label_ in TYPES:
            mention = Mention(start=span.start_char, end=span.end_char, first=span.start, last=span.end, head=span.root.i,
                              form="demonym" if span.label_ == "NORP" else "name", sense=None, why="model")
            groups.setdefault((span.label_, span.text.casefold()), []).append(mention)
    return Parties(tuple(
        Entity(number=number, type=kind, name=doc.text[mentions[0].start:mentions[0].end], mentions=tuple(mentions))
        for number, ((kind, _), mentions) in enumerate(groups.items())
    ))
