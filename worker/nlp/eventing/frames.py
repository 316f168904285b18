"""The frames: which word with which object tells an event of which type; the words stand in `events.txt` and `event_objects.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from worker.errors import ConfigurationError
from worker.nlp.lexicons import entries

#: Conditions on an object that are no nouns: any party, people, a state, who can answer a threat, a clause, no object at all.
PARTY, PEOPLE, STATE, POWER, NONE = "actor", "people", "state", "power", "none"
CLAUSE, INFINITIVE, SUBJUNCTIVE = "clause", "infinitive", "subjunctive"
_CONDITIONS = frozenset({PARTY, PEOPLE, STATE, POWER, NONE, CLAUSE, INFINITIVE, SUBJUNCTIVE})
#: The type of a line whose words tell nothing of a type ("plead guilty" asks for nothing).
UNTYPED = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One line of the lexicon, with its classes of objects as their nouns."""

    type: str
    #: Object nouns of which one must (or, in `not_nouns`, must not) be there; empty with no conditions: any object or none.
    nouns: frozenset[str]
    not_nouns: frozenset[str]
    conditions: frozenset[str]
    not_conditions: frozenset[str]
    recipients: tuple[str, ...]
    #: Sectors of which an actor must be; empty: any.
    by: frozenset[str]
    #: The line's words, which are one event when told of the same parties ("attack", "raid").
    family: str

    @property
    def free(self) -> bool:
        """Any object will do, and none as well."""
        return not self.nouns and not self.conditions


@cache
def frames() -> dict[tuple[str, str], tuple[Frame, ...]]:
    """Give the frames of each word by part of speech (v, n, a) and lemma with particle, in the lexicon's order."""
    found: dict[tuple[str, str], list[Frame]] = {}
    for fields in entries("events"):
        kind, pos, lemmas, objects, recipients, by = [*fields, "", "", ""][:6]
        allowed, _, forbidden = objects.partition("!")
        wanted, refused = allowed.split(), forbidden.replace("!", " ").split()
        frame = Frame(type=kind, nouns=_nouns(wanted), not_nouns=_nouns(refused), conditions=frozenset(wanted) & _CONDITIONS,
                      not_conditions=frozenset(refused) & _CONDITIONS, recipients=tuple(recipients.split()), by=frozenset(by.split()),
                      family=f"{kind} {lemmas.split()[0]}")
        for lemma in lemmas.split():
            found.setdefault((pos, lemma), []).append(frame)
    return {key: tuple(items) for key, items in found.items()}


@cache
def frames_of(pos: str) -> dict[str, tuple[Frame, ...]]:
    """Give the frames of one part of speech by lemma with particle."""
    return {lemma: found for (letter, lemma), found in frames().items() if letter == pos}


@cache
def classes() -> dict[str, frozenset[str]]:
    """Give the lemmas of each class of objects."""
    found: dict[str, set[str]] = {}
    for name, lemmas in entries("event_objects"):
        found.setdefault(name, set()).update(lemmas.split())
    return _Classes({name: frozenset(lemmas) for name, lemmas in found.items()})


class _Classes(dict[str, frozenset[str]]):
    """A class that nobody has an entry of is empty."""

    def __missing__(self, name: str) -> frozenset[str]:
        return frozenset()


def _nouns(items: list[str]) -> frozenset[str]:
    found: set[str] = set()
    for item in items:
        if item.startswith("@"):
            if item[1:] not in classes():
                raise ConfigurationError(f"lexicons: events.txt names the class {item!r}; event_objects.txt has no such class; add it")
            found |= classes()[item[1:]]
        elif item not in _CONDITIONS:
            found.add(item)
    return frozenset(found)
