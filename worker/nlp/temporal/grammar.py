"""The grammar: all rules in the order they are tried, and the scan of a tape from its first cell to its last.

At each place the first rule that matches and builds wins; the scan goes on behind it, so that no two expressions overlap.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.temporal.alphabet import LETTERS, OTHER, TRIGGERS, pattern
from worker.nlp.temporal.context import Context, Hit
from worker.nlp.temporal.moments import day
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules import (
    clock,
    comparisons,
    durations,
    modified,
    offsets,
    recurring,
    references,
    relative,
    seasons,
    weekdays,
    written,
    years,
)
from worker.nlp.temporal.tape import Tape
from worker.nlp.temporal.timex import Clock, Timex, at

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from worker.nlp.columns import Columns

RULES: tuple[Rule, ...] = (
    *modified.RULES, *recurring.RULES, *clock.RULES, *written.RULES, *years.RULES, *weekdays.RULES, *seasons.RULES,
    *comparisons.RULES, *offsets.RULES, *relative.RULES, *durations.RULES, *references.RULES,
)


@cache
def _rules_by_opening() -> dict[str, tuple[re.Pattern[str], tuple[Rule, ...]]]:
    """For each letter the rules that can begin with it, and one expression of them all: most places are none at once."""
    table = {}
    for letter in LETTERS.values():
        rules = tuple(rule for rule in RULES if letter in rule.openings)
        if rules:
            alternatives = "|".join(pattern(re.sub(r"\(\?P<\w+>", "(?:", rule.pattern)) for rule in rules)
            table[letter] = (re.compile(alternatives), rules)
    return table


@cache
def _trigger() -> re.Pattern[str]:
    return re.compile(pattern(f"[{TRIGGERS}]|IN [HOUR TWO_DIGITS]"))


class Scan:
    """One pass over one article."""

    def __init__(self, doc: Doc, columns: Columns, text: str, today: dt.date) -> None:
        self._tape = Tape(doc, columns, text)
        self._context = Context(tape=self._tape, today=day(today), read=self._read)
        self._rules = _rules_by_opening()

    def run(self) -> list[Timex]:
        """Give the time expressions in order of appearance."""
        letters, found, rules = self._tape.letters, self._context.found, self._rules
        search = _trigger().search
        position = 0
        while trigger := search(letters, position):
            # Words that no rule asks for part the text into islands; only those with a trigger are read.
            position = max(position, letters.rfind(OTHER, position, trigger.start()) + 1)
            end = letters.find(OTHER, trigger.end())
            end = len(letters) if end < 0 else end
            while position < end:
                opening = rules.get(letters[position])
                read = self._build(position, opening[1]) if opening and opening[0].match(letters, position) else None
                if read is None:
                    position += 1
                else:
                    found.append(read[0])
                    position = read[1]
        self._settle_clocks()
        return found

    def _read(self, position: int) -> tuple[Timex, int] | None:
        """Read one expression that begins at a cell, as a part of another."""
        opening = self._rules.get(self._tape.letters[position:position + 1])
        return self._build(position, opening[1]) if opening else None

    def _build(self, position: int, rules: tuple[Rule, ...]) -> tuple[Timex, int] | None:
        """Let the first rule that matches and succeeds build."""
        tape, context = self._tape, self._context
        for rule in rules:
            if match := rule.compiled.match(tape.letters, position):
                hit = Hit(tape, position, match.end(), match)
                try:
                    timex = rule.build(hit, context)
                except (ValueError, OverflowError):
                    continue  # the calendar ends (years 1 to 9999): "next year" of 9999 is none
                if timex is not None:
                    timex = self._with_part(timex, hit)
                    return self._finish(timex, hit), hit.last
        return None

    def _with_part(self, timex: Timex, hit: Hit) -> Timex:
        """"Friday morning", "yesterday evening": the part of the day belongs to the day before it."""
        if timex.type == "DATE" and timex.moment is not None and timex.moment.grain == "day" and self._context.is_a(hit.last, "PART"):
            hit.last += 1
            return at(timex, Clock(self._tape.sense(hit.last - 1).gift[0]), f"{timex.why}-part")
        return timex

    def _finish(self, timex: Timex, hit: Hit) -> Timex:
        timex.start, timex.end = self._tape.start(hit.first) + hit.skip, self._tape.end(hit.last - 1)
        return timex

    def _settle_clocks(self) -> None:
        """Give a time of day the day that its sentence names, the one before it first."""
        found = self._context.found
        for number, timex in enumerate(found):
            if timex.floating is None:
                continue
            first, last = self._sentence(timex)
            for other in (*reversed(found[:number]), *found[number + 1:]):
                unsettled = other.floating is not None and other.anchor == "reference_time"
                if first <= other.start < last and other.moment is not None and other.moment.grain == "day" and not unsettled:
                    settled = at(other, timex.floating, "clock-of-day")
                    timex.value, timex.interval, timex.moment = settled.value, settled.interval, settled.moment
                    timex.anchor, timex.why = other, settled.why
                    break

    def _sentence(self, timex: Timex) -> tuple[int, int]:
        """Give the code points at which the expression's sentence begins and ends, or its line: a line is a sentence of its own."""
        span = self._tape.doc.char_span(timex.start, timex.end, alignment_mode="expand")
        assert span is not None
        first, last, text = span.sent.start_char, span.sent.end_char, self._tape.text
        end = text.find("\n", timex.end, last)
        return max(first, text.rfind("\n", first, timex.start) + 1), last if end < 0 else end


def find_timexes(doc: Doc, columns: Columns, text: str, today: dt.date) -> list[Timex]:
    """Give the time expressions of a doc in order of appearance; `today` is the day of writing."""
    return Scan(doc, columns, text, today).run()
