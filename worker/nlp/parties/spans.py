"""Where a name begins and ends: the model's spans without articles, titles, possessives and stray words, and with what they miss."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries, words
from worker.nlp.parties.entity import TYPES
from worker.nlp.parties.name import Name

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

_BEGINS, _INSIDE = 3, 1
#: Types of pipelines that were trained on other corpora (French, German): the same things by other names.
_SAME = {"PER": "PERSON"}
_MARKS = frozenset("'\"“”‘’«»()[]{}.,;:|/-–—*#•")
_SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"})


def model_names(columns: Columns) -> Iterator[Name]:
    """Give the model's names with mended borders, in order of appearance."""
    ents, iob, size = columns.ents, columns.ent_iob, columns.size
    for token, state in enumerate(iob):
        if state != _BEGINS:
            continue
        kind = _SAME.get(ents[token], ents[token])
        if kind not in TYPES:
            continue
        last = token + 1
        while last < size and iob[last] == _INSIDE:
            last += 1
        for first, end in _pieces(columns, token, last):
            mended = _mend(columns, first, end, kind)
            if mended:
                yield mended


def _pieces(columns: Columns, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut at line ends, and where a name in small letters runs into a line in capitals ("Jane Roe NEW YORK")."""
    start, words_ = first, columns.words
    if last - first == 1 and "\n" not in words_[first]:
        yield first, last
        return
    for token in range(first, last):
        word = words_[token]
        if "\n" in word:
            if start < token:
                yield start, token
            start = token + 1
        elif token > start and len(word) > 3 and word.isupper() and _title_case(words_[start:token]):  # noqa: PLR2004 - no acronym
            yield start, token
            start = token
    if start < last:
        yield start, last


def _title_case(parts: list[str]) -> bool:
    return all(part[:1].isupper() and not part.isupper() for part in parts)


def _mend(columns: Columns, first: int, last: int, kind: str) -> Name | None:
    words_, tags = columns.words, columns.tags
    while first < last and (words_[first] in ("the", "The", "THE", "a", "an", "A", "An") or words_[first] in _MARKS
                            or words_[first].isspace()):
        first += 1
    while last > first and (tags[last - 1] == "POS" or words_[last - 1] in ("'s", "’s") or words_[last - 1] in _MARKS
                            or words_[last - 1].isspace()):
        last -= 1
    if first == last:
        return None
    for word in words_[first:last]:
        if (":" in word and word[0].isdigit()) or "[" in word or "]" in word:  # a time of day, "[W]e"
            return None
    opening = words_[first]
    if not (opening[0].isupper() or any(ch.isupper() for word in words_[first:last] for ch in word)) or opening[0] in "@#" \
            or "http" in opening or "www." in opening:
        return None
    title = first
    if kind == "PERSON":
        while first < last - 1 and words_[first] in ("nee", "née", "né"):
            first += 1
            title = first
        first = after_title(columns, first, last)
        last = _person_end(columns, first, last)
        if first == last:
            return None
        first = _person_start(columns, first)
        last = _person_extended(columns, first, last)
    return Name(first, last, kind, "model", title)


def after_title(columns: Columns, first: int, last: int) -> int:
    """Step over titles at the start of a stretch ("Dame", "Lt. Gen."), but never over the whole of it."""
    known = titles()
    parts = columns.words
    while first < last - 1:
        for length in (3, 2, 1):
            if first + length < last and " ".join(parts[first:first + length]) in known:
                first += length
                break
        else:
            break
    return first


@cache
def titles() -> dict[str, tuple[str, str]]:
    """Give the titles with their gender ("m", "f" or "") and kind."""
    return {title: (gender, kind) for title, gender, kind in entries("titles")}


def _person_end(columns: Columns, first: int, last: int) -> int:
    for token in range(first + 1, last):
        word = columns.words[token]
        if (word in words("name_stops") or word[0].isdigit() or word in ("|", "/", ":", ";", "—", "–", "v.", "vs.", "&")):
            return token
    return last


def _person_start(columns: Columns, first: int) -> int:
    """Take in a first name that the model left out: "Lefteris" before "Karagiannipoulos"."""
    while first > 0:
        token = first - 1
        word = columns.words[token]
        if columns.tags[token] != "NNP" or columns.ents[token] or not word[0].isupper() or word.isupper() or word in titles() \
                or word not in _given() or columns.starts[first] != columns.ends[token] + 1 or columns.heads[token] < first:
            break
        first = token
    return first


def _person_extended(columns: Columns, first: int, last: int) -> int:
    """Take in what follows a person's name: "Jr.", "III", "bin Salman", "de la Cruz"."""
    size, parts = columns.size, columns.words
    if last - first > 1 and last < size and _goes_on(columns, last):
        last += 1
    token = last
    while token < size and parts[token] in words("particles") and not columns.ents[token]:
        token += 1
    if token > last and token < size and columns.pos[token] == "PROPN" and parts[token][0].isupper() \
            and columns.ents[token] in ("", "PERSON"):
        last = token + 1
    if last < size and parts[last] in _SUFFIXES:
        last += 1
    elif last + 1 < size and parts[last] == "," and parts[last + 1] in ("Jr.", "Jr", "Sr.", "Sr"):
        last += 2
    return last


def _goes_on(columns: Columns, last: int) -> bool:
    """Whether the next word is the person's last name, which the model left out: "Aung San Suu" before "Kyi"."""
    word = columns.words[last]
    return (columns.tags[last] == "NNP" and not columns.ents[last] and word[0].isupper() and not word.isupper() and word.isalpha()
            and columns.heads[last - 1] == last and columns.deps[last - 1] == "compound" and columns.deps[last] not in ("compound", "appos")
            and columns.starts[last] == columns.ends[last - 1] + 1
            and word not in words("name_stops") and word not in titles() and word not in _endings() and word not in _SUFFIXES)


@cache
def _endings() -> frozenset[str]:
    return frozenset(word for word, *_ in entries("name_endings"))


@cache
def _given() -> frozenset[str]:
    return words("given_names")
