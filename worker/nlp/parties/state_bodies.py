"""Ministries and other bodies that every state has: which state's one is meant, whether the name, an adjective or a genitive tells.

"The Japanese Foreign Ministry", "the Ministry of Foreign Affairs of Japan" and "Japan's Foreign Ministry" are one; "the Foreign Ministry"
alone is the one that the article ties to a state, where there is no other.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from worker.nlp.gazetteer import gazetteer
from worker.nlp.lexicons import entries

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.gazetteer import Place
    from worker.nlp.parties.name import Name

_OF = frozenset({"of", "for"})
_IN = frozenset({"of", "in"})
_POSSESSIVES = frozenset({"'s", "’s", "'", "’"})
#: The longest name of a state in words, and of a body's last words.
_LONGEST_STATE, _LONGEST_KIND = 4, 2


class Body(NamedTuple):
    """What tells one body from another; the state is an alpha-3 code or a region's name, "" where nothing tells it."""

    state: str
    kind: str
    field: str


def state_bodies(columns: Columns, names: list[Name]) -> dict[int, Body]:
    """Give the bodies of states among the names, by the first token of each; one that the gazetteer gave to another state is taken back."""
    begins = {name.first: name for name in names if name.places}
    ends = {name.last: name for name in names if name.places}
    found: dict[int, Body] = {}
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in names:
        if name.type != "ORG" or (body := _inside(columns, name)) is None:
            continue
        body = body._replace(state=body.state or _beside(columns, name, begins, ends))
        if name.places:
            owners = {owner for place in name.places for owner in (place.state, place.plover) if owner}
            if not body.state or body.state in owners or (not owners and says_state(columns, name)):
                continue
            name.places = ()  # "Japan's Supreme Court" is not the one that the bare name means
        found[name.first] = body
        if body.state:
            known[body.kind, body.field].add(body.state)
    for first, body in found.items():
        states = known[body.kind, body.field]
        if not body.state and len(states) == 1:
            found[first] = body._replace(state=next(iter(states)))
    return found


def says_state(columns: Columns, name: Name) -> bool:
    """Tell whether a body's name holds its state."""
    body = _inside(columns, name)
    return body is not None and body.state != ""


def state_name(state: str) -> str:
    """Give the name of a body's state."""
    known = gazetteer().states.get(state)
    return known.name if known else state


def _inside(columns: Columns, name: Name) -> Body | None:
    """Read the name's own words: state, field and kind in either order."""
    words = columns.words[name.first:name.last]
    state, rest = _leading(words)
    if not state:
        state, rest = _trailing(words)
    if (kind := _kind_at_end(rest)) is not None:
        field = rest[:len(rest) - len(kind.split(" "))]
    else:
        kind = next((known for length in (2, 1) if (known := " ".join(rest[:length])) in _kinds()), None)
        field = rest[len(kind.split(" ")):] if kind else []
        if kind is None or not field or field[0] not in _OF:
            return None
    if _kinds()[kind] == "ministry":
        read = " ".join(sorted(known for word in field if (known := _fields().get(word.lower(), word.lower())) != "-"))
        return Body(state, "ministry", read) if read else None
    return None if field else Body(state, kind, "")


def _leading(words: list[str]) -> tuple[str, list[str]]:
    for length in range(min(_LONGEST_STATE, len(words) - 1), 0, -1):
        if state := _state(" ".join(words[:length])):
            rest = words[length:]
            return state, rest[1:] if rest[0] in _POSSESSIVES else rest
    return "", words


def _trailing(words: list[str]) -> tuple[str, list[str]]:
    """Take "of Japan" off the end."""
    for at in range(max(1, len(words) - _LONGEST_STATE - 1), len(words) - 1):
        if words[at] in _IN and (state := _state(" ".join(words[at + 1:]).removeprefix("the "))):
            return state, words[:at]
    return "", words


def _kind_at_end(words: list[str]) -> str | None:
    return next((kind for length in range(_LONGEST_KIND, 0, -1) if (kind := " ".join(words[-length:])) in _kinds()), None)


def _beside(columns: Columns, name: Name, begins: dict[int, Name], ends: dict[int, Name]) -> str:
    """Read the state before the name ("Japan's", "Japanese") or behind it ("of Japan", "in Tokyo")."""
    before = ends.get(name.first) or (ends.get(name.first - 1) if columns.words[name.first - 1] in _POSSESSIVES else None)
    if before is not None and columns.sents[before.first] == columns.sents[name.first]:
        return _code(before.places)
    link = name.last
    if link + 1 < columns.size and columns.words[link] in _IN:
        behind = begins.get(link + 1) or (begins.get(link + 2) if columns.words[link + 1] == "the" else None)
        if behind is not None:
            seat = gazetteer().capitals.get(behind.text(columns)) if columns.words[link] == "in" else None
            return seat.state or "" if seat else _code(behind.places) or behind.text(columns)
    return ""


def _state(text: str) -> str:
    found = gazetteer().look_up(text.replace("’", "'"))
    return _code(found[2]) if found and found[1] in ("name", "demonym") else ""


def _code(places: tuple[Place, ...]) -> str:
    if len(places) != 1 or places[0].kind not in ("state", "region"):
        return ""
    return places[0].state or "" if places[0].kind == "state" else places[0].name


@cache
def _kinds() -> dict[str, str]:
    return {entry[0]: entry[1] for entry in entries("state_bodies")}


@cache
def _fields() -> dict[str, str]:
    return {entry[0]: entry[1] for entry in entries("ministry_fields")}
