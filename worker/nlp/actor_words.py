"""What words and names alone tell of a party: a noun's sector, an organisation's kind and state, a leader's state; no grammar."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from worker.nlp.gazetteer import fold, gazetteer
from worker.nlp.lexicons import entries

#: What stands before an office without naming whose it is.
_RANKS = frozenset({"the", "vice", "deputy", "acting", "interim", "former", "then", "new", "first", "assistant", "press", "foreign", "home",
                    "defense", "defence", "state", "treasury", "health", "chief", "executive", "general", "u.s.", "us", "uk", "ex"})
#: Offices of states and of firms alike.
OFFICES: Final = frozenset({"president", "spokesman", "spokeswoman", "spokesperson", "executive", "director", "secretary", "chairman"})
#: Names and roles that are remembered: they come again in the next articles.
_MOST_NAMES = 2_000


@cache
def nouns() -> dict[str, str]:
    """Give the sector of every noun that names a party."""
    return {lemma: sector for sector, lemmas in entries("actor_nouns") for lemma in lemmas.split()}


@cache
def leaders() -> dict[str, tuple[str, str]]:
    """Give country code and sector of heads of state and government and others who need no introduction, by folded name."""
    return {name.strip().casefold(): (code, sector) for code, sector, names in entries("leaders") for name in names.split(";")}


@cache
def modifiers() -> dict[str, str]:
    """Give the sector that a word before a party's noun tells: "military", "rebel"."""
    return {word: sector for sector, words in entries("actor_modifiers") for word in words.split()}


@lru_cache(maxsize=_MOST_NAMES)
def leader_named(name: str) -> tuple[str, str] | None:
    """Give country code and sector of a leader by name or surname."""
    return leaders().get(name.casefold()) or leaders().get(name.rsplit(" ", 1)[-1].casefold())


@lru_cache(maxsize=_MOST_NAMES)
def sector_of(role: str) -> str | None:
    """Give the sector that a role's last known noun tells: GOV for "former Interior Minister of Iraq"."""
    return next((found for word in reversed(role.lower().split()) if (found := nouns().get(word))), None)


@lru_cache(maxsize=_MOST_NAMES)
def organisation_sort(name: str) -> str | None:
    """Give the kind of a known organisation: agency, party, court ...; None if nothing is known of it."""
    return next((place.sort for place in gazetteer().names.get(fold(name), ()) if place.kind == "organisation"), None)


@lru_cache(maxsize=_MOST_NAMES)
def country_in(name: str) -> str | None:
    """The state that an organisation bears in its name: "Kenya Revenue Authority", "Nigerian Interior Ministry"."""
    known = gazetteer()
    words = fold(name).split(" ")
    for size in (3, 2, 1):
        first = " ".join(words[:size])
        places = known.names.get(first) or (known.demonyms[first].places if first in known.demonyms else ())
        if len(words) > size and len(places) == 1 and places[0].kind == "state":
            return places[0].plover
    return None


@lru_cache(maxsize=_MOST_NAMES)
def of_firm(role: str) -> bool:
    """"AdRoll President" is an officer of a firm that nobody knows; "Iraqi President", "Vice President" govern."""
    *before, office = role.split(" ")
    return office.lower() in OFFICES and any(
        word[:1].isupper() and word.lower() not in nouns() and word.lower() not in _RANKS and word not in modifiers()
        and gazetteer().look_up(word) is None for word in before)
