"""What looks like a time and is none: May the person, Sun the paper, Friday the name, a bare number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.temporal.alphabet import OTHER
from worker.nlp.temporal.vocabulary import listed

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context

#: The model's types of names in which a month's, day's or season's name is no time.
_NAMES = frozenset({"PERSON", "ORG", "WORK_OF_ART", "PRODUCT", "FAC", "LAW", "GPE", "LOC", "NORP"})
_TIMES = frozenset({"DATE", "TIME"})
#: What stands before a month and before no person.
_BEFORE_MONTHS = frozenset({"in", "since", "during", "until", "last", "next", "this", "early", "late", "mid", "mid-"})
_EARLIEST_PLAIN_YEAR, _LATEST_PLAIN_YEAR = 1700, 2100


def is_month(cell: int, context: Context, *, dated: bool) -> bool:
    """Tell whether a month's word is the month; `dated` if a day, a year or "last" stands with it."""
    surface = context.surface(cell)
    if not surface[0].isupper():
        # "5 may", "we march": months are names and written with a capital, but for texts that have none.
        return dated and context.token(cell).ent_type_ in _TIMES
    if not dated and _speaks(cell, context):
        return False
    sure = not context.is_a(cell, "MAYBE_MONTH")
    kind = context.token(cell).ent_type_
    if dated:
        return True
    if not sure and _is_somebody(cell, context):
        return False
    if kind in _TIMES:
        return True
    if kind in _NAMES:
        return sure and context.surface(cell - 1).casefold() in listed("introducing") and kind not in ("PERSON", "WORK_OF_ART")
    introduced = context.surface(cell - 1).casefold() in listed("introducing")
    return introduced or sure


def _speaks(cell: int, context: Context) -> bool:
    """Tell "May said" and "April told us": months say nothing."""
    token = context.token(cell)
    return token.dep_ == "nsubj" and token.head.lemma_ in words("speech_verbs") and not _is_introduced(cell, context)


def _is_introduced(cell: int, context: Context) -> bool:
    return context.surface(cell - 1).casefold() in _BEFORE_MONTHS


def _is_somebody(cell: int, context: Context) -> bool:
    """Tell Theresa May, and "May" in an article that names her so."""
    named = context.surface(cell).casefold() in context.surnames and not _is_introduced(cell, context)
    return named or _follows_a_name(cell, context)


def _follows_a_name(cell: int, context: Context) -> bool:
    """Theresa May: a name stands right before it."""
    return cell > 0 and context.letter(cell - 1) == OTHER and context.token(cell - 1).pos_ == "PROPN"


def is_part_of_name(cell: int, context: Context) -> bool:
    """Joe Friday, The Sunday Times: the parse ties the word to a name beside it."""
    token = context.token(cell)
    named = token.dep_ == "compound" and token.head.pos_ == "PROPN" and token.head.i == token.i + 1
    if named and context.surface(cell - 1) in ("The", "the"):
        return not context.is_a(cell + 1, "PART", "PARTS", "EDGE")
    return token.ent_type_ == "PERSON" and is_surname(cell, context)


def is_surname(cell: int, context: Context) -> bool:
    """Tell whether a name stands right before the word and the parse ties it to it: Johnnie Christmas."""
    before, token = context.token(max(cell - 1, 0)), context.token(cell)
    return _follows_a_name(cell, context) and before.dep_ == "compound" and before.head == token


def is_day_name(cell: int, context: Context, *, dated: bool) -> bool:
    """Tell whether a weekday's word is the day; `dated` if a part of the day or "last" stands with it."""
    surface = context.surface(cell)
    if not surface[0].isupper():
        return context.is_a(cell, "WEEKDAY")
    if is_part_of_name(cell, context):
        return False
    kind = context.token(cell).ent_type_
    if kind in _TIMES:
        return True
    if context.is_a(cell, "MAYBE_WEEKDAY"):
        return False
    if kind in _NAMES:
        introduced = context.surface(cell - 1).casefold() in ("on", "by", "until", "since", "last", "next")
        return (dated and kind not in ("WORK_OF_ART", "ORG")) or introduced
    return True


def is_title(cell: int, context: Context) -> bool:
    """Tell whether a unit's word belongs to a name: 60 Minutes, This Week."""
    surface = context.surface(cell)
    if context.is_a(cell, "CLOCK_UNITS"):
        return surface.istitle()
    if not surface[0].isupper() or surface.isupper():
        return False
    if context.token(cell).ent_type_ in ("ORG", "WORK_OF_ART", "PRODUCT"):
        return True
    return context.surface(cell - 1).istitle() and context.token(cell - 1).is_sent_start is False


def is_season(cell: int, context: Context, *, dated: bool) -> bool:
    """Tell whether "spring" or "fall" is the season."""
    token = context.token(cell)
    if token.ent_type_ in _NAMES or token.ent_type_ == "EVENT":
        return False
    if dated:
        return True
    if not context.is_a(cell, "MAYBE_SEASON"):
        return token.pos_ in ("NOUN", "PROPN")
    return token.ent_type_ in _TIMES


def is_year(cell: int, context: Context) -> bool:
    """Tell whether four digits are a year and no count, score, name or model."""
    before, after = context.surface(cell - 1).casefold(), context.surface(cell + 1).casefold()
    # Four digits that count or name something else: "flight 1549", "$ 2000", "2000 troops".
    if before in listed("naming") or after in listed("measured"):
        return False
    token = context.token(cell)
    kind = token.ent_type_
    if kind in ("MONEY", "QUANTITY", "PERCENT", "PRODUCT"):
        return False
    number = context.tape.sense(cell).number
    if kind == "DATE":
        return True
    if not _EARLIEST_PLAIN_YEAR <= number <= _LATEST_PLAIN_YEAR:
        return False
    if before in ("in", "since", "during") or kind in ("EVENT", "WORK_OF_ART", "ORG", "LAW"):
        return True
    # "2000 people": a plural that the number counts.
    if token.dep_ == "nummod" and token.head.tag_ in ("NNS", "NNPS") and token.head.i > token.i:
        return context.is_a(cell - 1, "THE")
    return kind != "TIME"
