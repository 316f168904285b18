"""The shape of who is who: entities, their mentions, ids and roles, and the way from a token to its entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from worker.records import frozen

Form = Literal["name", "acronym", "demonym", "metonym", "nominal", "pronoun"]
Sense = Literal["place", "government", "people"]
Gender = Literal["male", "female"]

#: OntoNotes' types of named things; numbers and dates have extractors of their own.
TYPES = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"})


@frozen()
class Mention:
    """One occurrence of an entity; `start` and `end` are code points, `first` and `last` tokens (last exclusive)."""

    start: int
    end: int
    first: int
    last: int
    #: The token that grammar hangs the mention on.
    head: int
    form: Form
    #: For states, cities and their people: what is meant here, where the grammar tells.
    sense: Sense | None
    #: The rule that found the mention or tied it to the entity.
    why: str


@frozen(kw_only=True)
class Candidate:
    """One thing that an ambiguous name could be."""

    name: str
    wikidata: str | None
    iso3166: str | None
    geonames: int | None


@frozen(kw_only=True)
class Ids:
    """What the entity is called elsewhere; null when the name is ambiguous, unless all `candidates` share it (New York: USA)."""

    wikidata: str | None = None
    #: A state's alpha-3 code (ISO 3166-1) or a region's code (ISO 3166-2).
    iso3166: str | None = None
    geonames: int | None = None
    #: A state's or an organisation's actor code; of places inside a state, that of the state.
    plover: str | None = None
    candidates: tuple[Candidate, ...] = ()


@frozen(kw_only=True)
class Role:
    """What a person is said to be ("Ukrainian President"), in code points; it belongs to the time that it is said of."""

    start: int
    end: int
    text: str
    #: Number of the entity whose role it is: the state, ministry or company.
    organisation: int | None


@frozen(kw_only=True)
class Entity:
    """A named thing, or a person or organisation only described; `number` counts from 0 in order of first mention."""

    number: int
    #: The same across articles: the Wikidata id, else the folded `type:name`.
    key: str
    type: str
    #: The fullest name in the article; null when the entity is only described ("a senior official").
    name: str | None
    mentions: tuple[Mention, ...]
    ids: Ids = field(default_factory=Ids)
    roles: tuple[Role, ...] = ()
    #: Share of the article's attention, 0 to 1.
    salience: float = 0.0
    #: Null when neither title, role, pronoun nor a given name tells.
    gender: Gender | None = None
    plural: bool = False
    #: Who wrote the article or the outlet that printed it: never an actor or a speaker of the story.
    reporter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Who made the article: stretches of the text (code points) that name them, their names, the outlet's name."""

    stretches: tuple[tuple[int, int], ...] = ()
    names: tuple[str, ...] = ()
    outlet: str | None = None
    #: The dateline's place and its agency (code points).
    origin: tuple[int, int] | None = None
    agency: tuple[int, int] | None = None


class Parties:
    """The entities of one article and the way from a token to its entity."""

    def __init__(self, entities: Iterable[Entity], relatives: Mapping[int, int] | None = None) -> None:
        """Take the entities, and relative pronouns ("who", as tokens) with the numbers of the entities that they stand for."""
        self.entities = tuple(entities)
        self._entity_at: dict[int, Entity] = {}
        self._mention_at: dict[int, Mention] = {}
        # A longer mention ("the president of France") must not hide a shorter one inside it.
        pairs = [(mention, entity) for entity in self.entities for mention in entity.mentions]
        for mention, entity in sorted(pairs, key=lambda pair: pair[0].first - pair[0].last):
            for token in range(mention.first, mention.last):
                self._entity_at[token], self._mention_at[token] = entity, mention
        for mention, entity in pairs:
            self._entity_at[mention.head], self._mention_at[mention.head] = entity, mention
        for token, number in (relatives or {}).items():
            self._entity_at.setdefault(token, self.entities[number])

    def entity_of(self, token: int) -> Entity | None:
        """Give the entity whose mention holds the token (an index into the doc), the shortest such mention's."""
        return self._entity_at.get(token)

    def mention_of(self, token: int) -> Mention | None:
        """Give the mention that holds the token, the shortest one."""
        return self._mention_at.get(token)
