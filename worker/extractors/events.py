"""Events: what happened, of PLOVER's sixteen types, with trigger, actors, recipients, place, time and numbers.

Types and actor codes follow PLOVER (the Political Language Ontology for Verifiable Event Records); triggers and arguments come from
`worker/nlp/eventing/`. A sentence's main predicate with an actor for which PLOVER has no type is given with type null. It finds no
causes, no sub-events, and nothing that is only wished, asked for or supposed.

"Russia attacked Ukraine in May." gives ASSAULT, trigger `attacked`, actor Russia (RUS), recipient Ukraine (UKR), time `May`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from worker.nlp.factuality.lexicon import Status
from worker.nlp.factuality.state import Certainty, Polarity
from worker.nlp.voices import Voices, status_in
from worker.records import Record, Ref, frozen

if TYPE_CHECKING:
    from worker.nlp.actors import Actor
    from worker.nlp.columns import Columns
    from worker.nlp.eventing.occurrence import Occurrence
    from worker.nlp.reading import Reading

VERSION = 7
NEEDS = ("entities", "quotes", "timexes", "quantities")
PREFIX = "v"
LANGUAGES = ("en",)

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_PREPOSITIONS = frozenset({"in", "at", "near", "on", "outside", "inside", "around", "throughout", "across", "along", "off", "over"})
_CARRIERS = frozenset({"dobj", "nsubjpass", "prep", "prt", "dative", "pobj", "attr", "advmod"})
#: Numbers of these kinds are an event's casualties, troops and sums; spans of time and ranks are not.
_COUNTED = frozenset({"count", "money", "measure", "percent"})
_STEPS = 8
#: How old somebody is ("Keir Starmer, 62, met"): no number of the event.
_AGE = "year of age"


@frozen()
class Trigger:
    """The words that tell the event."""

    start: int
    end: int
    text: str
    lemma: str


@frozen()
class Party:
    """An actor or recipient; `code` is PLOVER's country or organisation code, `sector` what the party is (GOV, MIL, REB ...)."""

    entity: Ref | None
    start: int
    end: int
    text: str
    code: str | None
    sector: str | None


@frozen()
class EventRecord(Record):
    """One event; status, polarity and certainty are those of its claim."""

    trigger: Trigger
    mentions: tuple[Trigger, ...]
    type: str | None
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    place: Ref | None
    time: Ref | None
    quantities: tuple[Ref, ...]
    status: Status
    polarity: Polarity
    certainty: Certainty
    claim: Ref
    why: str

    @property
    def position(self) -> tuple[int, int]:
        """Where the trigger stands."""
        return (self.trigger.start, self.trigger.end)


def extract(reading: Reading) -> Iterator[EventRecord]:
    """Give the events in order of their triggers."""
    columns = reading.columns
    voices = Voices(reading.records("quotes"))
    verbs = _Nearest(columns)
    times = verbs.of((record.position[0], record.key) for record in reading.records("timexes")
                     if getattr(record, "type", None) in ("DATE", "TIME"))
    numbers = verbs.of((record.position[0], record.key) for record in reading.records("quantities")
                       if getattr(record, "kind", None) in _COUNTED and getattr(record, "unit", None) != _AGE)
    for occurrence in reading.occurrences:
        token = occurrence.token
        _, polarity, certainty = occurrence.state.printed
        trigger = _trigger(reading, token, occurrence.last)
        mentions = (trigger, *(_trigger(reading, *other) for other in occurrence.others)) if occurrence.others else (trigger,)
        actors, recipients = _parties(reading, occurrence.actors), _parties(reading, occurrence.recipients)
        moments = times.get(token) or (times.get(_clause(columns, token)) if _lends(columns, token) else None) or []
        time = Ref("timexes", moments[0]) if moments else None
        quantities = tuple([Ref("quantities", key) for key in numbers[token]]) if token in numbers else ()
        status = status_in(voices.at(columns.starts[token]), occurrence.state)
        claim = Ref("claims", (columns.starts[token], columns.ends[token]))
        yield EventRecord(trigger, mentions, occurrence.type, actors, recipients, _place(reading, occurrence), time, quantities,
                          status, polarity, certainty, claim, occurrence.why)


class _Nearest:
    """Which predicate a date or number belongs to: the first verb above it, an event noun on the way goes before."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def of(self, records: Iterator[tuple[int, Hashable]]) -> dict[int | None, list[Hashable]]:
        found: dict[int | None, list[Hashable]] = {}
        for start, key in records:
            token = bisect_left(self._columns.starts, start)
            if token < self._columns.size and self._columns.starts[token] == start:
                found.setdefault(_clause(self._columns, token), []).append(key)
        return found


def _clause(columns: Columns, token: int) -> int | None:
    """The first verb above a token."""
    for _ in range(_STEPS):
        head = columns.heads[token]
        if head == token:
            return None
        token = head
        if columns.pos[token] == "VERB" and columns.deps[token] != "prep":
            return token
    return None


def _lends(columns: Columns, token: int) -> bool:
    """Whether the verb above tells the trigger's time as well: "the attack came on Monday", "began withdrawing on Monday"."""
    return columns.pos[token] == "NOUN" or (columns.deps[token] == "xcomp" and columns.pos[columns.heads[token]] == "VERB")


def _place(reading: Reading, occurrence: Occurrence) -> Ref | None:
    """The first place that "in", "at" or "near" ties to the trigger, its object or the verb above an event noun."""
    columns = reading.columns
    children, deps = columns.children, columns.deps
    for place in [occurrence.token, *[child for child in children[occurrence.token] if deps[child] in _CARRIERS]]:
        for child in children[place]:
            if deps[child] == "prep" and columns.lowers[child] in _PREPOSITIONS:
                for noun in children[child]:
                    entity = reading.parties.entity_of(noun) if deps[noun] == "pobj" else None
                    if entity is not None and entity.type in _PLACES and all(
                            actor.token != noun for actor in (*occurrence.actors, *occurrence.recipients)):
                        return Ref("entities", entity.number)
    return None


def _parties(reading: Reading, actors: tuple[Actor, ...]) -> tuple[Party, ...]:
    return tuple([_party(reading, actor) for actor in actors]) if actors else ()


def _party(reading: Reading, actor: Actor) -> Party:
    entity = None if actor.entity is None else Ref("entities", actor.entity)
    start, end = reading.columns.starts[actor.first], reading.columns.ends[actor.last - 1]
    return Party(entity, start, end, reading.text[start:end], actor.code, actor.sector)


def _trigger(reading: Reading, token: int, last: int) -> Trigger:
    columns = reading.columns
    start, end = columns.starts[token], columns.ends[last - 1]
    return Trigger(start, end, reading.text[start:end], columns.lemmas[token])
