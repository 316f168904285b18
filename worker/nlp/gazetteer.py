"""The gazetteer: which states, regions, cities and organisations a written name could stand for, with their ids.

Look-ups are by exact spelling (capitals count: "US" is a state, "us" is not) with straight apostrophes and without a leading "the".
Facts come from `lexicons/countries.txt`, `regions.txt`, `cities.txt` and `organisations.txt`;
`products.txt` and `nicknames.txt` tell what is neither.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Literal

from worker.nlp.lexicons import entries, words

Kind = Literal["state", "region", "city", "organisation", "product", "person"]
Form = Literal["name", "demonym", "metonym"]

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
    #: Of organisations: igo, ngo, armed, party, agency, legislature, court, outlet, company, sport or body.
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
        self._read_shared()
        self._read_cities()
        self._read_organisations()
        for place, organisation, when in entries("metonyms"):
            (self.seats if when == "always" else self.capitals)[place] = self.names[organisation][0]
        self.products = words("products")
        #: Whole names of people by their nicknames.
        self.nicknames: dict[str, str] = {fold(entry[0]): entry[1] for entry in entries("nicknames")}
        #: First word of every entry with the largest number of words that an entry beginning so has.
        self.openings: dict[str, int] = {}
        #: First word of every entry with the characters that can follow it, blanks aside; "" where nothing has to.
        self.followers: dict[str, frozenset[str]] = {}
        followers: dict[str, set[str]] = defaultdict(set)
        for table in (self.names, self.demonyms, self.capitals, self.seats, self.cities, self.products, self.nicknames):
            for name in table:
                opening, _, rest = name.replace("-", " ").replace(",", " ,").partition(" ")
                # A hyphen and a possessive 's are tokens of their own.
                length = 1 + rest.count(" ") + bool(rest) + 2 * name.count("-") + 2 * name.count("'")
                for first in (opening, name.partition(" ")[0]):
                    self.openings[first] = max(self.openings.get(first, 0), length)
                    followers[first].add(name[len(first):].lstrip(" ")[:1])
        shared: dict[frozenset[str], frozenset[str]] = {}
        # A few hundred different ones: each once, for a process that looks at one has its memory for itself.
        self.followers = {first: shared.setdefault(found := frozenset(sets), found) for first, sets in followers.items()}

    def look_up(self, text: str) -> tuple[Kind, Form, tuple[Place, ...], bool] | None:
        """Give what a spelling is: its kind, form, the places it could stand for, and whether it is a plural noun."""
        if places := self.names.get(text):
            return places[0].kind, "name", places, False
        if demonym := self.demonyms.get(text):
            return demonym.places[0].kind, "demonym", demonym.places, demonym.plural
        if seat := self.seats.get(text):
            return seat.kind, "metonym", (seat,), False
        if cities := self.cities.get(text):
            return "city", "name", cities, False
        if text in self.nicknames:
            return "person", "name", (), False
        return ("product", "name", (), False) if text in self.products else None

    def _organisation(self, name: str, place: Place) -> None:
        """An outlet's "The" is half of its name: an Australian is no newspaper."""
        if name.startswith("The "):
            self.names.setdefault(name, (place,))
            self.names.setdefault("the " + name[4:], (place,))
        else:
            self._name(name, place)

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

    def _read_shared(self) -> None:
        for name, demonyms, states in entries("shared_names"):
            for state in _list(states):
                self._name(name, self.states[state])
                self._demonyms(demonyms, self.states[state])

    def _read_cities(self) -> None:
        for fields in entries("cities"):
            name, iso3, _, geonames, people, _, others = [*fields, "", ""][:7]
            place = Place(kind="city", name=name, type="GPE", geonames=int(geonames), plover=self._code(iso3), state=iso3,
                          people=int(people))
            for written in (name, *_list(others)):
                plain = fold(written)
                self.cities[plain] = (*self.cities.get(plain, ()), place)
        for name, state in self.capitals.items():
            self.cities.setdefault(name, (Place(kind="city", name=name, type="GPE", plover=state.plover, state=state.state),))
        for name, places in self.cities.items():
            ranked = sorted(places, key=lambda place: -place.people)
            if len(ranked) > 1 and ranked[0].people > _DOMINANT * ranked[1].people:
                ranked = ranked[:1]
            self.cities[name] = tuple(ranked)
            # "New York" and "Washington" are a region and a city: which one stays open.
            if name in self.names and self.names[name][0].kind == "region":
                self.names[name] += self.cities[name][:1]

    def _read_organisations(self) -> None:
        for fields in entries("organisations"):
            name, kind, sort, state, wikidata, plover, others = [*fields, "", "", "", ""][:7]
            place = Place(kind="organisation", name=name, type=kind, wikidata=wikidata or None, sort=sort,
                          plover=plover or self._code(state), state=state or None)
            for written in (name, *_list(others)):
                self._organisation(written, place)
        for name, state, *rest in entries("companies"):
            self._organisation(name, Place(kind="organisation", name=name, type="ORG", sort=rest[0] if rest else "company",
                                           plover=self._code(state), state=state))

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
