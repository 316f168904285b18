"""What a deed is that is announced, promised or refused instead of done, after PLOVER's manual.

A promised deed is AGREE, a threatened one THREATEN, a refused one REJECT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.factuality.state import State

#: PLOVER's types of deeds that nobody would threaten with, and of those that are no promise.
_FRIENDLY = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "RETREAT"})
HOSTILE = frozenset({"SANCTION", "COERCE", "ASSAULT", "PROTEST"})
_FUTURE = frozenset({"future", "future-in-past"})
#: Who plans hostile deeds threatens; who prepares or is expected to do them does not say so.
_INTENDS = frozenset({"plan", "intend", "ready", "prepared", "vow", "pledge", "promise", "agree"})
#: So far up a future's "will" is looked for.
_CLIMB = 4


def resolved(columns: Columns, token: int, kind: str, state: State) -> tuple[str | None, str]:
    """Give PLOVER's type of a deed as its state makes it, and why; no type where nothing was resolved upon."""
    refused = state.polarity < 0
    if refused and kind == "REJECT":
        return None, ""  # "will not rule out a run"
    if state.why == "plan" and (not state.polarity or state.status == "unconfirmed"):
        return None, ""  # "no sign that he plans to resign"
    intended = state.why == "plan" and any(columns.low_lemmas[cue] in _INTENDS for cue in state.cues)
    resolute = refused and any(columns.lowers[cue] in ("will", "would", "wo") for cue in state.cues)
    if (state.why in _FUTURE and _announced(columns, token, state)) or intended or resolute:
        if kind in _FRIENDLY or kind == "AGREE":
            return ("REJECT", f"refused-{kind.lower()}") if refused else ("AGREE", f"promised-{kind.lower()}")
        if kind in HOSTILE:
            return (None, "") if refused else ("THREATEN", f"announced-{kind.lower()}")
    return kind, "frame"


def _announced(columns: Columns, token: int, state: State) -> bool:
    """Whether "will" belongs to this deed: "will speak on its work to help refugees" announces no help."""
    holders = {columns.heads[cue] for cue in state.cues}
    for _ in range(_CLIMB):
        if token in holders:
            return True
        if columns.deps[token] not in ("conj", "xcomp") and columns.pos[token] != "NOUN":
            return False
        token = columns.heads[token]
    return False
