"""One word for two things in an article: Jordan the player and Jordan the kingdom, Georgia the state and Georgia the country.

Each occurrence is decided by the words around it, the rest by its neighbours; what nothing tells stays as it was.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import gazetteer
from worker.nlp.lexicons import words
from worker.nlp.parties.evidence import person_nouns

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.gazetteer import Place
    from worker.nlp.parties.name import Name

_INTO = frozenset({"in", "to", "from", "into", "across", "throughout", "near", "outside", "inside", "around", "between"})
_OWN = {"its": 2, "it": 1, "their": 1, "his": -2, "her": -2, "he": -2, "she": -2}
#: Offices of a part of a federation.
_PROVINCIAL = frozenset({"governor", "senator", "legislature", "republican", "democrat", "statehouse", "county", "lieutenant", "voter",
                         "delegate", "primary", "gov.", "sen.", "rep."})
_OBJECTS = frozenset({"visit", "leave", "invade", "border", "enter", "rule", "govern", "flee", "reach", "cross"})
_NEAR = 8


def person_or_state(columns: Columns, names: list[Name]) -> None:
    """Tell a bare name that is a state's and a person's: "Michael Jordan scored. Jordan closed its border", without Michael as well."""
    parts = {columns.words[token] for name in names if name.type == "PERSON" and name.last - name.first > 1
             for token in (name.first, name.last - 1)}
    for name in names:
        known = columns.words[name.first] in parts
        if name.last - name.first != 1 or name.title != name.first or not (known or name.type == "PERSON"):
            continue
        found = gazetteer().look_up(columns.words[name.first])
        if found is None or found[0] != "state" or found[1] != "name":
            continue
        votes = _votes(columns, name)
        if votes > 0 and name.type == "PERSON":
            name.type, name.places, name.why = found[2][0].type, found[2], "state-grammar"
        elif votes < 0 and name.places:
            name.type, name.places, name.sense, name.form, name.why = "PERSON", (), None, "name", "person-grammar"
    if parts:
        _given_or_town(columns, names, parts)


def _given_or_town(columns: Columns, names: list[Name], parts: set[str]) -> None:
    """Victoria Nuland is no Victoria by herself where the article has a town of that name: news calls nobody by the given name alone."""
    towns = {columns.words[name.first]: name for name in names if name.last - name.first == 1 and name.type == "GPE"
             and columns.words[name.first] in parts}
    surnames = {columns.words[name.last - 1] for name in names if name.type == "PERSON" and name.last - name.first > 1}
    for name in names:
        word = columns.words[name.first]
        if name.type == "PERSON" and name.last - name.first == 1 and word in towns and word not in surnames and name.title == name.first:
            name.type, name.places, name.why = "GPE", towns[word].places, "town-of-that-name"


def _votes(columns: Columns, name: Name) -> int:
    """Weigh the words around: above zero a state, below zero a person."""
    token, size = name.first, columns.size
    head, dep = columns.heads[token], columns.deps[token]
    lemma = columns.low_lemmas[head]
    votes = 0
    if dep == "pobj" and columns.lowers[head] in _INTO:
        votes += 2
    if dep == "dobj" and lemma in _OBJECTS:
        votes += 2
    if token + 2 < size and columns.words[token + 1] == "," and columns.words[token + 2].isdigit():
        votes -= 4  # "Jordan, 61,"
    if dep == "appos" or any(columns.deps[child] == "appos" and columns.low_lemmas[child] in person_nouns()
                             for child in columns.children[token]):
        votes -= 3
    if dep in ("nsubj", "nsubjpass", "poss"):
        if dep == "nsubj" and lemma in words("government_verbs") - words("speech_verbs"):
            votes += 1
        last = columns.sentences[columns.sents[token] + 1]
        for other in range(token + 1, min(last, token + _NEAR)):
            said = _OWN.get(columns.lowers[other])
            if said is not None:
                return votes + said
    return votes


def narrow(columns: Columns, names: list[Name]) -> None:
    """Choose among the candidates of an ambiguous name the one whose towns and people stand near it, else the one chosen before."""
    ambiguous = [name for name in names if len({place.state for place in name.places}) > 1]
    if not ambiguous:
        return
    by_sentence: dict[int, set[str]] = defaultdict(set)
    for name in names:
        states = {place.state for place in name.places}
        if len(states) == 1 and (state := next(iter(states))):
            by_sentence[columns.sents[name.first]].add(state)
    chosen: dict[str, Place] = {}
    open_: list[Name] = []
    for name in ambiguous:
        text = columns.words[name.first]
        place = _by_office(columns, name) or _by_company(name, by_sentence[columns.sents[name.first]]) or chosen.get(text)
        if place is None:
            open_.append(name)
            continue
        chosen[text] = place
        name.places, name.why = (place,), "homonym"
    everywhere = set().union(*by_sentence.values())
    for name in open_:
        place = chosen.get(columns.words[name.first]) or _by_company(name, everywhere)
        if place is not None:
            name.places, name.why = (place,), "homonym"


def _by_company(name: Name, states: set[str]) -> Place | None:
    fitting = [place for place in name.places if place.state in states]
    return fitting[0] if len(fitting) == 1 else None


def _by_office(columns: Columns, name: Name) -> Place | None:
    """"Georgia's governor", "Gov. Brian Kemp of Georgia" speak of a part of a federation."""
    head = columns.heads[name.last - 1]
    near = {columns.low_lemmas[token] for token in (head, columns.heads[head]) if token not in range(name.first, name.last)}
    regions = [place for place in name.places if place.kind == "region"]
    return regions[0] if len(regions) == 1 and near & _PROVINCIAL else None
