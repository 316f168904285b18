"""The shape of each lexicon, as the line of its file that begins with `#=` declares it; checks lines against it, knows no meanings.

A lexicon without such a line has one field. Fields are separated by ` | `; each is `name`, `name?` (may be empty or left out) or
`name = kind`. Kinds, with `words` or `list` before them where the field holds several, separated by blanks or by ";":

    known           one of the values that Wiredesk's own file has in this field
    countries:2     a value of field 2 of another lexicon; @event_objects:1: only what begins with @ must be one
    whole, number   digits
    m/f/~Q[0-9]+    one of these; after a ~ stands a regular expression
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Entry = tuple[str, ...]
#: Gives the entries of a lexicon that are in force.
Entries = Callable[[str], tuple[Entry, ...]]

_FOLDER = Path(__file__).parent
_MARK = "#="
_NUMBERS = {"whole": r"~-?\d+", "number": r"~-?\d+(\.\d+)?"}
_REFERENCE = re.compile(r"(?P<only>@?)(?P<lexicon>[a-z_]+):(?P<field>\d+)")
#: So many allowed values are named in full.
_FEW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a lexicon."""

    name: str
    optional: bool = False
    #: How several values stand in it, if several may.
    many: Literal["words", "list"] | None = None
    kind: str = ""

    def values(self, text: str) -> tuple[str, ...]:
        """Give what a field holds, one by one."""
        if self.many is None:
            return (text,) if text else ()
        parts = text.split() if self.many == "words" else text.split(";")
        return tuple(part.strip() for part in parts if part.strip())

    def joined(self, values: tuple[str, ...]) -> str:
        """Write several values as they stand in a field."""
        return " ".join(values) if self.many == "words" else "; ".join(values)

    @property
    def reference(self) -> tuple[str, int] | None:
        """Lexicon and number (from 0) of the field that its values must be in."""
        found = _REFERENCE.fullmatch(self.kind)
        return (found["lexicon"], int(found["field"]) - 1) if found else None


@dataclass(frozen=True, slots=True)
class Shape:
    """What the lines of a lexicon look like; `first`: of several lines that fit, the first decides."""

    fields: tuple[Field, ...]
    first: bool = False

    def __str__(self) -> str:
        return " | ".join(field.name for field in self.fields)

    def wrong(self, name: str, entry: Entry, known: Entries) -> str | None:
        """Say what is wrong with an entry of the lexicon `name`, if anything is; `known` gives other lexicons' entries."""
        if len(entry) > len(self.fields):
            return f"{len(entry)} fields are {len(entry) - len(self.fields)} too many: {self}"
        for number, field in enumerate(self.fields):
            text = entry[number] if number < len(entry) else ""
            if not text and not field.optional:
                return f"{field.name} is missing: {self}"
            for value in field.values(text):
                if (reason := _unfit(name, number, field, value, known)) is not None:
                    return f"{field.name} {value!r} {reason}"
        return None


def names() -> tuple[str, ...]:
    """Give the names of all lexicons."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.txt")))


def built_in(name: str) -> tuple[Entry, ...]:
    """Give the entries of Wiredesk's own file.

    Raises:
        FileNotFoundError: there is no such lexicon.
    """
    return tuple(entry for _, entry in parse((_FOLDER / f"{name}.txt").read_text(encoding="utf-8")))


def parse(text: str) -> Iterator[tuple[int, Entry]]:
    """Give the entries of a lexicon's text, each with its line's number."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, tuple(field.strip() for field in line.split("|"))


@cache
def shape(name: str) -> Shape:
    """Give the shape that a lexicon's file declares."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    declared = next((line.removeprefix(_MARK).strip() for line in text.splitlines() if line.startswith(_MARK)), "word")
    rest = declared.removeprefix("first:")
    return Shape(tuple(_field(part) for part in rest.split(" | ")), first=rest != declared)


def _field(text: str) -> Field:
    name, _, kind = (part.strip() for part in text.partition(" = "))
    many: Literal["words", "list"] | None = None
    if kind.split(" ")[0] == "words":
        many = "words"
    elif kind.split(" ")[0] == "list":
        many = "list"
    kind = kind.removeprefix(many or "").strip()
    return Field(name=name.removesuffix("?"), optional=name.endswith("?"), many=many, kind=_NUMBERS.get(kind, kind))


def _unfit(name: str, number: int, field: Field, value: str, known: Entries) -> str | None:
    """Say why a value does not fit into its field."""
    if not field.kind:
        return None
    if (found := _REFERENCE.fullmatch(field.kind)) is not None:
        wanted = value.lstrip("!")
        if found["only"] and not wanted.startswith("@"):
            return None
        lexicon, at = found["lexicon"], int(found["field"]) - 1
        if wanted.removeprefix("@") in _column(lexicon, at, known):
            return None
        return f"is no {shape(lexicon).fields[at].name} of {lexicon}.txt"
    if field.kind == "known":
        allowed = _column(name, number, built_in, field)
        return None if value in allowed else _not_among(sorted(allowed))
    choices = field.kind.split("/")
    if any(re.fullmatch(choice[1:], value) if choice.startswith("~") else value == choice for choice in choices):
        return None
    return "is no number" if field.kind in _NUMBERS.values() else _not_among([choice.removeprefix("~") for choice in choices])


def _not_among(allowed: list[str]) -> str:
    return f"is none of {', '.join(allowed)}" if len(allowed) <= _FEW else "is none of those in Wiredesk's own file"


def _column(name: str, number: int, known: Entries, field: Field | None = None) -> frozenset[str]:
    holds = field or shape(name).fields[number]
    return frozenset(value for entry in known(name) if number < len(entry) for value in holds.values(entry[number]))
