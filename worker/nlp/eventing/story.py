"""The events of a whole article: what is told twice is one event with several mentions."""

from __future__ import annotations

from bisect import insort
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.actors import Actors
from worker.nlp.eventing.finding import Finder

if TYPE_CHECKING:
    from worker.nlp.actors import Actor
    from worker.nlp.columns import Columns
    from worker.nlp.eventing.occurrence import Occurrence
    from worker.nlp.factuality.judge import Judge
    from worker.nlp.parties import Parties

#: So many events of one word, or of one type in a sentence without end, are looked back over: news tells an event again within a few
#: paragraphs.
_LOOKED_BACK = 50


def find_occurrences(columns: Columns, parties: Parties, judge: Judge) -> tuple[Occurrence, ...]:
    """Give an article's events in order of their triggers, each with its further mentions."""
    kept: list[Occurrence] = []
    #: Places in `kept` of what a trigger could repeat: its type in this sentence, or its word of the same parties anywhere; there with
    #: the number that the event has among those of its word.
    near: dict[tuple[int, str], list[int]] = {}
    akin: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    met: dict[str, int] = {}
    ranks: list[int] = []
    for occurrence in Finder(columns, Actors(columns, parties), judge).find():
        place = (columns.sents[occurrence.token], occurrence.type or occurrence.family)
        marks, rank = _marks(occurrence), met.get(occurrence.family, 0)
        before = near.get(place)
        candidates = set(before[-_LOOKED_BACK:]) if before else set()
        for mark in marks:
            for other, number in reversed(akin.get(mark, ())):
                if other < rank - _LOOKED_BACK:
                    break
                candidates.add(number)
        for number in sorted(candidates):
            if _same(columns, kept[number], occurrence):
                earlier = kept[number]
                kept[number] = replace(
                    earlier, actors=earlier.actors or occurrence.actors, recipients=earlier.recipients or occurrence.recipients,
                    others=(*earlier.others, (occurrence.token, occurrence.last), *occurrence.others))
                if not earlier.actors:
                    for mark in _marks(kept[number]):
                        insort(akin.setdefault(mark, []), (ranks[number], number))
                break
        else:
            near.setdefault(place, []).append(len(kept))
            for mark in marks:
                akin.setdefault(mark, []).append((rank, len(kept)))
            met[occurrence.family] = rank + 1
            ranks.append(rank)
            kept.append(occurrence)
    return tuple(kept)


def _marks(occurrence: Occurrence) -> list[tuple[object, ...]]:
    """Give what an event must share with one of another sentence that it repeats: word, type, standing and one of these actors."""
    known = [actor.identity for actor in occurrence.actors if actor.entity is not None or actor.code]
    if not known:
        return []
    family, kind, printed = occurrence.family, occurrence.type, occurrence.state.printed
    return [(family, kind, printed, identity) for identity in known]


def _same(columns: Columns, one: Occurrence, other: Occurrence) -> bool:
    """Tell whether two triggers tell one event: the same type and standing, no party that contradicts.

    Within a sentence nothing more is asked ("was attacked, killing ten"); across sentences the words must be related and a party shared.
    """
    if one.type != other.type or one.state.printed != other.state.printed:
        return False
    near = columns.sents[one.token] == columns.sents[other.token]
    if near and one.type is not None:
        return _agree(one.actors, other.actors) and _agree(one.recipients, other.recipients)
    if one.family != other.family or not (_shared(one.actors, other.actors) and _agree(one.recipients, other.recipients)):
        return False
    if one.type is not None:
        return bool(_shared(one.recipients, other.recipients) or _object(columns, one) == _object(columns, other))
    return one.object is not None and _object(columns, one) == _object(columns, other)


def _object(columns: Columns, occurrence: Occurrence) -> str | None:
    return None if occurrence.object is None else columns.low_lemmas[occurrence.object]


def _agree(one: tuple[Actor, ...], other: tuple[Actor, ...]) -> bool:
    return not one or not other or _shared(one, other)


def _shared(one: tuple[Actor, ...], other: tuple[Actor, ...]) -> bool:
    known = {actor.identity for actor in one if actor.entity is not None or actor.code}
    return any(actor.identity in known for actor in other)
