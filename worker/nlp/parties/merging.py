"""Which names are one entity: a merge needs a reason, which its mentions keep in `why`, and what stays ambiguous stays apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import gazetteer
from worker.nlp.lexicons import words
from worker.nlp.parties.agreement import gender_of, title_gender
from worker.nlp.parties.aliases import Alias, abbreviates, core_of, fold, initials_of, organisation_aliases, person_aliases
from worker.nlp.parties.entity import Credits, Form, Gender
from worker.nlp.parties.name import Name
from worker.nlp.parties.renames import renamed
from worker.nlp.parties.state_bodies import Body, says_state, state_bodies, state_name

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.gazetteer import Place

_LONGEST_ACRONYM = 7
#: Within so many tokens behind a name stands the title that tells it from a namesake.
_TITLE_BEHIND = 4
#: Who is called by the given name alone.
_REGAL = frozenset({"Pope", "King", "Queen", "Prince", "Princess", "Emperor", "Empress", "Patriarch", "Saint", "St."})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Office:
    """A role that a person has: its tokens (last exclusive), its folded text and the party whose role it is."""

    first: int
    last: int
    text: str
    organisation: Party | None


@dataclass(slots=True, kw_only=True, eq=False)
class Party:
    """An entity in the making: the names that stand for it, with the reason for each merge in the names' `why`."""

    type: str
    name: str
    names: list[Name]
    #: What it is by the gazetteer; empty if unknown, several if ambiguous.
    places: tuple[Place, ...] = ()
    #: The spellings met.
    spellings: set[str] = field(default_factory=set)
    reporter: bool = False
    gender: Gender | None = None
    plural: bool = False
    #: Nouns that it was described by ("official").
    nouns: set[str] = field(default_factory=set)
    #: What was said besides these nouns ("senior").
    modifiers: set[str] = field(default_factory=set)
    offices: list[Office] = field(default_factory=list)
    #: What tells it from other states' bodies of its kind.
    body: Body | None = None
    #: Spellings of former and maiden names, by which it is not called.
    other_names: set[str] = field(default_factory=set)


def merge(columns: Columns, names: list[Name]) -> list[Party]:
    """Group the names into parties, in order of first mention."""
    groups = _by_spelling(columns, names)
    parties = list(groups.values())
    _resolve_candidates(parties)
    parties = _by_place(parties)
    for kind, aliases in (("PERSON", person_aliases), ("ORG", organisation_aliases)):
        by_name = {spelling: party for party in parties if party.type == kind for spelling in sorted(party.spellings)}
        for short, long, why in list(aliases(sorted(by_name))):
            _join(columns, by_name, (short, long, why))
    parties = [party for party in parties if party.names]
    _join_so_far(columns, parties)
    _join_renamed(columns, parties)
    _join_compass(columns, parties)
    parties = [party for party in parties if party.names]
    _join_defined(columns, parties)
    parties = [party for party in parties if party.names]
    for party in parties:
        party.names.sort(key=lambda name: name.first)
        _name(columns, party)
    parties.sort(key=lambda party: party.names[0].first)
    return parties


def mark_reporters(columns: Columns, parties: list[Party], credit: Credits) -> None:
    """Mark who is named in bylines, credits and agency codes, or has an author's or the outlet's name."""
    names = {fold(name) for name in (*credit.names, *([credit.outlet] if credit.outlet else ()))}
    for party in parties:
        if party.type in ("PERSON", "ORG"):
            party.reporter = any(fold(spelling) in names for spelling in party.spellings) or any(
                start <= columns.starts[name.first] and columns.ends[name.last - 1] <= end
                for start, end in credit.stretches for name in party.names)


def _by_spelling(columns: Columns, names: list[Name]) -> dict[object, Party]:
    groups: dict[object, Party] = {}
    bodies = state_bodies(columns, names)
    for name in names:
        text = name.text(columns)
        folded = fold(text)
        body = bodies.get(name.first) if name.type == "ORG" else None
        spelled = (name.type, folded.removesuffix("s") if name.type == "NORP" else folded)
        identity: object = name.places[0] if len(name.places) == 1 else body or spelled
        party = groups.get(identity)
        if party is None:
            party = groups[identity] = Party(type=name.type, name=text, names=[], places=name.places, body=body)
        elif body is not None and text not in party.spellings:
            name.why = "state-body"
        party.names.append(name)
        party.spellings.add(text)
    return groups


def _resolve_candidates(parties: list[Party]) -> None:
    """An ambiguous name is resolved when exactly one of its candidates is named elsewhere without doubt: "Congolese" beside "Kinshasa"."""
    sure = {party.places[0] for party in parties if len(party.places) == 1}
    for party in parties:
        if len(party.places) > 1:
            named = [place for place in party.places if place in sure]
            if len(named) == 1:
                party.places = (named[0],)
                for name in party.names:
                    name.places, name.why = (named[0],), "candidate-named"


def _by_place(parties: list[Party]) -> list[Party]:
    merged: dict[Place, Party] = {}
    kept = []
    for party in parties:
        if len(party.places) == 1:
            first = merged.setdefault(party.places[0], party)
            if first is not party:
                first.names += party.names
                first.spellings |= party.spellings
                continue
        kept.append(party)
    return kept


def _join(columns: Columns, by_name: dict[str, Party], alias: Alias) -> None:
    short, long, why = alias
    part, whole = by_name.get(short), by_name.get(long)
    if part is None or whole is None or part is whole or (part.places and whole.places):
        return
    if part.body and whole.body and part.body.state != whole.body.state:
        return
    if part.type == "PERSON" and " " not in short and _apart(columns, part, whole, why):
        return
    for name in part.names:
        name.why = why
    whole.names += part.names
    whole.places = whole.places or part.places
    whole.spellings |= part.spellings
    part.names = []
    for spelling in part.spellings:
        by_name[spelling] = whole


def _apart(columns: Columns, part: Party, whole: Party, why: str) -> bool:
    """Tell who cannot be one: Mrs Smith and John Smith, Pope Francis and Francis Suarez."""
    if why == "given-name" and any(columns.words[token] in _REGAL for name in part.names
                                      for token in range(max(0, min(name.title, name.first - 1)), name.first)):
        return True
    if why == "regnal-name" and any("Mother" in columns.words[name.title:name.last + _TITLE_BEHIND] for name in part.names):
        return True  # "Elizabeth, the Queen Mother" is not Elizabeth II
    return {gender_of(columns, part), gender_of(columns, whole)} == {"male", "female"}


def _join_so_far(columns: Columns, parties: list[Party]) -> None:
    """A surname that several people bear means the one who alone was named before it, and then on; else it stays open."""
    bearers: dict[str, list[tuple[int, Party]]] = defaultdict(list)
    people = [party for party in parties if party.type == "PERSON"]
    for party in people:
        if len(party.names) == 1 and party.name.split(" ", 1)[0] not in words("given_names"):
            continue  # "Longtime Clinton" in a headline is no second Clinton
        for surname in {fold(spelling).rsplit(" ", 1)[1] for spelling in party.spellings if " " in spelling}:
            bearers[surname].append((min(name.first for name in party.names), party))
    for party in people:
        surname = fold(party.name)
        if " " in surname or not bearers[surname]:
            continue
        established: list[Party] = []
        for name in sorted(party.names, key=lambda name: name.first):
            known = [bearer for first, bearer in bearers[surname] if first < name.first]
            known = established if established and not title_gender(columns, name) else known
            if title := title_gender(columns, name):
                known = [bearer for bearer in known if gender_of(columns, bearer) in (title, None)]
            if len(known) == 1:
                established = established or known
                name.why = "surname-so-far"
                party.names.remove(name)
                known[0].names.append(name)


def _join_renamed(columns: Columns, parties: list[Party]) -> None:
    """Tie "Jackie Kennedy, née Bouvier", "Ahmed al-Sharaa, formerly known as Abu Mohammed al-Golani"."""
    people = [party for party in parties if party.type == "PERSON"]
    at = {name.last - 1: party for party in people for name in party.names}
    for party in people:
        before = next((at[token] for name in party.names if (token := renamed(columns, name.first)) is not None and token in at), None)
        if before is not None and before is not party and before.names and party.names:
            for name in party.names:
                name.why = "other-name"
            before.names += party.names
            before.other_names |= party.spellings
            before.spellings |= party.spellings
            party.names = []


def _join_compass(columns: Columns, parties: list[Party]) -> None:
    """"the North" is North Korea where the article names North Korea and nothing else with a North."""
    for party in parties:
        if party.name in ("North", "South", "East", "West") and party.type in ("GPE", "LOC"):
            states = [other for other in parties if len(other.places) == 1 and other.places[0].kind == "state"
                      and other.places[0].name.startswith(party.name + " ")]
            if len(states) == 1 and all(name.first and columns.lowers[name.first - 1] == "the" for name in party.names):
                for name in party.names:
                    name.why = "compass"
                states[0].names += party.names
                party.names = []


def _join_defined(columns: Columns, parties: list[Party]) -> None:
    """Tie what stands in brackets after a name to it: an acronym whose letters agree, or the name of what the acronym before it means."""
    at: dict[int, tuple[Party, Name]] = {name.first: (party, name) for party in parties for name in party.names}
    for party in list(parties):
        for name in list(party.names):
            if name.last + 1 < columns.size and columns.words[name.last] in ("(", "["):
                inside = at.get(name.last + 1)
                if inside and inside[1].last < columns.size and columns.words[inside[1].last] in (")", "]") and inside[0] is not party:
                    _define(columns, (party, name), inside)


def _define(columns: Columns, outer: tuple[Party, Name], inner: tuple[Party, Name]) -> None:
    long, short = outer[1].text(columns), inner[1].text(columns)
    if not abbreviates(short, long) and short.replace(".", "").upper() not in initials_of(long) and core_of(long) != core_of(short):
        return
    if not inner[0].names or not outer[0].names or (outer[0].places and inner[0].places):
        return
    for name in inner[0].names:
        name.why = "defined-acronym"
        name.type = outer[0].type
    outer[0].names += inner[0].names
    outer[0].places = outer[0].places or inner[0].places
    outer[0].spellings |= inner[0].spellings
    inner[0].names = []


def _name(columns: Columns, party: Party) -> None:
    """Give the party its fullest name and type, and each mention its form."""
    by_type: dict[str, int] = defaultdict(int)
    spellings = set()
    for name in party.names:
        text = name.text(columns)
        by_type[name.type] += 1
        if name.form == "name":
            shouted = any(text != place.name and text == place.name.upper() for place in party.places)
            name.form = "name" if shouted else _form(text)
            if name.form == "name":
                spellings.add(text)
    if len(party.places) == 1:
        party.name, party.type = party.places[0].name, party.places[0].type
    else:
        party.name = max(spellings - party.other_names or {party.name}, key=lambda text: (len(text.split(" ")), len(text), text))
        party.name = gazetteer().nicknames.get(party.name, party.name)
        if party.body and party.body.state:
            whole = [name.text(columns) for name in party.names if says_state(columns, name)]
            party.name = max(whole, key=lambda text: (len(text), text)) if whole else f"{party.name} of {state_name(party.body.state)}"
        if (party.places or party.names[0].why == "dateline") and party.name.isupper() and len(party.name) > 4:  # noqa: PLR2004 - "NEW YORK" in a dateline
            party.name = party.name.title()
        party.type = max(by_type, key=lambda kind: (by_type[kind], kind))


def _form(text: str) -> Form:
    letters = text.replace(".", "").replace("&", "")
    return "acronym" if letters.isupper() and letters.isalpha() and 1 < len(letters) < _LONGEST_ACRONYM else "name"
