"""What a rule may ask: the cells of its match, which day is today, which way the sentence looks, what was named before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from worker.nlp.temporal import deadlines
from worker.nlp.temporal.alphabet import LETTERS, OTHER
from worker.nlp.temporal.moments import ORDER, Grain, Moment
from worker.nlp.temporal.tense import Direction, direction, happened
from worker.nlp.temporal.vocabulary import Sense

if TYPE_CHECKING:
    import datetime as dt

    from spacy.tokens import Token

    from worker.nlp.temporal.tape import Tape
    from worker.nlp.temporal.timex import Timex

_UNTIL = frozenset({"until", "till", "through", "starting", "beginning", "effective", "payable"})
#: What may stand between such a word and the day: "until 9 a.m. Tuesday", "through the end of May".
_BETWEEN = ("EARLY", "HYPHEN", "THE", "EDGE", "OF", "ABOUT", "CLOCK", "HOUR", "AM_PM", "ZONE", "NOON", "OCLOCK")
_SINCE = frozenset({"since"})


@dataclass(slots=True)
class Hit:
    """A rule's match on the tape: `first` to `last` (exclusive) are its cells."""

    tape: Tape
    first: int
    last: int
    match: re.Match[str]
    #: Characters of the first cell that stand outside of the expression: the preposition of "at the moment".
    skip: int = 0

    def sense(self, group: str) -> Sense | None:
        """Give the sense of the first cell of a named group; None if the group took no part."""
        at = self.cell(group)
        return None if at < 0 else self.tape.sense(at)

    def gift(self, group: str, number: int = 0) -> str:
        """Give what the group's first word brings by its lexicon; empty if the group took no part."""
        sense = self.sense(group)
        return "" if sense is None or len(sense.gift) <= number else sense.gift[number]

    def number(self, group: str) -> int:
        """Give the whole number that the group's first cell stands for; 0 if there is none."""
        sense = self.sense(group)
        return 0 if sense is None else int(sense.number)

    def has(self, group: str) -> bool:
        """Tell whether the group took part and is not empty."""
        first, last = self.match.span(group) if group in self.match.re.groupindex else (-1, -1)
        return last > first

    def cell(self, group: str) -> int:
        """Give the group's first cell; -1 if it took no part or the rule has no such group."""
        first, last = self.match.span(group) if group in self.match.re.groupindex else (-1, -1)
        return first if last > first else -1

    def senses(self, group: str) -> list[tuple[str, Sense]]:
        """Give the letter and sense of all the group's cells."""
        first, last = self.match.span(group) if group in self.match.re.groupindex else (-1, -1)
        return [(sense.letter, sense) for sense in map(self.tape.sense, range(first, last))] if last > first else []


@dataclass
class Context:
    """One article while its time expressions are read from first to last."""

    tape: Tape
    today: Moment
    #: Reads one expression that begins at a cell; gives it with the cell behind it.
    read: Callable[[int], tuple[Timex, int] | None]
    #: Expressions found so far.
    found: list[Timex] = field(default_factory=list)

    @cached_property
    def date(self) -> dt.date:
        """Today as a date."""
        return self.today.start

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Words that may be a month and are somebody's name in this article: a name or title stands before one of them."""
        found = set()
        for cell, letter in enumerate(self.tape.letters):
            if letter == LETTERS["MAYBE_MONTH"] and cell and self.tape.letters[cell - 1] == OTHER and self.surface(cell).istitle() \
                    and self.token(cell - 1).pos_ == "PROPN" and self.token(cell).ent_type_ not in ("DATE", "TIME"):
                found.add(self.surface(cell).casefold())
        return frozenset(found)

    def token(self, cell: int) -> Token:
        """Give the token in which a cell begins."""
        return self.tape.doc[self.tape.token(cell)]

    def surface(self, cell: int) -> str:
        """Give a cell's characters; empty outside of the tape."""
        return self.tape.surface(cell)

    def letter(self, cell: int) -> str:
        """Give a cell's letter; empty outside of the tape."""
        return self.tape.letters[cell] if 0 <= cell < len(self.tape.letters) else ""

    def is_a(self, cell: int, *classes: str) -> bool:
        """Tell whether a cell is of one of the named classes."""
        letter = self.letter(cell)
        return letter != "" and letter in [LETTERS[name] for name in classes]

    def direction(self, cell: int, *, before: int | None = None) -> Direction | None:
        """Tell which way the clause of a cell looks; the word before the expression's first cell may say so itself ("until Friday")."""
        at = self._cue(cell if before is None else before)
        cue = self.surface(at).casefold()
        if cue in deadlines.CUES and deadlines.is_due(self.token(at)):
            return "future"
        if cue in _UNTIL:
            # "in the 12 months through September prices rose": the stretch is over.
            over = cue == "through" and self.is_a(at - 1, "UNIT", "UNITS") and direction(self.token(at - 1)) == "past"
            return "past" if over else "future"
        if cue in _SINCE:
            return "past"
        return direction(self.token(cell))

    def is_due(self, first: int) -> bool:
        """Tell whether the expression that begins at a cell is a deadline to come: "must pay before Christmas"."""
        at = self._cue(first)
        return self.surface(at).casefold() in deadlines.CUES and deadlines.is_due(self.token(at))

    def _cue(self, first: int) -> int:
        """Give the cell of the word before an expression, articles and hours passed over; -1 if there is none."""
        at = first - 1
        while at >= 0 and self.is_a(at, *_BETWEEN):
            at -= 1
        return at

    def happened(self, cell: int) -> bool:
        """Tell whether the cell's date is that of a thing done."""
        return happened(self.token(cell))

    def antecedent(self, grain: Grain | None = None, but: tuple[str, ...] = ()) -> Timex | None:
        """Give the last expression that names a box of the calendar, at most as coarse as `grain`, by none of the rules in `but`."""
        limit = len(ORDER) if grain is None else ORDER.index(grain)
        for timex in reversed(self.found):
            if timex.moment is not None and ORDER.index(timex.moment.grain) <= limit and timex.why not in but:
                return timex
        return None
