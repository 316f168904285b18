"""What the words around a name tell about its type: "firm X" is an organisation, "X, 61," a person, "the village of X" a place.

Each occurrence adds weights for types; names with the same spelling share them, for one article seldom calls two things alike.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries, words
from worker.nlp.parties.spans import titles

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.name import Name

_SPEECH = frozenset({"say", "tell", "add", "write", "argue", "note", "explain", "recall", "admit", "joke", "quip", "insist"})
_LONGEST_LIST = 12
_PRONOUNS = {"he": 1.8, "she": 1.8, "it": -1.0}
Votes = dict[str, float]


def votes_of(columns: Columns, name: Name) -> Votes:
    """Give the weight that one occurrence's surroundings lend to each type."""
    votes: Votes = defaultdict(float)
    _from_ending(columns, name, votes)
    _from_before(columns, name, votes)
    _from_after(columns, name, votes)
    _from_grammar(columns, name, votes)
    return votes


@cache
def endings() -> dict[str, tuple[str, float]]:
    """Give the last words of names that tell their type, with a weight."""
    return {word: (kind, 4.0 if strength == "strong" else 1.5) for word, kind, strength in entries("name_endings")}


@cache
def person_nouns() -> dict[str, tuple[str, str]]:
    """Give the nouns for people with their gender ("m", "f" or "") and kind."""
    return {word: (gender, kind) for word, gender, kind in entries("person_nouns")}


@cache
def group_nouns() -> dict[str, str]:
    """Give the nouns for organisations and places with the type that they stand for."""
    return {fields[0]: fields[1] for fields in entries("group_nouns")}


def _from_ending(columns: Columns, name: Name, votes: Votes) -> None:
    if name.last - name.first > 1:
        known = endings().get(columns.words[name.last - 1])
        if known:
            votes[known[0]] += known[1]
        elif columns.words[name.first] in words("given_names") and (name.type == "PERSON" or _may_be_person(columns, name)):
            votes["PERSON"] += 1 if name.type == "PERSON" else 2.5
        if name.type != "PERSON" and any(columns.words[token] in ("&", "of", "for") for token in range(name.first + 1, name.last - 1)):
            votes[name.type] += 1


def _from_before(columns: Columns, name: Name, votes: Votes) -> None:
    before = name.first - 1
    if before < 0 or columns.sents[before] != columns.sents[name.first]:
        return
    word = columns.words[before]
    if name.title != name.first or word in titles():
        votes["PERSON"] += 3
    elif word == "the" and name.type == "PERSON" and not columns.tags[name.last - 1].endswith("S") \
            and columns.heads[name.last - 1] < name.last:  # "the Obama administration" says nothing against a person
        votes["ORG"] += 1.2
        votes["PERSON"] -= 1
    elif word == "at" and name.type == "PERSON":
        votes["ORG"] += 2
    elif word in ("in", "near", "to", "from", "towards", "toward") and name.type in ("PERSON", "ORG") \
            and columns.words[name.first] not in words("given_names"):
        going = word not in ("in", "near") and columns.low_lemmas[columns.heads[before]] in words("motion_verbs")
        votes["GPE"] += 2 if going else 1.5 if name.type == "PERSON" and word in ("in", "near") else 0.3
    elif word == "," and before and columns.ents[before - 1] == "GPE" and name.type in ("PERSON", "ORG") \
            and columns.deps[name.last - 1] in ("appos", "conj", "npadvmod") and columns.heads[name.last - 1] < before:
        votes["GPE"] += 2
    elif word == "of" and columns.low_lemmas[columns.heads[before]] in words("place_contexts"):
        votes["GPE"] += 3
    elif columns.pos[before] == "NOUN":
        lemma = columns.lemmas[before]
        if lemma in person_nouns():
            votes["PERSON"] += 1.5
        elif lemma in group_nouns():
            votes[group_nouns()[lemma]] += 2


def _from_after(columns: Columns, name: Name, votes: Votes) -> None:
    after, size = name.last, columns.size
    if after + 1 >= size:
        return
    word, next_ = columns.words[after], columns.words[after + 1]
    if word == "(" and after + 2 < size and columns.words[after + 2] in (")", ":") and next_.isupper() and 1 < len(next_) <= 6:  # noqa: PLR2004
        votes["ORG"] += 1.5
    elif word == "," and next_.isdigit() and len(next_) == 2 and after + 2 < size and columns.words[after + 2] in (",", "."):  # noqa: PLR2004
        votes["PERSON"] += 3
    elif word in ("'s", "’s", "'", "’"):
        lemma = columns.lemmas[columns.heads[name.last - 1]] if columns.deps[name.last - 1] == "poss" else ""
        if lemma.lower() in words("company_nouns"):
            votes["ORG"] += 2
    elif columns.pos[after] in ("NOUN", "PROPN") and columns.low_lemmas[after] in words("company_nouns"):
        votes["ORG"] += 2
    elif word in ("who", "whose") and columns.words[after - 1] != ",":
        votes["PERSON"] += 2
    elif word == "," and next_ in ("who", "whose"):
        votes["PERSON"] += 2 if next_ == "who" else 0.5
    elif word == "," and next_ == "which":
        votes["ORG"] += 1


def _from_grammar(columns: Columns, name: Name, votes: Votes) -> None:
    head = name.last - 1
    dep, governor = columns.deps[head], columns.heads[head]
    if dep in ("nsubj", "nsubjpass") and name.type == "PERSON":
        if columns.lemmas[governor] in words("company_verbs"):
            votes["ORG"] += 1
        # "Miller Kaplan are ...": a company takes the plural, one person does not.
        plural = [token for token in (governor, *columns.children[governor]) if columns.tags[token] == "VBP" and token > head]
        if plural and not any(columns.deps[child] in ("cc", "conj") for child in columns.children[head]):
            votes["ORG"] += 2
    if dep == "nsubj":
        if columns.lemmas[governor] in _SPEECH and name.type in ("ORG", "GPE", "LOC", "PRODUCT") and name.last - name.first == 1:
            votes["PERSON"] += 0.7
        elif columns.lemmas[governor] == "be":
            for child in columns.children[governor]:
                if columns.deps[child] == "attr":
                    _vote_noun(columns, child, votes, 2.5)
        if name.type in ("ORG", "GPE", "LOC", "PRODUCT"):
            votes["PERSON"] += _called_he(columns, name, governor)
    _from_list(columns, head, votes)
    for child in columns.children[head]:
        if columns.deps[child] == "appos" and child >= name.last:
            # "Ziua Noastra, a newspaper": what an article opens says outright what it is
            told = columns.low_lemmas[child] in group_nouns() and any(columns.deps[inner] == "det" for inner in columns.children[child])
            _vote_noun(columns, child, votes, 4 if told else 2)
    if dep == "appos" and governor < name.first:
        _vote_noun(columns, governor, votes, 2)


def _may_be_person(columns: Columns, name: Name) -> bool:
    """Tell "Marine Le Pen" and "Katie Walsh" from "Thomas Cook Group", "at Wanda Futures" and "Chicago's Palmer House"."""
    inner = [token for token in range(name.first, name.last) if columns.lowers[token] not in words("particles")]
    return name.type == "ORG" and len(inner) == 2 and all(  # noqa: PLR2004 - a given name and a surname
        columns.tags[token] == "NNP" and columns.words[token].istitle() for token in inner) \
        and columns.words[name.last - 1] not in words("public_bodies") \
        and columns.lowers[name.first - 1] not in ("the", "at", "'s", "’s", "in")


def _called_he(columns: Columns, name: Name, verb: int) -> float:
    """Weigh who is called he or she: in what is said ("Obi said she was glad"), less by the next sentence ("Obi warned. He ...")."""
    for child in columns.children[verb]:
        if columns.deps[child] == "ccomp" and columns.lemmas[verb] in words("speech_verbs"):
            for token in columns.children[child]:
                if columns.deps[token] == "nsubj" and (said := columns.lowers[token]) in _PRONOUNS:
                    return _PRONOUNS[said]
    sentence = columns.sents[verb]
    if sentence + 2 >= len(columns.sentences) or name.last - name.first > 1:
        return 0
    first = columns.sentences[sentence + 1]
    others = any(columns.ents[token] == "PERSON" for token in range(columns.sentences[sentence], first) if token != name.first)
    return 1.0 if columns.words[first] in ("He", "She") and columns.deps[first] == "nsubj" and not others else 0


def _from_list(columns: Columns, head: int, votes: Votes) -> None:
    """Read "companies such as X, Y and Z"."""
    first, steps = head, 0
    while columns.deps[first] == "conj" and steps < _LONGEST_LIST:
        first, steps = columns.heads[first], steps + 1
    if columns.deps[first] == "pobj" and columns.words[columns.heads[first]] in ("as", "like", "including"):
        _vote_noun(columns, columns.heads[columns.heads[first]], votes, 2)


def _vote_noun(columns: Columns, token: int, votes: Votes, weight: float) -> None:
    lemma = columns.low_lemmas[token]
    if lemma in person_nouns():
        votes["PERSON"] += weight
    elif lemma in group_nouns():
        votes[group_nouns()[lemma]] += weight
