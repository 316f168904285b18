"""Who stands near an event's words and has no part in it: whom the news is told to, and the place where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.actors import Actor, Actors
    from worker.nlp.columns import Columns
    from worker.nlp.eventing.frames import Frame

#: What is said is said of parties.
_SPOKEN = frozenset({"ACCUSE", "REQUEST", "REJECT", "THREATEN"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_WHERE = frozenset({"in", "at", "near", "outside", "around"})


def without_bystanders(columns: Columns, actors: Actors, token: int, frame: Frame, found: list[Actor]) -> list[Actor]:
    """Take out who only hears or brings the news, and the towns in what is said: "condemned the attack in Kabul"."""
    spoken = frame.type in _SPOKEN
    return [actor for actor in found if not _told(columns, token, actor)
            and not (spoken and only_where(columns, actor) and not actors.is_state(actor))]


def only_where(columns: Columns, actor: Actor) -> bool:
    """Tell a place that "in" or "at" ties to what is spoken of: "condemned the attack in Kabul", "the rebels in Syria"."""
    return (actor.type in _PLACES and actor.sector is None and columns.deps[actor.token] == "pobj"
            and columns.lowers[columns.heads[actor.token]] in _WHERE)


def _told(columns: Columns, token: int, actor: Actor) -> bool:
    """Tell the party to whom or by whom the news is told: "an officer told Yonhap", "according to Yonhap", "[Yonhap]"."""
    over = columns.heads[actor.token]
    if columns.deps[actor.token] == "pobj":
        over = columns.heads[over] if columns.lowers[over] != "according" else over
    if over == token:
        return _is_credit(columns, actor)
    return columns.lowers[over] == "according" or _is_credit(columns, actor) or (
        columns.low_lemmas[over] in ("tell", "cite") and columns.deps[actor.token] in ("dobj", "dative"))


def _is_credit(columns: Columns, actor: Actor) -> bool:
    return actor.sector == "JRN" and actor.first > 0 and actor.last < columns.size and columns.words[actor.first - 1] in ("(", "[") \
        and columns.words[actor.last] in (")", "]")
