"""One thing that happened (or is said to), with its parties, before it is a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.actors import Actor
    from worker.nlp.factuality.state import State


@frozen()
class Occurrence:
    """An event by its trigger's token; `type` is PLOVER's, None for an event that has none."""

    token: int
    #: Tokens of the trigger (exclusive end): the verb with an adjoining particle, or the noun.
    last: int
    type: str | None
    actors: tuple[Actor, ...]
    recipients: tuple[Actor, ...]
    #: What the trigger's word shares with others that tell the same.
    family: str
    #: The object that decided the type, if one did.
    object: int | None
    state: State
    why: str
    #: Triggers of further mentions in the article, in order.
    others: tuple[tuple[int, int], ...] = ()
