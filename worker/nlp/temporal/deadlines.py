"""Deadlines: "by Friday", "before Christmas" is a day to come where the clause is in the present or may yet be, whatever governs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Words before a day that make it a deadline.
CUES = frozenset({"before", "by"})
_MODALS = frozenset({"will", "'ll", "’ll", "wo", "shall", "may", "might", "should", "must", "would", "can", "could", "ca"})
#: What their infinitive says was done ("managed to leave by Friday"), or not.
_DONE = frozenset({"manage", "begin", "start", "fail", "help", "use", "continue", "come", "get", "able", "happen", "seem", "claim",
                   "appear"})
_HAVE = frozenset({"has", "have", "had", "having", "'ve", "’ve", "'s", "’s"})
_CLIMB = 4


def is_due(cue: Token) -> bool:
    """Tell whether what "by" or "before" says of a day is still to come.

    "could ease before Christmas", "want a deal by Friday", "was told to leave by Friday" are; "left by Friday", "could have left by
    Friday", "managed to leave before Friday" and what has no verb are not.
    """
    verb = cue.head
    for _ in range(_CLIMB):
        if verb.pos_ in ("VERB", "AUX"):
            break
        verb = verb.head
    if verb.pos_ not in ("VERB", "AUX") or verb.i > cue.i:
        return False
    auxiliaries = {child.lower_: child.tag_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    perfect = verb.tag_ in ("VBN", "VBD") and not _HAVE.isdisjoint(auxiliaries)
    if not _MODALS.isdisjoint(auxiliaries):
        return not perfect or "will" in auxiliaries
    if perfect or "VBD" in auxiliaries.values():
        return False
    if verb.tag_ == "VB":
        return "to" in auxiliaries and verb.head.lemma_ not in _DONE
    return verb.tag_ in ("VBP", "VBZ") or not {"VBP", "VBZ"}.isdisjoint(auxiliaries.values())
