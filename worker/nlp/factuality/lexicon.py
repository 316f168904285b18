"""What cues and embedding predicates do to a statement; the words themselves stand in two lexicons.

`factuality.txt` holds predicates that take a clause or an event ("deny", "plan to", "the claim that"), `hedges.txt` the words
beside a predicate ("allegedly", "might", "if").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from worker.nlp.lexicons import entries

Status = Literal["asserted", "reported", "alleged", "conditional", "planned", "denied", "unconfirmed"]

#: Steps of certainty: unknown, possible, probable, certain.
UNKNOWN, POSSIBLE, PROBABLE, CERTAIN = range(4)

#: Of two statuses on one statement the stronger word prints: a denied plan is denied.
RANK: dict[Status, int] = {
    "asserted": 0, "reported": 1, "planned": 2, "alleged": 3, "conditional": 4, "unconfirmed": 5, "denied": 6,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of a statement below a predicate; `relative` keeps (or, with polarity -1, turns) what holds of the predicate."""

    relative: bool
    polarity: int
    strength: int
    status: Status


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of embedding predicate: its effect when affirmed, when negated, and whether its subject vouches for the statement."""

    name: str
    affirmed: Effect
    negated: Effect
    #: The predicate's subject becomes the statement's holder.
    source: bool = False
    #: Also works on event nouns that are its object ("deny the attack"), not only on clauses.
    nominal: bool = False


def _same(status: Status = "asserted") -> Effect:
    return Effect(relative=True, polarity=1, strength=CERTAIN, status=status)


def _fixed(polarity: int, strength: int, status: Status = "asserted") -> Effect:
    return Effect(relative=False, polarity=polarity, strength=strength, status=status)


_TURNED = Effect(relative=True, polarity=-1, strength=CERTAIN, status="asserted")

KINDS: dict[str, Kind] = {kind.name: kind for kind in (
    Kind("say", _same("reported"), _fixed(0, UNKNOWN, "unconfirmed"), source=True),
    Kind("reveal", _fixed(1, CERTAIN, "reported"), _fixed(1, CERTAIN, "reported"), source=True),
    Kind("feel", _fixed(1, CERTAIN), _fixed(1, CERTAIN)),
    Kind("confirm", _fixed(1, CERTAIN, "reported"), _fixed(0, UNKNOWN, "unconfirmed"), source=True, nominal=True),
    Kind("allege", _fixed(1, CERTAIN, "alleged"), _fixed(0, UNKNOWN, "unconfirmed"), source=True, nominal=True),
    Kind("think", _fixed(1, PROBABLE, "reported"), _fixed(-1, PROBABLE, "reported"), source=True),
    Kind("seem", _fixed(1, PROBABLE), _fixed(-1, PROBABLE)),
    Kind("fear", _fixed(1, POSSIBLE), _fixed(-1, PROBABLE), nominal=True),
    Kind("dread", _fixed(1, POSSIBLE, "reported"), _fixed(-1, PROBABLE, "reported"), source=True),
    Kind("doubt", _fixed(0, UNKNOWN, "unconfirmed"), _fixed(1, PROBABLE, "reported"), source=True),
    Kind("unlikely", _fixed(-1, PROBABLE), _fixed(1, POSSIBLE)),
    Kind("deny", _fixed(-1, CERTAIN, "denied"), _fixed(0, UNKNOWN, "unconfirmed"), source=True, nominal=True),
    Kind("ask", _fixed(0, UNKNOWN, "unconfirmed"), _fixed(0, UNKNOWN, "unconfirmed")),
    Kind("plan", _fixed(1, POSSIBLE, "planned"), _fixed(-1, POSSIBLE, "planned"), nominal=True),
    Kind("want", _fixed(0, UNKNOWN, "planned"), _fixed(-1, POSSIBLE, "planned"), nominal=True),
    Kind("seek", _fixed(1, POSSIBLE, "planned"), _fixed(-1, POSSIBLE, "planned"), nominal=True),
    Kind("purpose", _fixed(1, POSSIBLE, "planned"), _fixed(1, POSSIBLE, "planned")),
    Kind("manage", _same(), _same(), nominal=True),
    Kind("allow", _fixed(1, POSSIBLE), _fixed(-1, PROBABLE), nominal=True),
    Kind("fail", _TURNED, _TURNED, nominal=True),
)}

#: What a word beside the predicate does: polarity (None: as it is), at most so certain, status.
HEDGES: dict[str, tuple[int | None, int, Status]] = {
    "reported": (None, PROBABLE, "reported"), "alleged": (None, POSSIBLE, "alleged"), "probable": (None, PROBABLE, "asserted"),
    "possible": (None, POSSIBLE, "asserted"), "negative": (-1, CERTAIN, "asserted"), "planned": (None, PROBABLE, "planned"),
    "would": (None, POSSIBLE, "conditional"), "wanted": (None, POSSIBLE, "planned"), "condition": (None, UNKNOWN, "conditional"),
    "open": (None, UNKNOWN, "unconfirmed"),
}


@cache
def predicates() -> dict[tuple[str, str], Kind]:
    """Give the kind of each embedding predicate by part of speech (v, a, n) and lemma with particle or complement."""
    found: dict[tuple[str, str], Kind] = {}
    for kind, pos, lemmas in entries("factuality"):
        for lemma in lemmas.split():
            found.setdefault((pos, lemma), KINDS[kind])
    return found


@cache
def embedding(letter: str) -> dict[str, Kind]:
    """Give the embedding predicates of one part of speech."""
    return {lemma: kind for (pos, lemma), kind in predicates().items() if pos == letter}


@cache
def stems(letter: str) -> frozenset[str]:
    """Give the lemmas that an embedding predicate of the part of speech begins with."""
    return frozenset("_".join(parts[:size]) for lemma in embedding(letter) if (parts := lemma.split("_"))
                     for size in range(1, len(parts) + 1))


@cache
def hedges(part: str) -> dict[str, str]:
    """Give the effect of each word beside a predicate that has the part: r, j, x or m."""
    return {word: effect for effect, its, words in entries("hedges") if its == part for word in words.split()}
