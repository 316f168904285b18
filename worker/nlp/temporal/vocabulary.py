"""What single words and fixed phrases mean on the tape, read from the lexicons once for each process."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from worker.nlp.lexicons import entries
from worker.nlp.temporal.alphabet import LETTERS, OTHER


@dataclass(frozen=True, slots=True)
class Sense:
    """What one word (or phrase) is on the tape: the letter of its class and what it brings, as the lexicon's words."""

    letter: str
    gift: tuple[str, ...] = ()
    #: The value of a number word or of digits.
    number: float = 0


#: A word that no rule asks for.
NOTHING = Sense(OTHER)

#: The words before and after a phrase's anchor, and what it is.
Phrase = tuple[list[str], list[str], Sense]
#: Words too common to look a phrase up by.
_COMMON = frozenset({"a", "an", "the", "at", "in", "of", "as", "no", "to", "more", "not", "this", "just", "last", "up"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Look-ups by lower-cased word."""

    words: dict[str, Sense]
    letters: dict[str, str]
    #: Anchor, a phrase's first word that is not common -> the phrases around it, longest first.
    phrases: dict[str, list[Phrase]]


@cache
def vocabulary() -> Vocabulary:
    """Read the lexicons.

    Raises:
        ValueError: an entry names a class that does not exist.
    """
    words: dict[str, Sense] = {}
    phrases: dict[str, list[Phrase]] = {}
    for text, sense in _senses():
        for spelling in {text, text.replace("'", "’")}:
            parts = _parts(spelling)
            if len(parts) == 1:
                words[parts[0]] = sense
            else:
                at = next((i for i, part in enumerate(parts) if part not in _COMMON), 0)
                phrases.setdefault(parts[at], []).append((parts[:at], parts[at + 1:], sense))
    for around in phrases.values():
        around.sort(key=lambda phrase: -len(phrase[0]) - len(phrase[1]))
    return Vocabulary(words, {key: sense.letter for key, sense in words.items()}, phrases)


def word(text: str) -> Sense:
    """Give the sense of one lower-cased word."""
    return vocabulary().words.get(text, NOTHING)


@cache
def listed(name: str) -> frozenset[str]:
    """Give one list of the words that decide doubtful cases."""
    return frozenset(text for text, kind in entries("time_guards") if kind == name)


@cache
def feasts() -> dict[str, tuple[int, str | None, tuple[dt.date, ...]]]:
    """Give the feasts of moon calendars: how many days they last, TIMEX3's modifier, their first days in order."""
    days: dict[str, list[dt.date]] = {}
    known: dict[str, tuple[int, str | None]] = {}
    for names, length, mod, first in entries("feasts"):
        for name in (part.strip() for part in names.split(";")):
            days.setdefault(name, []).extend(dt.date.fromisoformat(day) for day in first.split())
            known[name] = int(length), mod or None
    return {name: (*known[name], tuple(sorted(days[name]))) for name in known}


def _senses() -> list[tuple[str, Sense]]:
    senses = [(text, _sense(kind, number)) for text, number, kind in entries("months")]
    senses += [(text, _sense(kind, number)) for text, number, kind in entries("weekdays")]
    senses += [(text, _sense(kind, code)) for text, code, kind in entries("seasons")]
    senses += [(text, _sense(kind, letter, grain, *(many or ("1",)))) for text, letter, grain, kind, *many in entries("time_units")]
    senses += [(text, _sense("ZONE", offset)) for text, offset in entries("time_zones")]
    senses += [(text, _sense("HOLIDAY", when)) for text, when in entries("holidays")]
    senses += [(name, _sense("HOLIDAY", "feast", name)) for name in feasts()]
    senses += [(text, _sense(kind, value)) for text, value, kind in entries("time_numbers")]
    senses += [(text, _sense(kind, *gift)) for text, kind, *gift in entries("time_cues")]
    return senses


def _sense(kind: str, *gift: str) -> Sense:
    if kind not in LETTERS:
        raise ValueError(f"lexicon of time words: there is no class {kind!r}; alphabet.py lists them")
    number = gift[0] if kind in ("NUMBER_WORD", "SPOKEN_CENTURY", "ORDINAL_WORD", "HALF") and gift else "0"
    return Sense(LETTERS[kind], gift, 2 if kind == "SECOND" else float(number))


def _parts(text: str) -> list[str]:
    """Split a phrase as the tokenizer does: `'s`, `'` and `-` stand alone."""
    for mark in ("'s", "’s"):
        text = text.replace(mark, f" {mark}")
    for mark in ("s'", "s’"):
        text = text.replace(f"{mark} ", f"s {mark[1]} ")
    return text.replace("-", " - ").split()
