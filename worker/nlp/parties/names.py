"""Names: where they stand and of which type they are, from the model, mended by the gazetteer, by grammar and by each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import Place, gazetteer
from worker.nlp.lexicons import words
from worker.nlp.parties.evidence import Votes, votes_of
from worker.nlp.parties.homonyms import narrow, person_or_state
from worker.nlp.parties.name import Name
from worker.nlp.parties.places import Match, matches, place_type, sense_of
from worker.nlp.parties.recurrence import defined, recurring, speaking
from worker.nlp.parties.spans import model_names

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: How much the model's own types count against what the surroundings tell.
_MODEL_WEIGHT = 2.0
_PLACE_TYPES = frozenset({"GPE", "LOC", "FAC"})
_LOCATIVE = frozenset({"in", "at", "near", "to", "from", "outside", "around", "across"})
#: Before a firm, seldom before the person of its name.
_TO_FIRMS = frozenset({"at", "tell", "the", "to", "in", "on", "by"})
_GOVERNMENTS = frozenset({"Government", "government", "Administration", "regime"})
#: So many mentions speak for themselves.
_MANY = 3
#: A city's name is believed against the model's type when so many people live there.
_BIG_CITY = 500_000


def find_names(columns: Columns) -> list[Name]:
    """Give the names of an article in order of appearance, none overlapping."""
    names = list(model_names(columns))
    taken = {token: name for name in names for token in range(name.first, name.last)}
    for match in matches(columns):
        _apply(columns, match, names, taken)
    for name in names:
        _take_government(columns, name)
    names = [name for name in names if name.first < name.last]
    names += speaking(columns, names)
    _retype(columns, names)
    names += defined(columns, names)
    names += recurring(columns, names)
    names.sort(key=lambda name: name.first)
    person_or_state(columns, names)
    narrow(columns, names)
    return names


def _apply(columns: Columns, match: Match, names: list[Name], taken: dict[int, Name]) -> None:
    """Let a match of the gazetteer mend the model's names at the same place, or add one that the model missed."""
    over = {id(name): name for token in range(match.first, match.last) if (name := taken.get(token))}
    if not over:
        if not _plausible(columns, match):
            return
        name = Name(first=match.first, last=match.last, type="", why="gazetteer", title=match.first)
        names.append(name)
        _settle(columns, name, match)
        taken.update(dict.fromkeys(range(match.first, match.last), name))
        return
    name = next(iter(over.values()))
    if all(match.first <= other.first and other.last <= match.last for other in over.values()):
        if len(over) == 1 and not _believed(columns, name, match):
            return
        for other in list(over.values())[1:]:
            other.last = other.first
        name.first, name.last = match.first, match.last
    elif len(over) > 1 or not _stray(columns, name, match) or not _believed(columns, name, match):
        return
    else:
        name.first = match.first
    _settle(columns, name, match)
    taken.update(dict.fromkeys(range(name.first, name.last), name))


def _plausible(columns: Columns, match: Match) -> bool:
    """A name that the model missed must at least be tagged as one; "may", "us" and "Nice" are words first."""
    if match.kind in ("city", "product", "person") and match.last - match.first == 1 and columns.tags[match.first] != "NNP":
        return False
    if match.kind == "city" and match.places[0].people < _BIG_CITY:
        return False
    parts = range(match.first, match.last)
    if match.form == "demonym":
        return any(columns.pos[token] in ("PROPN", "ADJ", "NOUN") for token in parts)
    return any(columns.tags[token] in ("NNP", "NNPS") for token in parts)


def _is_of_outlet(columns: Columns, match: Match) -> bool:
    """Tell "the Lisbon newspaper", which is a town's, from "the Lincoln Journal" and "Jackson, a newspaper"."""
    noun = match.last
    return (match.places[0].people >= _BIG_CITY and match.first > 0 and noun < columns.size
            and columns.lowers[match.first - 1] in ("the", "a")
            and columns.low_lemmas[noun] in ("newspaper", "daily", "paper", "magazine", "tabloid", "broadcaster")
            and columns.pos[noun] == "NOUN" and columns.deps[match.last - 1] in ("compound", "nmod", "amod"))


def _believed(columns: Columns, name: Name, match: Match) -> bool:
    """Tell whether the gazetteer's reading wins over the model's: Jordan may be a person, Paris a surname, Orange no town."""
    if match.kind == "person":
        return True
    if match.kind == "product":
        return name.type in ("ORG", "PRODUCT", "GPE", "PERSON", "WORK_OF_ART", "LAW")
    if match.kind == "organisation":
        return name.type != "PERSON" or match.last - match.first > 1 or match.text.isupper()
    if match.text.isupper() and len(match.text) > 4:  # noqa: PLR2004 - a headline or dateline: the model is at a loss with capitals
        return True
    if name.type == "PERSON":
        if match.kind == "city":
            return _is_of_outlet(columns, match)
        return match.kind == "state" and match.text not in words("given_names")
    if match.kind == "city":
        return name.type in _PLACE_TYPES or match.places[0].people >= _BIG_CITY
    return True


def _stray(columns: Columns, name: Name, match: Match) -> bool:
    """Tell whether what stands before the match inside a name is no part of it: "Historically, South Korea"."""
    before = match.first - 1
    return name.last == match.last and name.first < match.first and name.type in ("GPE", "LOC") \
        and (columns.words[before] == "," or columns.pos[before] in ("ADV", "ADP", "CCONJ", "SCONJ", "VERB", "AUX"))


def _settle(columns: Columns, name: Name, match: Match) -> None:
    if match.form == "demonym" and (name.type == "LANGUAGE" or _is_language(columns, match)):
        name.type = "LANGUAGE"
        return
    kind = place_type(match)
    if name.type != kind:
        name.why = "gazetteer"
    name.places, name.form, name.type, name.settled = match.places, match.form, kind, match.kind in ("product", "person")
    name.sense, name.places, name.form = sense_of(columns, match)


def _is_language(columns: Columns, match: Match) -> bool:
    """Tell "speaking in Korean" from "Korean soldiers" and "the Germans"."""
    before = match.first - 1
    if match.plural or before < 0:
        return False
    governor = columns.heads[match.last - 1]
    if columns.deps[match.last - 1] == "pobj" and columns.lowers[governor] in ("in", "into", "from"):
        return columns.pos[match.last - 1] in ("PROPN", "NOUN", "ADJ") and before == governor
    return columns.deps[match.last - 1] == "dobj" and columns.lemmas[governor] in ("speak", "learn", "teach", "understand", "study")


def _take_government(columns: Columns, name: Name) -> None:
    """A state's name with "Government" is one name of its government: "the UK Government", "the Ukrainian Government"."""
    if name.last - name.first > 1 and not name.places and columns.words[name.last - 1] in _GOVERNMENTS:
        text = " ".join(columns.words[name.first:name.last - 1])
        found = gazetteer().look_up(text)
        if found and found[0] == "state" and len(found[2]) == 1:
            name.places, name.type, name.form, name.sense, name.why = found[2], found[2][0].type, "metonym", "government", "government-name"
    elif name.places and name.places[0].kind == "state" and len(name.places) == 1 and name.last < columns.size \
            and columns.words[name.last] in ("Government", "Administration"):
        name.last += 1
        name.type, name.form, name.sense, name.why = name.places[0].type, "metonym", "government", "government-name"


def _retype(columns: Columns, names: list[Name]) -> None:
    """Give the same type to all names of one spelling: what the model and the surroundings say most."""
    groups: dict[str, list[Name]] = defaultdict(list)
    _reclaim_surnames(columns, names)
    for name in names:
        if not name.places and name.text(columns) in _groups_of_people():
            name.type, name.form = "NORP", "demonym"
        elif not name.places and not name.settled:
            groups[name.text(columns)].append(name)
    totals = {text: _total(columns, group) for text, group in groups.items()}
    _link(groups, totals)
    for text, group in groups.items():
        best = max(totals[text].items(), key=lambda item: (item[1], item[0]))[0]
        for name in group:
            if name.type != best:
                name.type, name.why = best, "context"


@cache
def _groups_of_people() -> frozenset[str]:
    return frozenset(form for word in words("norps") for form in (word, word + "s"))


def _reclaim_surnames(columns: Columns, names: list[Name]) -> None:
    """A town's name that is also the surname of a person in the article is that person's, except after "in" and the like."""
    surnames: dict[str, int] = {}
    for name in names:
        if name.type == "PERSON" and name.last - name.first > 1:
            surnames.setdefault(columns.words[name.last - 1], name.first)
    for name in names:
        if name.places and name.places[0].sort in ("company", "outlet") and name.last - name.first == 1 and not name.settled \
                and surnames.get(columns.words[name.first], name.first) < name.first and not _is_firm(columns, name):
            name.places, name.type, name.form, name.sense, name.why = (), "PERSON", "name", None, "surname"
            continue
        if name.places and (name.places[0].kind in ("city", "region") or name.form == "metonym") and name.last - name.first == 1 \
                and columns.words[name.first] in surnames and columns.lowers[max(0, name.first - 1)] not in _LOCATIVE \
                and not (name.sense == "government" and name.first < surnames[columns.words[name.first]]):
            name.places, name.type, name.form, name.sense, name.why = (), "PERSON", "name", None, "surname"


def _is_firm(columns: Columns, name: Name) -> bool:
    """Tell the firm from the founder whose name it bears: "told Bloomberg", "at Bloomberg", "Bloomberg shares"."""
    before, after = name.first - 1, name.last
    return (before >= 0 and columns.low_lemmas[before] in _TO_FIRMS) or columns.deps[name.first] == "compound" or (
        after < columns.size and columns.low_lemmas[after] in words("company_nouns"))


def _total(columns: Columns, group: list[Name]) -> Votes:
    total: Votes = defaultdict(float)
    for kind, count in Counter(name.type for name in group).items():
        total[kind] += _MODEL_WEIGHT * count / len(group)
    for name in group:
        for kind, weight in votes_of(columns, name).items():
            total[kind] += weight
    return total


def _known_full_name(text: str) -> bool:
    """A full name that a surname may be taken from: its first word is a given name or an initial, and no part has a digit."""
    first = text.split(" ", 1)[0]
    return (first in words("given_names") or first.endswith(".")) and not any(ch.isdigit() for ch in text)


def _link(groups: dict[str, list[Name]], totals: dict[str, Votes]) -> None:
    """A single word that is the last of a person's full name is that person's; the first of a company's, that company's."""
    winners = {text: max(total.items(), key=lambda item: (item[1], item[0]))[0] for text, total in totals.items()}
    surnames = {parts[-2 if parts[-1].rstrip(".") in ("Jr", "Sr", "II", "III") else -1] for text, kind in winners.items()
                if kind == "PERSON" and len(parts := text.split(" ")) > 1}
    sure = {text.rsplit(" ", 1)[1] for text, kind in winners.items() if kind == "PERSON" and " " in text and _known_full_name(text)}
    firsts = {text.split(" ", 1)[0] for text, kind in winners.items() if kind == "ORG" and " " in text}
    called = {text.split(" ", 1)[0] for text, kind in winners.items() if kind == "PERSON" and " " in text} - firsts
    tails = {text.split(" ", 1)[1] for text, kind in winners.items() if kind == "PERSON" and text.count(" ") > 1}
    for text, group in groups.items():
        if text in tails and " " in text:
            totals[text]["PERSON"] += 2.5  # "Le Pen" of Marine Le Pen
        if " " not in text:
            if any(ch.isdigit() for ch in text):
                totals[text]["PERSON"] -= 3
                totals[text]["ORG"] += 1
            if text in surnames:
                totals[text]["PERSON"] += 2.5 if text in sure or len(group) < _MANY else 1
            elif text in firsts and text not in words("given_names"):
                totals[text]["ORG"] += 2
            elif text in called:
                totals[text]["PERSON"] += 1  # "Tedros" of Tedros Adhanom Ghebreyesus


__all__ = ["Name", "Place", "find_names"]
