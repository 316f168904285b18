"""The words that attribute, from `lexicons/cues.txt`: their classes and the frames that may hold their content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from worker.nlp.lexicons import entries

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


def cue_word(pos: str, lemma: str, word: str) -> CueWord | None:
    """Give the entry of a token by its part of speech and lemma; a verb that the tagger took for a name ("Trump Vows") is one too."""
    known = cue_words()
    kind = _KINDS.get(pos)
    if kind is None:
        return None
    lower = lemma.lower()
    lower = _LEMMAS.get(lower, lower)
    return known.get((kind, lower)) or (known.get((kind, word.lower())) if kind != "verb" else None)
