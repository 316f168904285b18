"""The number that a run of cells stands for: "two and a half", "twenty-five", "2 1/2", "a couple of"."""

from __future__ import annotations

from worker.nlp.temporal.alphabet import LETTERS
from worker.nlp.temporal.vocabulary import Sense

_WORDS = frozenset((LETTERS["NUMBER_WORD"], LETTERS["SPOKEN_CENTURY"]))
_DIGITS = frozenset(LETTERS[name] for name in ("HOUR", "HOUR_24", "DAY_NUMBER", "TWO_DIGITS", "NUMBER", "YEAR", "HALF", "FRACTION"))
_SCALES = (100, 1_000, 1_000_000, 1_000_000_000)
_DOZEN = 12


def count(cells: list[tuple[str, Sense]]) -> float | None:
    """Add and multiply the cells' numbers; None if there are none."""
    total = current = 0.0
    seen = False
    for letter, sense in cells:
        if letter in _DIGITS:
            current += sense.number
        elif letter not in _WORDS:
            continue
        elif sense.number in _SCALES or (sense.number == _DOZEN and current and sense.gift == ("12",)):
            current = (current or 1) * sense.number
            if sense.number > _SCALES[0]:
                total, current = total + current, 0.0
        else:
            current += sense.number
        seen = True
    return total + current if seen else None
