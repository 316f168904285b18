"""What holds of a statement at one place of a sentence: polarity, certainty, status, whose word it is, and by which cues."""

from __future__ import annotations

from typing import Literal

from worker.nlp.factuality.lexicon import CERTAIN, RANK, UNKNOWN, Effect, Status
from worker.records import frozen

Polarity = Literal["positive", "negative", "unknown"]
Certainty = Literal["certain", "probable", "possible", "unknown"]

_CERTAINTY: tuple[Certainty, ...] = ("unknown", "possible", "probable", "certain")


@frozen()
class Source:
    """Whose word a statement is: the head token of the phrase that names them, or None for a passive without one ("it is believed")."""

    token: int | None
    #: The predicate that says so: said, alleged, the claim.
    predicate: int


@frozen()
class State:
    """How a statement stands; `polarity` is 1, -1 or 0, `strength` a step of certainty."""

    polarity: int = 1
    strength: int = CERTAIN
    status: Status = "asserted"
    source: Source | None = None
    #: Tokens that make it so, in the order in which they were met.
    cues: tuple[int, ...] = ()
    why: str = "plain"

    @property
    def printed(self) -> tuple[Status, Polarity, Certainty]:
        """Status, polarity and certainty in the contract's words."""
        if not self.strength or not self.polarity:
            return self.status, "unknown", "unknown"
        return self.status, "positive" if self.polarity > 0 else "negative", _CERTAINTY[self.strength]

    @property
    def detached(self) -> State:
        """The state of an aside inside this statement ("…, who met in 2019, …"): the speaker vouches for it whatever the frame says."""
        return State(1, CERTAIN, "reported" if self.source else "asserted", self.source, (), "aside")

    def under(self, effect: Effect, cue: int | None, why: str, source: Source | None = None) -> State:
        """Give the state of a statement that hangs below a predicate standing in this state."""
        if effect.relative:
            polarity, strength = self.polarity * effect.polarity, self.strength
            if source is not None and self.status in ("asserted", "reported"):
                polarity, strength = effect.polarity, CERTAIN  # what Y said is Y's to be sure of
        else:
            polarity, strength = effect.polarity, effect.strength
        plain = effect.relative and effect.polarity > 0
        marks = plain and effect.status in ("asserted", "reported")
        return State(polarity, strength, stronger(self.status, effect.status), source or self.source,
                     self.cues if marks or cue is None else (*self.cues, cue), self.why if plain and not source else why)

    def hedged(self, polarity: int | None, strength: int, status: Status, cue: int, why: str) -> State:
        """Give the state after one word beside the predicate."""
        turned = self.polarity if polarity is None else self.polarity * polarity
        return State(turned, min(self.strength, strength) if strength != UNKNOWN else UNKNOWN, stronger(self.status, status), self.source,
                     (*self.cues, cue), why)


def stronger(one: Status, other: Status) -> Status:
    """Give the status that prints when both hold."""
    return one if RANK[one] >= RANK[other] else other
