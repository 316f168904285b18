"""The gazetteer: which states, regions, cities and organisations a written name could stand for, with their ids.

Look-ups are by exact spelling (capitals count: "US" is a state, "us" is not) with straight apostrophes and without a leading "the".
Facts come from `lexicons/countries.txt`, `regions.txt`, `cities.txt` and `organisations.txt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from worker.nlp.lexicons import entries

Kind = Literal["state", "region", "city", "organisation"]

#: A city is meant without saying which when it has so many times the people of its next namesake.
_DOMINANT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A thing that the gazetteer knows; `state` is the alpha-3 code of the state it belongs to (a state's own)."""

    kind: Kind
    name: str
    type: str
    iso3166: str | None = None
    wikidata: str | None = None
    geonames: int | None = None
    plover: str | None = None
    state: str | None = None
    people: int = 0
    #: Of organisations: igo, ngo, armed, party, agency, legislature, court, outlet, company or sport.
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Demonym:
    """What people and things of a place are called, and whether it is a plural noun ("Britons")."""

    places: tuple[Place, ...]
    plural: bool


class Gazetteer:
    """All look-ups; make one with `gazetteer()`."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[Place, ...]] = {}
        self.demonyms: dict[str, Demonym] = {}
        #: Capitals and seats of power that may stand for a state's government.
        self.capitals: dict[str, Place] = {}
        #: Buildings and quarters that only ever stand for a state's government.
        self.seats: dict[str, Place] = {}
        self.cities: dict[str, tuple[Place, ...]] = {}
        self.states: dict[str, Place] = {}
        self._read_countries()
        self._read_regions()
        self._read_cities()
        self._read_organisations()
        #: First word of every entry with the largest number of words that an entry beginning so has.
        self.openings: dict[str, int] = {}
        for table in (self.names, self.demonyms, self.capitals, self.seats, self.cities):
            for name in table:
                words = name.split(" ")
                self.openings[words[0]] = max(self.openings.get(words[0], 0), len(words))

    def _name(self, name: str, place: Place) -> None:
        plain = fold(name)
        if place not in self.names.get(plain, ()):
            self.names[plain] = (*self.names.get(plain, ()), place)

    def _demonyms(self, text: str, place: Place) -> None:
        for item in _list(text):
            singular, _, irregular = item.partition(",")
            self._demonym(singular, place, plural=False)
            if irregular:
                self._demonym(irregular, place, plural=True)
            elif not singular.endswith(("s", "sh", "ch", "ese", "z")):
                self._demonym(singular + "s", place, plural=True)

    def _demonym(self, word: str, place: Place, *, plural: bool) -> None:
        known = self.demonyms.get(word)
        places = (*known.places, place) if known else (place,)
        self.demonyms[word] = Demonym(places, plural)

    def _read_countries(self) -> None:
        for name, iso3, _, wikidata, geonames, plover, demonyms, *rest in entries("countries"):
            others, capitals, seats = [*rest, "", "", ""][:3]
            place = Place(kind="state", name=name, type="GPE", iso3166=iso3, wikidata=wikidata, geonames=int(geonames), plover=plover,
                          state=iso3)
            self.states[iso3] = place
            for written in (name, *_list(others)):
                self._name(written, place)
            self._demonyms(demonyms, place)
            self.capitals |= {fold(written): place for written in _list(capitals)}
            self.seats |= {fold(written): place for written in _list(seats)}

    def _read_regions(self) -> None:
        for fields in entries("regions"):
            name, kind, iso, wikidata, geonames, state, demonyms, others = [*fields, "", "", "", "", "", ""][:8]
            place = Place(kind="region", name=name, type=kind, iso3166=iso or None, wikidata=wikidata or None,
                          geonames=int(geonames) if geonames else None, plover=self._code(state), state=state or None)
            for written in (name, *_list(others)):
                self._name(written, place)
            self._demonyms(demonyms, place)

    def _read_cities(self) -> None:
        for fields in entries("cities"):
            name, state, _, geonames, people, _, others = [*fields, "", ""][:7]
            place = Place(kind="city", name=name, type="GPE", geonames=int(geonames), plover=self._code(state), state=state,
                          people=int(people))
            for written in (name, *_list(others)):
                plain = fold(written)
                self.cities[plain] = (*self.cities.get(plain, ()), place)
        for name, places in self.cities.items():
            ranked = sorted(places, key=lambda place: -place.people)
            if len(ranked) > 1 and ranked[0].people > _DOMINANT * ranked[1].people:
                ranked = ranked[:1]
            self.cities[name] = tuple(ranked)

    def _read_organisations(self) -> None:
        for fields in entries("organisations"):
            name, kind, sort, state, wikidata, plover, others = [*fields, "", "", "", ""][:7]
            place = Place(kind="organisation", name=name, type=kind, wikidata=wikidata or None, sort=sort,
                          plover=plover or self._code(state), state=state or None)
            for written in (name, *_list(others)):
                self._name(written, place)

    def _code(self, state: str) -> str | None:
        return self.states[state].plover if state in self.states else None


@cache
def gazetteer() -> Gazetteer:
    """Give the gazetteer, read once."""
    return Gazetteer()


def fold(name: str) -> str:
    """Write a name as the look-ups have it: straight apostrophes, no leading "the"."""
    plain = name.replace("’", "'")
    return plain[4:] if plain[:4] in ("the ", "The ") else plain


def _list(text: str) -> list[str]:
    return [item for part in text.split(";") if (item := part.strip())]
