"""Fit words to the lexicon's frames: a verb or adjective with its particle and object, or an event noun."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.actors import conjuncts
from worker.nlp.eventing.frames import CLAUSE, INFINITIVE, NONE, PARTY, SUBJUNCTIVE, UNTYPED, Frame, classes, frames_of
from worker.nlp.parties.evidence import person_nouns

if TYPE_CHECKING:
    from worker.nlp.actors import Actor
    from worker.nlp.eventing.arguments import Arguments

#: Who can answer a threat.
_POWERS = frozenset({"GOV", "MIL", "LEG", "REB", "OPP", "SPY", "PTY", "CRM"})
_PARTICLES = ("prt", "prep", "advmod", "dative", "acomp", "oprd", "agent")


class Matcher:
    """Finds the frame of one doc's words."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._columns = arguments.columns
        self._verbs = _verbs()

    def known(self, token: int) -> str | None:
        """Give the verb's lemma if it is in the lexicon at all; "as opposed to", "as promised" report nothing."""
        columns = self._columns
        lemma = columns.low_lemmas[token]
        if token > 1 and columns.words[token - 1] == "-" and (whole := f"{columns.lowers[token - 2]}-{lemma}") in self._verbs:
            lemma = whole  # "test-fire", which the tokenizer takes apart
        if lemma not in self._verbs or (columns.tags[token] == "VBN" and token and columns.lowers[token - 1] == "as"):
            return None
        return lemma

    def verb(self, token: int, actors: list[Actor] | None = None) -> tuple[Frame, int | None] | None:
        """Give the frame of a verb and its object's token; a longer entry ("break off") goes before a shorter one ("break").

        With actors, only frames that they can act in are fitting.
        """
        lemma = self.known(token)
        if lemma is None:
            return None
        columns, known = self._columns, frames_of("v")
        noun = self._arguments.object(token)
        if lemma in _openings():
            for key, thing in self._longer(token, lemma, noun):
                found = self._fitting(known[key], thing, token, actors)
                if found is not None:
                    return (found, thing if noun is None else noun) if found.type != UNTYPED else None
        plain = known.get(lemma)
        if plain is None or "prt" in [columns.deps[child] for child in columns.children[token]]:
            return None  # "let down" does not let
        found = self._fitting(plain, noun, token, actors)
        return (found, noun) if found is not None and found.type != UNTYPED else None

    def _longer(self, token: int, lemma: str, noun: int | None) -> Iterator[tuple[str, int | None]]:
        """The verb with each particle or preposition that follows, and the objects that each reading could have."""
        columns, known, named = self._columns, frames_of("v"), lemma == "call"
        for child in columns.children[token]:
            if columns.deps[child] not in _PARTICLES or (columns.deps[child] == "prep" and (child < token or (named and noun is not None))):
                continue  # "on the way she called"; "called him a fraud for hiding it"
            key = f"{lemma}_{columns.lowers[child]}"
            for deeper in columns.children[child]:
                if columns.deps[deeper] in ("prep", "pcomp"):  # "pulled out of the talks"
                    longer = f"{key}_{columns.lowers[deeper]}"
                    if longer in known:
                        yield longer, self._after(deeper)
            if key in known:
                after = self._after(child) if columns.pos[child] == "ADP" else None
                if noun is not None or after is None:
                    yield key, noun
                if after is not None:
                    yield key, after

    def _after(self, preposition: int) -> int | None:
        columns = self._columns
        return next((inner for inner in columns.children[preposition] if columns.deps[inner] == "pobj"), None)

    def word(self, token: int, pos: str) -> Frame | None:
        """Give the frame of an event noun ("n") or of an adjective ("a")."""
        found = frames_of(pos).get(self._columns.low_lemmas[token])
        return found[0] if found else None

    def object_lemmas(self, noun: int | None) -> set[str]:
        """Give the lemmas that an object brings: its own, its conjuncts', and what a measure measures ("tons of food")."""
        if noun is None:
            return set()
        columns, measures = self._columns, classes()["measure"]
        found = set()
        for member in conjuncts(columns, noun):
            lemma = columns.low_lemmas[member]
            found.add(lemma)
            if lemma in measures or columns.pos[member] == "NUM":
                for child in columns.children[member]:
                    if columns.deps[child] == "prep" and columns.lowers[child] == "of":
                        found.update(name for inner in columns.children[child] for name in self.object_lemmas(inner))
            if columns.pos[member] == "NOUN":
                # "power lines", "aid program", "cease-fire agreement": the first noun tells as much as the second.
                found.update(columns.low_lemmas[child] for child in columns.children[member] if columns.deps[child] == "compound"
                             and columns.pos[child] == "NOUN")
        return found

    def suffers(self, frame: Frame, noun: int) -> bool:
        """Whether violence is done to what is no party: a house, a convoy, schoolgirls."""
        if frame.type not in ("ASSAULT", "COERCE"):
            return False
        return self._columns.low_lemmas[noun] in person_nouns() or (
            frame.type == "ASSAULT" and bool(self.object_lemmas(noun) & classes()["property"]))

    def _fitting(self, candidates: tuple[Frame, ...], noun: int | None, token: int,
                 actors: list[Actor] | None) -> Frame | None:
        lemmas = self.object_lemmas(noun)
        for frame in candidates:
            if self._fits(frame, noun, lemmas, token) and (actors is None or able(frame, actors)):
                return frame
        return None

    def _fits(self, frame: Frame, noun: int | None, lemmas: set[str], token: int) -> bool:
        if not lemmas.isdisjoint(frame.not_nouns) or (
                frame.not_conditions and any(self._is(noun, condition, token) for condition in frame.not_conditions)):
            return False
        return frame.free or not lemmas.isdisjoint(frame.nouns) or any(
            self._is(noun, condition, token) for condition in frame.conditions)

    def _is(self, noun: int | None, condition: str, token: int) -> bool:
        if condition == INFINITIVE:
            return self._asks(token)
        if condition == SUBJUNCTIVE:
            return self._wills(token)
        if condition in (NONE, CLAUSE) or noun is None:
            clause = any(self._columns.deps[child] in ("xcomp", "ccomp") for child in self._columns.children[token])
            return clause if condition == CLAUSE else condition == NONE and noun is None and not clause
        actors = self._arguments.actors.all_of(noun)
        if not actors:
            # "more than 100 of them", "ten people": a number stands for what it counts
            columns = self._columns
            if condition != "people":
                return False
            lemma = columns.low_lemmas[noun]
            return lemma in person_nouns() if columns.pos[noun] != "NUM" else lemma not in classes()["measure"]
        match condition:
            case "people":
                return any(actor.sector not in (None, "BUS") or not actor.code for actor in actors)
            case "state":
                return any(actor.code is not None and actor.sector in (None, "GOV") for actor in actors)
            case "power":
                return any(actor.sector in _POWERS or (actor.code is not None and actor.sector is None) for actor in actors)
            case _:
                return condition == PARTY

    def _wills(self, token: int) -> bool:
        """"insisted that he go", "that he should go"; "insisted that he had gone" wants nothing."""
        columns = self._columns
        for child in columns.children[token]:
            if columns.deps[child] not in ("ccomp", "xcomp"):
                continue
            below = columns.children[child]
            # "that the union agree": the tagger knows the form, but takes it for a present
            bare = columns.tags[child] == "VB" or (columns.tags[child] == "VBP" and any(
                columns.deps[noun] == "nsubj" and columns.tags[noun] in ("NN", "NNP") and not any(
                    columns.deps[other] == "conj" for other in columns.children[noun]) for noun in below))
            if columns.lemmas[child] == "be" and any(columns.lowers[aux] == "must" for aux in below):
                continue  # "insists that the party must be one of ideas"
            if bare and all(columns.lowers[aux] in ("should", "must", "be", "to") for aux in below if columns.deps[aux] == "aux"):
                return True
        return False

    def _asks(self, token: int) -> bool:
        """"asked Iraq to disarm" asks for a deed; "asked whether Iraq had disarmed" asks a question."""
        columns = self._columns
        return any(columns.deps[child] in ("xcomp", "ccomp") and any(
            columns.deps[mark] in ("aux", "mark") and columns.lowers[mark] in ("to", "that") for mark in columns.children[child])
            for child in columns.children[token])


@cache
def _verbs() -> frozenset[str]:
    return frozenset(lemma.split("_")[0] for lemma in frames_of("v"))


@cache
def _openings() -> frozenset[str]:
    """The verbs that have entries with a particle or preposition."""
    return frozenset(lemma.split("_")[0] for lemma in frames_of("v") if "_" in lemma)


def able(frame: Frame, actors: list[Actor]) -> bool:
    """Whether the actors are of the sectors that the frame asks for; flights and firms attack nobody."""
    if frame.by and not any(actor.sector in frame.by or (actor.sector is None and actor.type in ("GPE", "NORP") and "STATE" in frame.by)
                            or (actor.code == "IGO" and "STATE" in frame.by) for actor in actors):
        return False
    return not (frame.type == "ASSAULT" and actors and all(
        actor.sector in ("BUS", "JRN") or (actor.type == "ORG" and not actor.code and not actor.sector) for actor in actors))
