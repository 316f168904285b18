"""Which numbers belong to names, labels, pronouns and words: "Section 427", "iPhone 11", "no one", "four-cylinder", "half-time"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.measures.ages import is_age
from worker.nlp.measures.counted import noun_after

if TYPE_CHECKING:
    from worker.nlp.measures.amounts import Amount
    from worker.nlp.measures.copy import Copy
    from worker.nlp.measures.counted import Counted

_NUMBERED_BEFORE = re.compile(r"\b(?:[Nn]os?|[Nn]r)\.? ?$|Poor['’]s $|S&P $")
_AIRCRAFT_OF = re.compile(r"(?:Boeing['’]s|Airbus['’]s?) $")
#: "the Gang of Eight", "the Group of 20".
_GROUP_BEFORE = re.compile(r"\b(?:Gang|Group|Committee|Council|Conference) of $")
_AIRCRAFT = re.compile(r"7[0-9]7 (?:aircraft|jet|plane|airliner|model|series|program|replacement|narrowbody|[A-Z])")
_NAMES = frozenset({"PRODUCT", "ORG", "LAW", "EVENT", "FAC", "WORK_OF_ART", "PERSON"})
_THINGS = _NAMES - {"PERSON"}
_LINKS = frozenset({"of", "the", "with", "and", "for", "in", "by", "to", "at", "from"})
#: `ent_iob` of a token inside an entity, not its first.
_INSIDE = 1
_VAGUE = frozenset({"several", "few", "many", "some", "couple", "of"})
_GOES_ON = frozenset({"NN", "NNS", "NNP", "NNPS", "JJ", "HYPH"})
_SHARE_IN = re.compile(r" (?:of|out of|per|to|or two|or more) |-in-| in (?:every )?(?:\d|two|three|four|five|six|seven|eight|nine|ten|a )")
#: More is given for less; "one-for-one" and "one-for-all" are words.
_EXCHANGE = re.compile(r"\b(?P<first>(?:(?:two|three|four|five|six|ten|twenty)-for-(?=one\b)|three-for-(?=two\b)|four-for-(?=three\b)"
                       r"|five-for-(?=four\b)))(?:one|two|three|four)\b")
_IDIOM_BEHIND = re.compile(r" (?:another|day[ ,]|thing|and only)|-(?:off|time)|self")
_ONE_BEFORE = frozenset({"no", "the", "this", "that", "each", "every", "any", "some", "which", "another", "only", "good", "bad", "other",
                         "not"})
_ONE_COUNTS_BEHIND = frozenset({"the", "only", "another", "not"})
_NO_PART = frozenset({"no", "any", "some", "every"})
_HALF_BEFORE = frozenset({"first", "second", "this", "last", "next", "that", "other", "each", "final", "opening", "the", "better",
                          "either"})
_HALF_BEHIND = re.compile(r" (?:of|the|its|his|her|their|our|my|that|those|as|an?|all|what|this|these)\b")
#: "a second", "to quarter": the tagger sees no rank.
_NO_RANK = frozenset({"NN", "NNS", "VB", "VBD", "VBP"})
_LAST_DOUBTFUL_RANK = 4


def name_refusal(copy: Copy, amount: Amount) -> str | None:
    """Give why a bare number in digits is a part of a name or a label, or None."""
    if amount.numeral.kind == "ordinal":
        return None
    columns, text, start = copy.columns, copy.text, amount.start
    counted = noun_after(copy, amount.end)
    things = counted is not None and counted.plural
    token = copy.token_at(start)
    if not things and _GROUP_BEFORE.search(text, max(0, start - 14), start):
        return "part of a name"
    if not things and _AIRCRAFT_OF.search(text, max(0, start - 9), start) and amount.scale == 1:
        return "part of a name"  # "over Boeing's 787"
    if _NUMBERED_BEFORE.search(text, max(0, start - 8), start) or _AIRCRAFT.match(text, start) or _begins_name(copy, amount, counted):
        return "part of a name"
    if token and text[columns.ends[token - 1]:start] == " " and copy.same_sentence(token - 1, token):
        word = columns.words[token - 1]
        if word.lower() in words("numbered_names"):
            return "part of a name"
        if not things or _is_product(copy, token - 1):
            if _is_label(word.lower()):
                return "label"
            if _is_name(columns.tags[token - 1], word) and amount.scale == 1 and not is_age(copy, amount):
                return "part of a name"
    if columns.ents[token] not in _NAMES:
        return None
    if columns.ent_iob[token] == _INSIDE:
        inside = columns.lowers[token - 1] not in _LINKS or counted is None or columns.ents[counted.head] in _NAMES or not things
        return "part of a name" if inside else None  # "S&P 500 futures"
    return None


def word_refusal(copy: Copy, amount: Amount) -> str | None:
    """Give why a number in words counts nothing, or None."""
    columns, numeral = copy.columns, amount.numeral
    first = copy.token_at(numeral.start)
    before = columns.lowers[first - 1] if first else ""
    near = first > 0 and copy.text[columns.ends[first - 1]:numeral.start] == " " and copy.same_sentence(first - 1, first)
    if any(numeral.start in (match.start(), match.end("first"))
           for match in _EXCHANGE.finditer(copy.lowered, max(0, numeral.start - 12), numeral.end + 12)):
        return None
    if numeral.start and copy.text[numeral.start - 1] in "-‑" and numeral.kind != "ordinal":
        return "part of a name"
    if near and copy.text[numeral.start].isupper() and columns.tags[first - 1] == "NNP":
        return "part of a name"  # "the Big Three"
    counted = noun_after(copy, numeral.end)
    if copy.text[numeral.start].isupper() and (_GROUP_BEFORE.search(copy.text, max(0, numeral.start - 14), numeral.start)
                                               or _is_acronym(copy, numeral.start, numeral.end)):
        return "part of a name"
    if _is_bare_power(copy, amount) and before not in _VAGUE and counted is None:
        return "bare power of ten"
    if copy.text[numeral.end:numeral.end + 1] == "-" and copy.text[numeral.end + 1:numeral.end + 2].isalpha() and amount.bare:
        return _compound(copy, numeral.end + 1)
    if near and _is_label(before) and not (counted and counted.plural):
        return "label"
    if numeral.kind == "ordinal":
        doubtful = columns.tags[first] in _NO_RANK and numeral.value <= _LAST_DOUBTFUL_RANK
        if doubtful or _is_kind(copy, numeral.end):
            return "no rank"
        return "part of a name" if _ranks_name(copy, first) else None
    if copy.lowered.startswith("half", numeral.start) and numeral.end - numeral.start == len("half"):
        return _half(copy, amount, before)
    return _one(copy, amount, before) if numeral.value == 1 else None


def _is_acronym(copy: Copy, start: int, end: int) -> bool:
    """Tell a name in capitals from stress: "the FIRST Global contest", but "ONE goal"."""
    words = copy.columns.words
    first, following = copy.token_at(start), copy.token_from(end)
    if not copy.text[start:end].isupper() or first == 0 or following >= copy.columns.size or not copy.same_sentence(first - 1, following):
        return False
    return words[first - 1].islower() and words[following].istitle()


def _ranks_name(copy: Copy, token: int) -> bool:
    """Tell "the Seventh Circuit" and "First Citizens Bank" from "the first Citizens Bank branch" and "First American to …"."""
    columns = copy.columns
    following = token + 1
    if not columns.words[token].istitle() or following >= columns.size or columns.tags[following] not in ("NNP", "NNPS"):
        return False
    if copy.begins_sentence(token):
        return columns.ents[token] in _THINGS and columns.ents[following] == columns.ents[token] and columns.ent_iob[following] == _INSIDE
    return columns.words[following][:1].isupper()


def _is_label(word: str) -> bool:
    labels = words("number_labels")
    return word in labels or (word.endswith("s") and word[:-1] in labels)


def _is_kind(copy: Copy, end: int) -> bool:
    """Tell "first-team" and "second-hand", kinds of thing, from "third-largest"."""
    token = copy.token_at(end + 1)
    return copy.text[end:end + 1] == "-" and copy.columns.tags[token] in ("NN", "NNS", "NNP", "VB", "VBG")


def _begins_name(copy: Copy, amount: Amount, counted: Counted | None) -> bool:
    """Tell a name that begins with a number ("911 Carrera") from what is counted by its kind's name ("60 Boeing 787 jets", "6 A321s")."""
    tags = copy.columns.tags
    if counted is None or amount.scale != 1 or tags[counted.head] != "NNP" or tags[counted.first] != "NNP":
        return False
    following = counted.head + 1
    counts = copy.columns.words[counted.head].endswith("s") or (following < copy.columns.size and tags[following] == "CD")
    return not counts


def _is_name(tag: str, word: str) -> bool:
    """Tell names and acronyms: "Apollo", "iPhone", "HIV"."""
    return (tag in ("NNP", "NNPS") and word[:1].isupper()) or (word[:1].isalpha() and not word[1:].islower() and len(word) > 1)


def _is_product(copy: Copy, token: int) -> bool:
    """Tell "the HIV 2 strains" and "iPhone 4 orders" from "in Gaza 20 people" and "on Monday 20 people"."""
    word, entity = copy.columns.words[token], copy.columns.ents[token]
    if any(character.isupper() for character in word[1:]) and not word.isupper():
        return True
    return entity in _THINGS or (entity == "" and word.isupper() and len(word) > len("UN"))


def _is_bare_power(copy: Copy, amount: Amount) -> bool:
    numeral = amount.numeral
    power = numeral.scale > 1 and numeral.kind == "cardinal" and numeral.value == numeral.scale
    return power and " " not in copy.text[numeral.start:numeral.end]


def _compound(copy: Copy, at: int) -> str | None:
    """Count "a three-member panel" and "a two-point lead", but no "six-speed" and "three-bed" kinds of thing."""
    word = re.match(r"[a-z]+", copy.lowered[at:at + 24])
    if word is None or word[0] not in words("compound_nouns"):
        return "part of a word"
    token = copy.token_from(at + word.end())
    goes_on = token < copy.columns.size and copy.columns.tags[token] in _GOES_ON
    return None if goes_on else "part of a word"


def _one(copy: Copy, amount: Amount, before: str) -> str | None:
    """Count "one" only where it counts a noun: "one hand", "one of the stores", never "the one", "no one", "one day"."""
    if amount.unit == "point":
        return "idiom" if before == "at" else None
    if copy.lowered.startswith(" of ", amount.end) and before not in _NO_PART:
        return None
    counted = noun_after(copy, amount.end)
    if before in _ONE_BEFORE and not (before in _ONE_COUNTS_BEHIND and counted):
        return "pronoun"
    if _SHARE_IN.match(copy.lowered, amount.end):
        return None
    if copy.text[amount.end + 1:amount.end + 2].isdigit() or _IDIOM_BEHIND.match(copy.lowered, amount.end):
        return "pronoun"
    return None if counted else "pronoun"


def _half(copy: Copy, amount: Amount, before: str) -> str | None:
    """Tell shares from halves of games and years: "half of them", "half the revenue", never "the second half", "half-staff"."""
    if before == "by" and copy.text[amount.end:amount.end + 1] in (".", ",", ";", ""):
        return None  # "fell by half."
    if before in _HALF_BEFORE or not _HALF_BEHIND.match(copy.lowered, amount.end):
        return "half of a game or year"
    return None
