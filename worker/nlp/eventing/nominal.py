"""Events told by nouns: "Russia's attack on Ukraine", "the withdrawal of French troops", "riots broke out"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.eventing.frames import Frame, classes, frames_of

if TYPE_CHECKING:
    from worker.nlp.actors import Actor
    from worker.nlp.eventing.arguments import Arguments

_BEFORE = frozenset({"poss", "amod", "compound", "nmod"})
#: Where a noun tells an event with one party or none; in "an attack helicopter" it tells nothing.
_PLACES = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "ROOT", "conj", "attr", "appos"})
#: "during a visit to Tehran, Lavrov praised": who does the rest of the sentence.
_DURING = frozenset({"during", "on", "after", "before", "in", "ahead", "following"})


class Nominal:
    """The parties of one doc's event nouns."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._columns, self._actors = arguments.columns, arguments.actors

    def parties(self, token: int, frame: Frame) -> tuple[list[Actor], list[Actor]]:
        """Give actors and recipients: owners and "by" act, the frame's prepositions name the other side."""
        columns = self._columns
        actors: list[Actor] = []
        recipients: list[Actor] = []
        moved = columns.low_lemmas[token] in classes()["moved"]
        for child in columns.children[token]:
            dep, word = columns.deps[child], columns.lowers[child]
            if dep in _BEFORE:
                actors.extend(actor for actor in self._actors.all_of(child) if actor not in actors)
            elif dep == "acl" and columns.tags[child] == "VBN" and frame.type == "AGREE":  # "a pact signed by Ethiopia and Eritrea"
                by = self._arguments.subject(child)
                actors.extend(self._arguments.parties(by) if by is not None and by > child else [])
            elif dep in ("prep", "agent"):
                nouns = [noun for noun in columns.children[child] if columns.deps[noun] == "pobj"]
                found = [actor for noun in nouns for actor in self._arguments.parties(noun)]
                if word == "by" or (word == "between" and len(found) > 1) or (moved and word == "of"):
                    actors.extend(found)
                elif word in frame.recipients and not (word == "of" and frame.type == "CONSULT"):
                    recipients.extend(found)
        if not actors and frame.type == "CONSULT" and recipients:
            actors = self._guest(token)
        return actors, recipients

    def _guest(self, token: int) -> list[Actor]:
        columns, preposition = self._columns, self._columns.heads[token]
        if columns.deps[token] != "pobj" or columns.lowers[preposition] not in _DURING:
            return []
        verb = columns.heads[preposition]
        return self._arguments.doers(verb) if columns.pos[verb] == "VERB" else []

    def struck(self, actors: list[Actor], recipients: list[Actor]) -> list[Actor]:
        """Whom it is done to; "the attacks in Minnesota" have a place only."""
        columns = self._columns
        return recipients if actors else [actor for actor in recipients
                                          if actor.type != "GPE" or columns.lowers[columns.heads[actor.token]] != "in"]

    def attackers(self, token: int) -> list[Actor]:
        """"were killed in a raid by Colombian commandos": the noun beside a verb knows who did it."""
        columns, deeds = self._columns, classes()["deed"]
        for child in columns.children[token]:
            if columns.deps[child] == "prep" and columns.lowers[child] in ("in", "during"):
                for noun in columns.children[child]:
                    frame = frames_of("n").get(columns.low_lemmas[noun])
                    if frame and frame[0].type == "ASSAULT" and columns.low_lemmas[noun] in deeds:
                        return self.parties(noun, frame[0])[0]
        return []

    def tells(self, token: int, frame: Frame, actors: list[Actor], recipients: list[Actor], *, sure: bool) -> bool:
        """Whether there are parties enough: two, one of a deed ("the Saudi airstrikes"), none of an outbreak of unrest."""
        columns = self._columns
        if columns.low_lemmas[token] == "appeal" and not any(
                columns.deps[child] == "acl" or columns.lowers[child] in ("to", "for") for child in columns.children[token]):
            return False  # "the senator's appeal among the young": it draws, and asks for nothing
        if actors and (recipients or actors[1:]):
            return True
        if columns.deps[token] not in _PLACES or not sure:
            return False
        lemma = columns.low_lemmas[token]
        if lemma in classes()["stance"]:
            wanted: tuple[str, ...] = ("for", "of", "to")
            if lemma == "demand" and columns.tags[token] == "NN":
                return False  # "U.S. demand for cars" asks for nothing
            if lemma == "call":  # "a media call", "his call of the race"
                wanted, actors = ("for",), [actor for actor in actors if columns.deps[actor.token] != "compound"]
            return bool(actors) and any(
                columns.deps[child] == "acl" or (columns.deps[child] == "prep" and columns.lowers[child] in wanted)
                for child in columns.children[token])
        if lemma == "strike" and frame.type == "PROTEST":
            return any(actor.sector in ("LAB", "MED", "EDU", "AGR", "SOC") for actor in actors)
        if lemma in classes()["deed"] and (actors or recipients):
            if lemma in ("release", "pardon"):  # "the release of the minutes"
                return any(actor.sector or actor.type == "PERSON" for actor in recipients)
            return bool(actors) or lemma not in classes()["moved"]
        verb = columns.heads[token]
        return (lemma in classes()["upheaval"] and columns.deps[token] == "nsubj" and columns.low_lemmas[verb] in classes()["outbreak"]
                and frame.type in ("PROTEST", "ASSAULT"))
