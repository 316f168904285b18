"""The words that attribute, from `lexicons/cues.txt`: their classes and the frames that may hold their content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: spaCy's lemmatizer reads "hoped" and "hopes" as forms of "hop", and knows no "tweet".
_LEMMAS = {"hop": "hope", "retweete": "retweet", "tweete": "tweet", "wrote": "write"}
_KINDS = {"VERB": "verb", "AUX": "verb", "NOUN": "noun", "PROPN": "noun", "ADJ": "adj", "ADV": "adv"}


@dataclass(frozen=True, slots=True)
class CueWord:
    """One lemma's entry for one part of speech: all its classes and frames."""

    lemma: str
    kind: str
    classes: tuple[str, ...]
    frames: frozenset[str]


#: "According to": no verb, but it introduces words as one does.
ACCORDING = CueWord("according", "other", ("according",), frozenset({"quote"}))


@cache
def source_kinds() -> dict[str, str]:
    """Give what kind of source a noun's lemma is: person, group or document."""
    return {lemma: kind for kind, lemmas in entries("sources") for lemma in lemmas.split()}


@cache
def cue_words() -> dict[tuple[str, str], CueWord]:
    """Give every cue word by part of speech (verb, noun, adj, adv, other) and lemma."""
    classes: dict[tuple[str, str], list[str]] = {}
    frames: dict[tuple[str, str], set[str]] = {}
    for name, kind, held, lemmas in entries("cues"):
        for lemma in lemmas.split():
            known = classes.setdefault((kind, lemma), [])
            if name not in known:
                known.append(name)
            frames.setdefault((kind, lemma), set()).update(held.split())
    return {key: CueWord(key[1], key[0], tuple(known), frozenset(frames[key])) for key, known in classes.items()}


@cache
def _by_pos() -> dict[str, tuple[str, dict[str, CueWord]]]:
    tables: dict[str, dict[str, CueWord]] = {kind: {} for kind in _KINDS.values()}
    for (kind, lemma), word in cue_words().items():
        tables.setdefault(kind, {})[lemma] = word
    return {pos: (kind, tables[kind]) for pos, kind in _KINDS.items()}


def cue_word(pos: str, lemma: str, word: str) -> CueWord | None:
    """Give the entry of a token by its part of speech and lemma, or of its form where the lemma is odd ("worries")."""
    kind, table = _by_pos().get(pos, ("", {}))
    if (found := table.get(lemma)) is not None or not kind:
        return found
    lower = lemma.lower()
    return table.get(_LEMMAS.get(lower, lower)) or (table.get(word.lower()) if kind != "verb" else None)


def all_cue_words(columns: Columns) -> list[CueWord | None]:
    """Give the entry of every token of an article."""
    tables = _by_pos()
    found: list[CueWord | None] = []
    for pos, lemma, word in zip(columns.pos, columns.lemmas, columns.words, strict=True):
        known = tables.get(pos)
        entry = None if known is None else known[1].get(lemma)
        if known is not None and entry is None and (lemma != word or lemma in _LEMMAS):
            entry = cue_word(pos, lemma, word)
        found.append(entry)
    return found
