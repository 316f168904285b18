"""Roles: what a person is said to be, from the title before the name, an apposition, "X is the ..." and "X, who leads ...".

Whose role it is (state, ministry, company) is the party named inside of the role. "Former", "acting" and "then" stay part of the role,
which belongs to the time that it is said of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.parties.evidence import person_nouns
from worker.nlp.parties.merging import Office, Party
from worker.nlp.parties.name import Name, head_of
from worker.nlp.parties.phrases import noun_key, phrase_at, right_edge
from worker.nlp.parties.spans import titles

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: Polite forms that say nothing of what somebody is or does.
_POLITE = frozenset({"Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Mister", "Mme", "Mme.", "M.", "Herr", "Frau", "Monsieur", "Madame",
                     "Madam", "Señor", "Señora", "Signor", "Signora", "Brother", "Sister"})
_MOST_TITLE_TOKENS = 12
#: What says that a role is held no more, or only for a while.
_WHILE = frozenset({"acting", "former", "then", "interim", "ex", "outgoing", "incoming", "late"})
_NAMING = frozenset({"name", "appoint", "elect", "call", "make", "crown"})

#: A party and the stretch of one of its names, by each token of the name.
At = dict[int, tuple[Party, Name]]


def title_roles(columns: Columns, parties: list[Party]) -> None:
    """Give people the roles that stand before their names, and note the nouns: "the president" can then be told to be one of them."""
    at = _by_token(parties)
    for party in parties:
        if party.type == "PERSON":
            for name in party.names:
                if name.form == "name":
                    _title_role(columns, party, name, at)


def described_roles(columns: Columns, parties: list[Party]) -> None:
    """Give people the roles that appositions, predicates and relative clauses tell."""
    at = _by_token(parties)
    for party in parties:
        if party.type != "PERSON" or not party.name:
            continue
        for name in party.names:
            if name.form == "nominal" and name.why in ("apposition", "predicate") \
                    and _is_office(columns, head_of(columns, name.first, name.last)):
                _add(columns, party, (name.first, name.last), at)
            elif name.form == "name":
                _clause_role(columns, party, name, at)


def _by_token(parties: list[Party]) -> At:
    return {token: (party, name) for party in parties for name in party.names if name.form not in ("pronoun", "nominal")
            for token in range(name.first, name.last)}


def _title_role(columns: Columns, party: Party, name: Name, at: At) -> None:
    first = _title_start(columns, name, at)
    while first < name.first and (columns.words[first] in _POLITE or columns.deps[first] in ("det", "punct", "cc", "advmod")
                                  or columns.words[first] in ("'s", "’s", "-", ",")):
        first += 1
    last = name.first
    while last > first and (columns.words[last - 1] in _POLITE or columns.words[last - 1] in (",", "-", "'s", "’s")):
        last -= 1
    if first < last and any(_is_office(columns, token) for token in range(first, last)):
        for token in range(first, last):
            if _is_office(columns, token):
                party.nouns.add(noun_key(columns, token))
            elif token in at or columns.pos[token] in ("ADJ", "NOUN"):
                party.modifiers.add(columns.lowers[token])
        _add(columns, party, (first, last), at)


def _title_start(columns: Columns, name: Name, at: At) -> int:
    """Walk back over what belongs to the name: nouns, adjectives, names and possessives that lean on it."""
    token = name.first
    while token > 0 and name.first - token < _MOST_TITLE_TOKENS:
        before = token - 1
        if columns.words[before] in ("-", "–", "—", "--") and columns.ends[before] != columns.starts[token]:
            break
        if columns.sents[before] != columns.sents[name.first] or (before in at and at[before][0].type == "PERSON"):
            break
        leans = token <= columns.heads[before] < name.last
        if not ((leans and columns.pos[before] in ("NOUN", "PROPN", "ADJ")) or columns.tags[before] == "POS"
                or columns.words[before] in titles() or columns.lowers[before] in _WHILE
                or columns.words[before] == "-"
                or before in at):
            break
        token = before
    return token


def _is_office(columns: Columns, token: int) -> bool:
    word = columns.words[token]
    if word in titles():
        return word not in _POLITE
    known = person_nouns().get(columns.low_lemmas[token]) or person_nouns().get(word.lower())
    return known is not None and known[1] == "office"


def _clause_role(columns: Columns, party: Party, name: Name, at: At) -> None:
    """"X, who leads Y"; "X was named chairman"; "X, speaking as chairman" is left alone, but "X served as chairman" is a role."""
    head = head_of(columns, name.first, name.last)
    for clause in columns.children[head]:
        if columns.deps[clause] == "relcl" and columns.lemmas[clause] in words("leading_verbs"):
            objects = [child for child in columns.children[clause] if columns.deps[child] == "dobj" and child > clause]
            if objects and any(token in at for token in range(objects[0], right_edge(columns, objects[0]) + 1)):
                _add(columns, party, (clause, right_edge(columns, objects[0]) + 1), at)
    verb = columns.heads[head]
    if columns.deps[head] == "nsubjpass" and columns.lemmas[verb] in _NAMING:
        complements = [child for child in columns.children[verb] if columns.deps[child] == "oprd"]
    elif columns.deps[head] == "nsubj" and columns.lemmas[verb] in ("serve", "work", "act"):
        complements = [inner for child in columns.children[verb] if columns.words[child] == "as" for inner in columns.children[child]]
    else:
        return
    for complement in complements:
        if _is_office(columns, complement):
            phrase = phrase_at(columns, complement)
            _add(columns, party, (phrase.first, phrase.last), at)


def _add(columns: Columns, party: Party, stretch: tuple[int, int], at: At) -> None:
    text = " ".join(columns.words[slice(*stretch)]).lower()
    if text in {office.text for office in party.offices}:
        return
    inside = [at[token] for token in range(*stretch) if token in at and at[token][0] is not party and at[token][0].type in _HOLDERS]
    # "the UK's permanent representative to the UN" is the UK's: what stands first.
    party.offices.append(Office(first=stretch[0], last=stretch[1], text=text, organisation=inside[0][0] if inside else None))


_HOLDERS = frozenset({"ORG", "GPE", "NORP", "LOC", "FAC"})
