"""Ages that say no "years": "Anna Meyer, 66, said", "aged 18 to 34", "over the age of 21", "she turned 40"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.nlp.measures.counted import noun_after

if TYPE_CHECKING:
    from worker.nlp.measures.amounts import Amount
    from worker.nlp.measures.copy import Copy

UNIT = "year of age"

_OLDEST = 125
_SAID = re.compile(r"\b(?:aged? (?:of |between |about |around |from )?|ages (?:of |between )?|age (?:of|group|range|bracket) (?:of )?"
                   r"|turn(?:s|ed|ing)? |both |\bage (?:is|was|at [a-z]+ is|at [a-z]+ was) )"
                   r"(?:\d{1,3} ?(?:[-–]|to|and) ?)?(?:about |around |just )?$")
_PERSON_IS = re.compile(r"\b(?:who|he|she|i) (?:is|was|am)(?: just| only| now| already| then)? $")
#: "until she was eighteen": no other number is told of when somebody was it.
_WHEN_WAS = re.compile(r"\b(?:until|till|when|since|before|after|once|while|by the time) (?:he|she|i|they|we) (?:was|were)"
                       r"(?: just| only| about| around| barely)? $")
_EXPECTED = re.compile(r"\blife expectancy\b[^.;:\d]*\b(?:is|was|of|to|at|from|reached|about|around|only|just) $")
#: "At 17, she left home."
_AT = re.compile(r"(?:^|[.!?”\"]\s|\n)(?:At|Now|Only) $")
_THEN = re.compile(r", (?:he|she|I|[A-Z][a-z]+) ")
_ENDS = re.compile(r"[,.;:)]|$| (?:of|from|and|who|was|is|has|had)\b")
_GOES_ON = frozenset({"VBZ", "VBD", "VBP", "MD", "WP"})
_CLOSES = re.compile(r"[,;]|\.(?!\d)|\)| (?:when|at the time|then|now)\b|$")


_AGE_OF = re.compile(r"\bage of (?:about |around )?$")


def says_age(copy: Copy, amount: Amount) -> bool:
    """Tell whether years are an age: "under the age of 5 years"."""
    return amount.family == "time" and amount.unit == "year" and bool(_AGE_OF.search(copy.lowered, max(0, amount.start - 24), amount.start))


def is_age(copy: Copy, amount: Amount) -> bool:
    """Tell whether a bare number is somebody's age in years."""
    numeral = amount.numeral
    if not amount.bare or numeral.kind != "cardinal" or not 0 < numeral.value <= _OLDEST or amount.scale != 1:
        return False
    before = copy.lowered[max(0, amount.start - 40):amount.start]
    counted = noun_after(copy, amount.end)
    if _SAID.search(before):
        return counted is None or not counted.plural
    if counted is not None:
        return False
    if _EXPECTED.search(copy.lowered, max(0, amount.start - 80), amount.start):
        return True
    if _AT.search(copy.text, max(0, amount.start - 6), amount.start):
        return bool(_THEN.match(copy.text, amount.end))
    if _WHEN_WAS.search(before):
        return not copy.lowered.startswith((" of ", "-"), amount.end)
    if _PERSON_IS.search(before):
        return bool(_CLOSES.match(copy.text, amount.end))
    return numeral.digits and (_apposed(copy, amount) or _follows_name(copy, amount))


def _apposed(copy: Copy, amount: Amount) -> bool:
    """Tell "Anna Meyer, 66," from the day in "June, 66": the word before the comma ends a person's name."""
    start = amount.start
    if copy.text[start - 2:start] != ", " or not float(amount.value).is_integer():
        return False
    token = copy.token_at(start - 3)
    columns = copy.columns
    name = columns.ents[token] == "PERSON" or (columns.tags[token] in ("NNP", "NNPS") and columns.ents[token] in ("", "ORG", "NORP", "GPE")
                                               and (copy.text[amount.end:amount.end + 1] == "," or copy.columns.tags[token - 1] == "NNP")
                                               and columns.tags[token - 1] != "IN")
    return name and bool(_ENDS.match(copy.text, amount.end))


def _follows_name(copy: Copy, amount: Amount) -> bool:
    """Read copy that lost its commas: "Anna Meyer 66 has won"; a verb goes on behind the age."""
    columns = copy.columns
    token = copy.token_at(amount.start)
    if not 10 <= amount.value <= 99 or token < 2 or token + 1 >= columns.size:  # noqa: PLR2004 - two digits
        return False
    return (columns.ents[token - 1] == "PERSON" and columns.ent_iob[token - 1] == 1 and columns.tags[token + 1] in _GOES_ON
            and copy.same_sentence(token - 1, token + 1))
