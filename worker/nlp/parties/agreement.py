"""Gender, number and kind of parties, from titles, given names and nouns: what is not told stays unknown, which agrees with everything."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries
from worker.nlp.parties.entity import Gender
from worker.nlp.parties.evidence import person_nouns
from worker.nlp.parties.spans import titles

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.merging import Party
    from worker.nlp.parties.name import Name

_GENDERS: dict[str, Gender] = {"m": "male", "f": "female"}


def gender_of(columns: Columns, party: Party) -> Gender | None:
    """Give a person's gender where a title, a noun before the name or the given name tells, the surest of them first."""
    for name in party.names:
        told = title_gender(columns, name)
        if told:
            return told
    for name in party.names:
        if name.last - name.first > 1:  # a single word may be a surname: "Clinton" is also a man's given name
            told = _GENDERS.get(_given_genders().get(columns.words[name.first], ""))
            if told:
                return told
    return None


def title_gender(columns: Columns, name: Name) -> Gender | None:
    """Give the gender that a title tells: "Mrs Clinton", "Queen Elizabeth", "spokeswoman Jane Roe"."""
    known = titles()
    for token in range(name.title, name.first):
        if columns.words[token] in known and (told := _GENDERS.get(known[columns.words[token]][0])):
            return told
    before = min(name.title, name.first) - 1
    if before >= 0:
        noun = person_nouns().get(columns.low_lemmas[before]) or known.get(columns.words[before])
        if noun and (columns.heads[before] in range(name.first, name.last) or columns.words[before] in known):
            return _GENDERS.get(noun[0])
    return None


def noun_gender(lemma: str) -> Gender | None:
    """Give the gender that a noun for a person tells ("spokeswoman")."""
    found = person_nouns().get(lemma)
    return _GENDERS.get(found[0]) if found else None


@cache
def _given_genders() -> dict[str, str]:
    return {name: gender for name, gender in entries("given_names") if gender != "?"}
