"""Names: where they stand and of which type they are, from the model, mended by the gazetteer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.gazetteer import Place, fold, gazetteer
from worker.nlp.parties.entity import TYPES, Form, Sense
from worker.nlp.parties.places import Match, matches, sense_of

if TYPE_CHECKING:
    from worker.nlp.columns import Columns


@dataclass(slots=True, kw_only=True)
class Name:
    """A name in the making; `first` and `last` are tokens (last exclusive)."""

    first: int
    last: int
    type: str
    why: str
    form: Form = "name"
    sense: Sense | None = None
    #: What the gazetteer says that it could stand for; empty if it knows nothing.
    places: tuple[Place, ...] = ()


def find_names(columns: Columns) -> list[Name]:
    """Give the names of an article in order of appearance, none overlapping."""
    names = _model_names(columns)
    taken = {token: name for name in names for token in range(name.first, name.last)}
    for match in matches(columns):
        _apply(columns, match, names, taken)
    names.sort(key=lambda name: name.first)
    return names


def _model_names(columns: Columns) -> list[Name]:
    names = []
    for token, state in enumerate(columns.ent_iob):
        if state == 3 and columns.ents[token] in TYPES:  # noqa: PLR2004 - spaCy's number for "begins here"
            last = token + 1
            while last < columns.size and columns.ent_iob[last] == 1:
                last += 1
            first, last = _trim(columns, token, last)
            if first < last:
                names.append(Name(first=first, last=last, type=columns.ents[token], why="model"))
    return names


def _trim(columns: Columns, first: int, last: int) -> tuple[int, int]:
    """Leave out a leading article and a trailing possessive: "the Kremlin's" is "Kremlin"."""
    while first < last and (columns.words[first] in ("the", "The", "a", "an") or not columns.words[first].strip()):
        first += 1
    while last > first and (columns.tags[last - 1] == "POS" or columns.words[last - 1].strip() in ("'s", "’s", "")):
        last -= 1
    return first, last


def _apply(columns: Columns, match: Match, names: list[Name], taken: dict[int, Name]) -> None:
    """Let a match of the gazetteer mend the model's name at the same place, or add a name that the model missed."""
    over = taken.get(match.first)
    if over is None:
        if any(token in taken for token in range(match.first, match.last)) or "PROPN" not in columns.pos[match.first:match.last]:
            return
        name = Name(first=match.first, last=match.last, type=match.places[0].type, why="gazetteer")
        names.append(name)
        taken.update(dict.fromkeys(range(match.first, match.last), name))
    elif over.last == match.last and (over.first == match.first or columns.words[match.first - 1] == ","):
        if over.type == "PERSON" and match.kind != "state":
            return
        name = over
        name.first, name.why = match.first, "gazetteer" if over.type != match.places[0].type else "model"
    else:
        return
    name.places, name.form = match.places, match.form
    name.type = match.places[0].type if match.form != "demonym" else "NORP"
    name.sense = sense_of(columns, match)
    if match.form == "name" and match.kind == "city":
        state = gazetteer().capitals.get(fold(match.text))
        if state is not None and name.sense == "government":
            name.places, name.form = (state,), "metonym"
