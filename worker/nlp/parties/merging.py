"""Which names are one entity: a merge needs a reason, and what stays ambiguous stays apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.parties.entity import Candidate, Entity, Ids, Mention
from worker.nlp.parties.names import Name

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.gazetteer import Place


def merge(columns: Columns, names: list[Name]) -> list[Entity]:
    """Group the names into entities, in order of first mention."""
    groups: dict[object, list[Name]] = {}
    for name in names:
        groups.setdefault(_identity(columns, name), []).append(name)
    return [_entity(columns, number, group) for number, group in enumerate(groups.values())]


def _identity(columns: Columns, name: Name) -> object:
    if len(name.places) == 1:
        return name.places[0]
    return (name.type, " ".join(columns.words[name.first:name.last]).casefold())


def _entity(columns: Columns, number: int, group: list[Name]) -> Entity:
    mentions = tuple(mention(columns, name) for name in group)
    places = group[0].places
    if len(places) == 1:
        name, kind = places[0].name, places[0].type
    else:
        name, kind = " ".join(columns.words[group[0].first:group[0].last]), group[0].type
    ids = _ids(places)
    return Entity(number=number, key=ids.wikidata or f"{kind}:{name}".casefold(), type=kind, name=name, mentions=mentions, ids=ids)


def mention(columns: Columns, name: Name) -> Mention:
    """Freeze a name into a mention."""
    head = name.last - 1
    for token in range(name.last - 1, name.first - 1, -1):
        if not name.first <= columns.heads[token] < name.last or columns.heads[token] == token:
            head = token
            break
    return Mention(start=columns.starts[name.first], end=columns.ends[name.last - 1], first=name.first, last=name.last, head=head,
                   form=name.form, sense=name.sense, why=name.why)


def _ids(places: tuple[Place, ...]) -> Ids:
    if len(places) == 1:
        place = places[0]
        return Ids(wikidata=place.wikidata, iso3166=place.iso3166, geonames=place.geonames, plover=place.plover)
    candidates = tuple(Candidate(name=place.name, wikidata=place.wikidata, iso3166=place.iso3166, geonames=place.geonames)
                       for place in places[:10])
    return Ids(candidates=candidates)
