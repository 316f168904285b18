"""Which way a sentence looks: the tense that governs a word, from tags and the parse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spacy.tokens import Token

Direction = Literal["past", "future"]

_FUTURE_AUXILIARIES = frozenset({"will", "'ll", "’ll", "wo", "shall", "going", "may", "might", "should", "must", "can", "could", "would"})
#: Words that put their infinitive, or what they are said of, into the future: "plans to", "is expected to", "set for".
_FUTURE_HEADS = frozenset({"plan", "expect", "schedule", "set", "due", "hope", "intend", "aim", "want", "agree", "promise", "vow", "slate",
                           "prepare", "decide", "need", "begin", "propose", "pledge", "likely", "ready", "bid", "ask", "call", "urge"})
_CLIMB = 12


def direction(token: Token) -> Direction | None:
    """Tell whether the clause around a word looks back or ahead; None if it does neither (a headline, a statement in the present).

    "fell on Monday" looks back, "will meet on Monday" ahead; "plans to meet on Monday" ahead by its head, whatever that head's own tense.
    """
    current = token
    infinitive = False
    for _ in range(_CLIMB):
        tag = current.tag_
        if tag == "VBD":
            return "future" if infinitive and current.lemma_ in _FUTURE_HEADS else "past"
        if tag in ("VB", "VBN", "VBG", "VBZ", "VBP", "JJ", "MD"):
            found = _of_verb(current, tag, infinitive=infinitive)
            if found is not None:
                return found
            infinitive = infinitive or tag == "VB"
        if current.head is current or current.dep_ == "ROOT":
            break
        current = current.head
    return "future" if infinitive else None


def _of_verb(verb: Token, tag: str, *, infinitive: bool) -> Direction | None:
    auxiliaries = {child.lower_: child.tag_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    if not _FUTURE_AUXILIARIES.isdisjoint(auxiliaries):
        return "past" if tag == "VBN" and "have" in auxiliaries else "future"
    if infinitive and (verb.lemma_ in _FUTURE_HEADS or "going" in auxiliaries):
        return "future"
    if tag == "VBN" and verb.lemma_ in ("schedule", "expect", "plan", "slate", "set", "due"):
        return "future"
    if tag == "VBN":
        if any(aux_tag == "VBD" for aux_tag in auxiliaries.values()) or not _HAVE.isdisjoint(auxiliaries):
            return "past"
        if not auxiliaries and verb.dep_ in ("acl", "advcl", "amod"):
            return "past"
    if tag == "VBG" and any(aux_tag == "VBD" for aux_tag in auxiliaries.values()):
        return "past"
    return None


_HAVE = frozenset({"has", "have", "had", "'ve", "’ve", "having"})
