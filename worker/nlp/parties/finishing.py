"""From parties in the making to entities: numbers, keys, ids, salience, frozen mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.parties.entity import Candidate, Entity, Ids, Mention, Parties, Role
from worker.nlp.parties.name import Name, head_of

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.gazetteer import Place
    from worker.nlp.parties.merging import Office, Party

#: An ambiguous name lists at most so many candidates.
_MOST_CANDIDATES = 10


def finish(columns: Columns, text: str, parties: list[Party], relatives: dict[int, Party]) -> Parties:
    """Freeze the parties, in order of first mention; `relatives` are relative pronouns that stand for one."""
    for party in parties:
        party.names.sort(key=lambda name: (name.first, name.last))
    parties.sort(key=lambda party: (party.names[0].first, party.names[0].last))
    weights = [_weight(columns, party) for party in parties]
    total = sum(weights) or 1.0
    numbers = {id(party): number for number, party in enumerate(parties)}
    entities = [_entity(columns, text, party, weight / total, numbers) for party, weight in zip(parties, weights, strict=True)]
    return Parties(entities, {token: numbers[id(party)] for token, party in relatives.items() if id(party) in numbers})


def _entity(columns: Columns, text: str, party: Party, salience: float, numbers: dict[int, int]) -> Entity:
    ids = _ids(party.places)
    described = party.name or columns.lemmas[head_of(columns, party.names[0].first, party.names[0].last)]
    key = ids.wikidata or f"{party.type}:{described}".casefold()
    roles = tuple(_role(columns, text, office, numbers) for office in sorted(party.offices, key=lambda office: office.first))
    return Entity(number=numbers[id(party)], key=key, type=party.type, name=party.name or None, gender=party.gender, plural=party.plural,
                  mentions=tuple([_mention(columns, text, name) for name in party.names]),
                  ids=ids, roles=roles, salience=salience, reporter=party.reporter)


def _role(columns: Columns, text: str, office: Office, numbers: dict[int, int]) -> Role:
    start, end = columns.starts[office.first], columns.ends[office.last - 1]
    owner = numbers.get(id(office.organisation)) if office.organisation else None
    return Role(start=start, end=end, text=text[start:end], organisation=owner)


def _weight(columns: Columns, party: Party) -> float:
    """Mentions count; subjects and the article's first sentences count more."""
    weight = 0.0
    for name in party.names:
        head = head_of(columns, name.first, name.last)
        weight += 1 + (columns.deps[head] in ("nsubj", "nsubjpass")) + 1 / (1 + columns.sents[head])
    return weight


def _mention(columns: Columns, text: str, name: Name) -> Mention:
    start, end = columns.starts[name.first], columns.ends[name.last - 1]
    # A token can begin or end with a blank of its own (a no-break space).
    while text[start].isspace() and start < end - 1:
        start += 1
    while text[end - 1].isspace() and end > start + 1:
        end -= 1
    return Mention(start, end, name.first, name.last, head_of(columns, name.first, name.last), name.form, name.sense, name.why)


def _ids(places: tuple[Place, ...]) -> Ids:
    if len(places) == 1:
        place = places[0]
        return Ids(wikidata=place.wikidata, iso3166=place.iso3166, geonames=place.geonames, plover=place.plover)
    candidates = tuple(Candidate(name=place.name, wikidata=place.wikidata, iso3166=place.iso3166, geonames=place.geonames)
                       for place in places[:_MOST_CANDIDATES])
    codes = {place.plover for place in places}
    return Ids(candidates=candidates, plover=codes.pop() if len(codes) == 1 else None)
