"""Senses that are no public event: sport and elections told in words of war, quarrels, business among firms, abilities.

It decides on what a frame has found; the frames themselves stand in `matching.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.nlp.actors import conjuncts
from worker.nlp.eventing.frames import classes

if TYPE_CHECKING:
    from worker.nlp.actors import Actor
    from worker.nlp.columns import Columns
    from worker.nlp.eventing.frames import Frame
    from worker.nlp.factuality.state import State

#: Words for fights with fists and with words.
_QUARRELS = frozenset({"attack", "assault", "assail", "raid", "unleash"})
_CONTESTS = frozenset({"beat", "fight", "battle", "clash", "war", "offensive", "strike", "hit", "shoot", "fire", "launch", "crush", "storm",
                       "rout", "overrun", "invade", "lob", "capture", "seize", "fighting", "occupy"}) | _QUARRELS
_ARMED = frozenset({"MIL", "REB", "CRM", "COP", "SPY"})
#: People who fight with words.
_SPEAKERS = frozenset({"LEG", "PTY", "JRN", "JUD", "BUS", "NGO"})
_OFFICES = frozenset({"government", "regime", "administration", "junta", "state", "authority", "ministry", "coalition"})
#: Sectors of people who alone make no public event.
_PRIVATE = frozenset({"CVL", "EDU", "MED", "AGR"})
#: Deeds of which anybody's is public.
_GRAVE = frozenset({"ASSAULT", "COERCE", "PROTEST"})
#: What no firm does: Morgan Stanley may retreat from a market.
_STATELY = frozenset({"RETREAT", "CONCEDE", "MOBILIZE"})
_GROUPS = frozenset({"REQUEST", "REJECT", "ACCUSE", "THREATEN"})
#: A score: "2-1", "6 - 3".
_SCORE = re.compile(r"\d{1,3}[-–]\d{1,3}")
_PRICES = frozenset({"percent", "%", "share", "stock", "index", "market", "price", "yuan", "dollar", "euro", "yen", "bond", "currency"})
#: What makes an attack of one named person on another one with fists.
_PHYSICAL = frozenset({"kill", "wound", "injure", "injured", "wounded", "stab", "knife", "gun", "rifle", "weapon", "hammer", "hospital"})
#: To whom one speaks without meeting them.
_AUDIENCES = frozenset({"JRN", "SOC", "CVL", "EDU"})
_PERSONAL = frozenset({"he", "she", "they", "it", "we", "i", "who", "him", "them", "her", "us"})
_CANS = frozenset({"can", "ca"})


class Senses:
    """Judges what the frames of one doc have found."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def meant(self, token: int, kind: str, actors: list[Actor], recipients: list[Actor]) -> str | None:
        """Give the type that the word has among these parties: ACCUSE for an attack in words, None for a victory in sport."""
        lemma = self._columns.low_lemmas[token]
        match kind:
            case "ASSAULT":
                return self._fought(token, lemma, actors, recipients) if lemma in _CONTESTS else kind
            case "PROTEST" if lemma == "rally" and self._around(token) & _PRICES:
                return None  # "shares rallied"
            case "SUPPORT" if self._votes(lemma, actors, recipients):
                return None
            case "COERCE" if lemma == "crush" and recipients and all(actor.type == "PERSON" for actor in recipients):
                return None  # "was crushed in the primary"
            case "CONSULT" if self._no_meeting(lemma, actors, recipients):
                return None
            case "AID" if lemma == "help" and recipients and all(actor.type == "PERSON" for actor in (*actors, *recipients)):
                return None
            case "CONCEDE" if lemma == "let" and recipients and not any(actor.code or actor.sector for actor in recipients):
                return None
        return kind

    def _fought(self, token: int, lemma: str, actors: list[Actor], recipients: list[Actor]) -> str | None:
        columns = self._columns
        if any(actor.sector in _ARMED for actor in (*actors, *recipients)):
            return "ASSAULT"
        if lemma == "occupy" and any(actor.sector == "GOV" for actor in recipients):
            return None  # "who will occupy the White House"
        words, quarrel = self._around(token), lemma in _QUARRELS
        named = bool(actors and recipients) and all(actor.type == "PERSON" for actor in (*actors, *recipients))
        if "control" in words:
            words = words - {"gun"}  # gun control
        if words & _PHYSICAL if named else words & (classes()["bloodshed"] | classes()["violence"]):
            return "ASSAULT"
        if quarrel and any(columns.deps[child] == "prep" and columns.lowers[child] in ("as", "over", "for")
                           for child in columns.children[token]):
            return "ACCUSE"  # "attacked the mayor over his taxes"
        verbal = "ACCUSE" if quarrel and (actors or columns.pos[token] == "VERB") else None
        if self._contest(token, words):
            return verbal if any(actor.type == "PERSON" for actor in (*actors, *recipients)) else None
        if self._talked(actors, recipients):
            return verbal
        if not quarrel and any(actor.type == "PERSON" for actor in recipients) and not any(map(self._state, actors)):
            return None  # "a five-way battle with Bush and Rubio"
        if not actors and any(columns.deps[child] == "nsubj" and columns.lowers[child] in ("i", "we", "you")
                              for child in columns.children[token]):
            return None  # "we will attack the problem"
        if lemma in ("fight", "battle") and not recipients and not any(self._state(actor) for actor in actors):
            return None  # "people fight over water"
        return "ASSAULT"

    def _talked(self, actors: list[Actor], recipients: list[Actor]) -> bool:
        """Whether such parties fight with words: speakers among each other, or one who is named against whomever."""
        if any(actor.type == "PERSON" for actor in actors):
            return True
        if any(map(self._state, actors)):
            return False
        parties = [*actors, *recipients]
        return bool(parties) and (all(map(self._speaks, parties)) or (
            bool(recipients and actors) and all(actor.type == "PERSON" for actor in recipients)))

    def _votes(self, lemma: str, actors: list[Actor], recipients: list[Actor]) -> bool:
        """"43 percent of voters support the senator": an election, no diplomacy."""
        if lemma == "vote" and any(actor.type == "PERSON" for actor in recipients):
            return True
        return bool(actors) and all(actor.sector in _PRIVATE or (actor.type == "NORP" and not actor.code) for actor in actors) and all(
            self._speaks(actor) for actor in recipients)

    def _no_meeting(self, lemma: str, actors: list[Actor], recipients: list[Actor]) -> bool:
        """"spoke to reporters", "spoke to a veterans' group", "speaking by phone from Nice"."""
        if lemma == "discuss":
            others = [actor for actor in recipients if self._columns.lowers[self._columns.heads[actor.token]] == "with"]
            return not others and len(actors) < 2  # noqa: PLR2004 - "the board discussed the budget"
        if lemma in ("speak", "talk") and len(actors) < 2:  # noqa: PLR2004 - "Putin and Xi spoke by phone"
            columns = self._columns
            recipients = [actor for actor in recipients if columns.lowers[columns.heads[actor.token]] in ("to", "with")]
            return all(actor.sector in _AUDIENCES for actor in recipients)
        home = lemma in ("return", "arrive", "travel", "fly") and all(
            actor.code in {other.code for other in actors} for actor in recipients)
        return home or (bool(recipients) and (all(actor.sector == "JRN" for actor in recipients) or self._at_home(actors, recipients)))

    def _at_home(self, actors: list[Actor], recipients: list[Actor]) -> bool:
        """A candidate's visits to towns of the own country meet no other side."""
        codes = {actor.code for actor in actors}
        return all(actor.type == "GPE" and not actor.sector and actor.code and actor.code in codes for actor in recipients)

    def _around(self, token: int) -> set[str]:
        """The lemmas of the sentence, the trigger's own left out."""
        columns, number = self._columns, self._columns.sents[token]
        first, end = columns.sentences[number], columns.sentences[number + 1]
        return {columns.low_lemmas[place] for place in range(first, end) if place != token}

    def _contest(self, token: int, words: set[str]) -> bool:
        if words & classes()["contest"]:
            return True
        columns, number = self._columns, self._columns.sents[token]
        first, end = columns.sentences[number], columns.sentences[number + 1]
        return _SCORE.search(" ".join(columns.words[first:end]).replace(" - ", "-").replace(" – ", "–")) is not None

    def _speaks(self, actor: Actor) -> bool:
        """Whether it is one who fights with words: a person by name, a party, a newspaper, a minister; no state and no army."""
        if actor.type == "PERSON" or actor.sector in _SPEAKERS:
            return True
        columns = self._columns
        return (actor.sector in ("GOV", "OPP") and actor.type is None and columns.tags[actor.token] == "NN"
                and columns.low_lemmas[actor.token] not in _OFFICES)

    def _state(self, actor: Actor) -> bool:
        return actor.code is not None and actor.sector is None and actor.type in ("GPE", "NORP")

    def public(self, kind: str, actors: list[Actor], recipients: list[Actor]) -> bool:
        """Whether the parties are of public life: a friend who offers help makes no AGREE, but whoever kills makes an ASSAULT."""
        parties = [*actors, *recipients]
        if actors and all(self._firm(actor) for actor in actors) and kind != "ASSAULT":
            # "Ford offered 60 million for a plant", "shares rallied": business
            return kind not in _STATELY and any(self._governs(actor) for actor in recipients)
        if kind in _GRAVE:
            return bool(parties)
        if actors and not any(actor.sector or actor.type for actor in actors) and not (recipients and any(a.code for a in actors)):
            return False  # "footballers pledge a part of their pay", "a Danish developer gave a million"
        if kind == "SANCTION" and not recipients and not any(actor.code and actor.type != "PERSON" for actor in actors):
            return False
        return any(self._acts_in_public(actor) or (kind in _GROUPS and self._ordinary(actor) and self._columns.tags[actor.token] == "NNS"
                                                   and (actor in actors or not actors)) for actor in parties)

    def _acts_in_public(self, actor: Actor) -> bool:
        """States, their bodies and peoples do; firms, unknown bodies and people in private do not ("two interns sued the firm")."""
        if self._firm(actor):
            return False
        people = self._columns.tags[actor.token] == "NNS" or self._columns.low_lemmas[actor.token] == "people"
        return (bool(actor.code or actor.sector) and not self._ordinary(actor)) or (bool(actor.code) and people)

    def _ordinary(self, actor: Actor) -> bool:
        """People in private; one worker is, a union is not."""
        return actor.sector in _PRIVATE or (actor.sector == "LAB" and actor.type is None and self._columns.tags[actor.token] == "NN")

    def _firm(self, actor: Actor) -> bool:
        return actor.sector == "BUS" or (actor.type == "ORG" and not actor.code and not actor.sector)

    def _governs(self, actor: Actor) -> bool:
        if self._columns.pos[actor.token] == "ADJ" or self._firm(actor):
            return False  # "the Romanian plant" is no Romania
        return actor.sector not in _PRIVATE and actor.sector != "LAB" if actor.sector else bool(actor.code)

    def bare(self, token: int, kind: str, actors: list[Actor]) -> bool:
        """Tell "his wife agreed, but …", an opinion, from "agreed to leave" and "both sides agreed"."""
        columns = self._columns
        if columns.low_lemmas[token] == "let" and token + 1 < columns.size and columns.lowers[token + 1] in ("me", "us"):
            return True  # "let me say"
        return kind == "AGREE" and columns.lemmas[token] == "agree" and len(actors) == 1 and not any(
            columns.deps[child] in ("xcomp", "dobj", "prep", "prt", "nsubjpass", "advcl") for child in columns.children[token])

    def able(self, token: int, state: State) -> bool:
        """Tell an ability or a mere saying from a deed: "can beat", "cannot allow", "is able to strike"."""
        columns = self._columns
        if any(columns.lowers[cue] in _CANS and columns.heads[cue] == token for cue in state.cues):
            return True
        head = columns.heads[token]
        if columns.deps[token] == "acl" and columns.lemmas[token] == "charge" and not any(
                columns.lowers[child] in ("with", "in", "by", "over") for child in columns.children[token]):
            return True  # ", a rights group charged": it says so
        if columns.deps[token] != "xcomp" or columns.low_lemmas[head] not in ("able", "capable"):
            return False
        verb = columns.heads[head]
        return columns.tags[verb] != "VBD"

    def silent(self, token: int, frame: Frame) -> bool:
        """"declined to comment" rejects nothing."""
        columns = self._columns
        return frame.type == "REJECT" and any(
            columns.deps[child] in ("xcomp", "dobj") and columns.low_lemmas[child] in classes()["unsaid"]
            for child in columns.children[token])

    def violent(self, token: int) -> bool:
        """"were killed when the roof fell in" is no attack: without an attacker the sentence must speak of violence."""
        columns, number = self._columns, self._columns.sents[token]
        if columns.low_lemmas[token] not in ("kill", "injure", "wound", "hit", "strike"):
            return True
        words = columns.lemmas[columns.sentences[number]:columns.sentences[number + 1]]
        return any(lemma.lower() in classes()["violence"] for lemma in words)

    def joint(self, noun: int) -> bool:
        """"joint exercises": with whom is not said."""
        return any(self._columns.lowers[child] in ("joint", "common") for child in self._columns.children[noun])

    def may_act(self, subject: int) -> bool:
        """Pronouns without a known party and weapons act; markets and hurricanes make no political event."""
        columns = self._columns
        return columns.lowers[subject] in _PERSONAL or bool(
            {columns.low_lemmas[member] for member in conjuncts(columns, subject)} & classes()["instrument"])

    def attempted(self, token: int) -> bool:
        """"attempted to assassinate": an attack that fails is one."""
        columns = self._columns
        return columns.deps[token] in ("xcomp", "acl") and columns.low_lemmas[columns.heads[token]] in ("attempt", "try")
