"""Which way a sentence looks: the tense that governs a word, from tags and the parse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from worker.nlp.lexicons import words

if TYPE_CHECKING:
    from spacy.tokens import Token

Direction = Literal["past", "future"]

_FUTURE_AUXILIARIES = frozenset({"will", "'ll", "’ll", "wo", "shall", "may", "might", "should", "must", "would"})
_HAVE = frozenset({"has", "have", "had", "'ve", "’ve", "having"})
#: Words that put their infinitive, or what they are said of, into the future: "plans to", "is expected to", "set for".
_FUTURE_HEADS = frozenset({"plan", "expect", "schedule", "set", "due", "hope", "intend", "aim", "want", "agree", "promise", "vow", "slate",
                           "prepare", "decide", "need", "propose", "pledge", "likely", "ready", "bid", "ask", "call", "urge", "go"})
#: Verbs whose present tense announces: "the trial opens Monday".
_ANNOUNCING = frozenset({"begin", "start", "open", "end", "expire", "run", "meet", "arrive", "leave", "resume", "return", "close", "host",
                         "conclude", "face", "visit", "hold", "play", "depart", "travel", "come", "take", "go", "launch", "vote"})
#: Participles that announce what they are said of.
_ANNOUNCED = frozenset({"schedule", "expect", "plan", "slate", "set", "due"})
_MOVED = frozenset({"move", "postpone", "reschedule", "delay", "push", "defer", "adjourn", "shift", "bring", "put"})
_CLIMB = 12


def direction(token: Token) -> Direction | None:
    """Tell whether the clause around a word looks back or ahead; None if it does neither (a headline, a statement in the present).

    "fell on Monday" looks back, "will meet on Monday" ahead; "plans to meet on Monday" ahead by its head, whatever that head's own tense.
    The nearest finite verb decides: "he said the talks are on Monday" is in the present.
    """
    if _is_moved(token):
        return "future"
    if _is_of_happening(token):
        return "past"
    current = token
    infinitive = False
    for _ in range(_CLIMB):
        tag = current.tag_
        if tag == "VBD" and current.dep_ == "advcl" and any(child.lower_ == "if" for child in current.children if child.dep_ == "mark"):
            return "future"  # "if he won the vote on Nov. 8": unreal, not past
        if tag == "VBD":
            return "future" if infinitive and current.lemma_ in _FUTURE_HEADS else "past"
        if tag in ("VB", "VBN", "VBG", "VBZ", "VBP"):
            found = _of_verb(current, tag, infinitive=infinitive)
            if found is not None:
                return None if found == "present" else found
            infinitive = infinitive or tag == "VB" or any(child.tag_ == "TO" for child in current.children)
        elif infinitive and tag == "JJ" and current.lemma_ in _FUTURE_HEADS:
            return "future"
        if current.head is current:
            break
        current = current.head
    return "future" if infinitive else None


def _is_of_happening(token: Token) -> bool:
    """Tell "the December 12 crash": what the day is said of has happened."""
    return token.dep_ in ("compound", "nmod", "nummod") and token.head.lemma_ in words("past_happenings")


def _is_moved(token: Token) -> bool:
    """Tell "was moved to Wednesday", "put off until Friday": the day is still to come."""
    link = token.head
    return link.dep_ == "prep" and link.lower_ in ("to", "until", "till") and link.head.lemma_ in _MOVED


def happened(token: Token) -> bool:
    """Tell whether a date is said of a verb of the past with "on", "from" or nothing: "died on Nov. 5", not "moved to Nov. 5"."""
    if _is_of_happening(token):
        return True
    verb = token.head
    if verb.dep_ == "prep" and verb.lower_ in ("on", "from", "between", "since"):
        verb = verb.head
    if verb.tag_ == "VBD":
        return verb.lemma_ not in _FUTURE_HEADS
    passive = any(child.tag_ == "VBD" for child in verb.children if child.dep_ == "auxpass")
    return verb.tag_ == "VBN" and passive and verb.lemma_ not in _ANNOUNCED


def _of_verb(verb: Token, tag: str, *, infinitive: bool) -> Direction | Literal["present"] | None:
    """Read a verb with its auxiliaries; None if it is not finite, so that its head decides."""
    auxiliaries = {child.lower_: child.tag_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    if not _FUTURE_AUXILIARIES.isdisjoint(auxiliaries):
        return "past" if tag == "VBN" and "have" in auxiliaries else "future"
    if infinitive and verb.lemma_ in _FUTURE_HEADS:
        return "future"
    if tag == "VBN" and verb.lemma_ in _ANNOUNCED:
        return "future"
    tags = set(auxiliaries.values())
    if "VBD" in tags or (tag == "VBN" and not _HAVE.isdisjoint(auxiliaries)):
        return "past"
    if tag == "VBN" and not auxiliaries and verb.dep_ in ("acl", "advcl", "amod"):
        return "past"
    if tag in ("VBZ", "VBP"):
        return "future" if infinitive or verb.lemma_ in _ANNOUNCING else "present"
    if not tags.isdisjoint(("VBZ", "VBP")):
        return "future" if tag == "VBG" and verb.lemma_ in _ANNOUNCING else "present"
    return None
