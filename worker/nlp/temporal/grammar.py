"""The grammar: all rules in the order they are tried, and the scan of a tape from its first cell to its last.

At each place the first rule that matches and builds wins; the scan goes on behind it, so that no two expressions overlap.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.temporal.alphabet import TRIGGERS, pattern
from worker.nlp.temporal.context import Context, Hit
from worker.nlp.temporal.moments import day
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules import clock, durations, modified, recurring, references, relative, seasons, weekdays, written
from worker.nlp.temporal.tape import make_tape
from worker.nlp.temporal.timex import Timex, at

if TYPE_CHECKING:
    from spacy.tokens import Doc

RULES: tuple[Rule, ...] = (*modified.RULES, *recurring.RULES, *clock.RULES, *written.RULES, *weekdays.RULES, *seasons.RULES,
                           *relative.RULES, *durations.RULES, *references.RULES)


@cache
def _rules_at_once() -> re.Pattern[str]:
    """One expression of all rules, each a group named by its number: the regular expression engine tries them, not Python."""
    return re.compile("|".join(f"(?P<r{number}>{_unnamed(rule.pattern)})" for number, rule in enumerate(RULES)))


@cache
def _islands() -> re.Pattern[str]:
    """Runs of cells that some rule asks for and that hold a trigger."""
    return re.compile(pattern("[^TRIGGERS.]*[TRIGGERS][^.]*".replace("TRIGGERS", TRIGGERS)))


def _unnamed(rule: str) -> str:
    return pattern(re.sub(r"\(\?P<\w+>", "(?:", rule))


class Scan:
    """One pass over one article."""

    def __init__(self, doc: Doc, text: str, today: dt.date) -> None:
        self._tape = make_tape(doc, text)
        self._context = Context(tape=self._tape, today=day(today), read=self._read)

    def run(self) -> list[Timex]:
        """Give the time expressions in order of appearance."""
        search = _rules_at_once().search
        letters, found = self._tape.letters, self._context.found
        for island in _islands().finditer(letters):
            position, end = island.span()
            while match := search(letters, position, end):
                position = match.start()
                read = self._build(match)
                if read is None:
                    position += 1
                    continue
                timex, position = read
                found.append(timex)
        self._settle_clocks()
        return found

    def _read(self, position: int) -> tuple[Timex, int] | None:
        """Read one expression that begins at a cell, as a part of another."""
        match = _rules_at_once().match(self._tape.letters, position)
        return self._build(match) if match else None

    def _build(self, found: re.Match[str]) -> tuple[Timex, int] | None:
        """Let the rule that matched build, else the rules after it that match at the same place."""
        tape, context, position = self._tape, self._context, found.start()
        assert found.lastgroup is not None
        for rule in RULES[int(found.lastgroup[1:]):]:
            if match := rule.compiled.match(tape.letters, position):
                hit = Hit(tape, position, match.end(), match)
                timex = rule.build(hit, context)
                if timex is not None:
                    return self._finish(timex, hit), hit.last
        return None

    def _finish(self, timex: Timex, hit: Hit) -> Timex:
        timex.start, timex.end = self._tape.starts[hit.first], self._tape.ends[hit.last - 1]
        return timex

    def _settle_clocks(self) -> None:
        """Give a time of day the day that its sentence names, the one before it first."""
        found = self._context.found
        for number, timex in enumerate(found):
            if timex.floating is None:
                continue
            for other in (*reversed(found[:number]), *found[number + 1:]):
                if other.moment is not None and other.moment.grain == "day" and self._same_sentence(timex, other):
                    settled = at(other, timex.floating, "clock-of-day")
                    timex.value, timex.interval, timex.moment = settled.value, settled.interval, settled.moment
                    timex.anchor, timex.why = other, settled.why
                    break

    def _same_sentence(self, one: Timex, other: Timex) -> bool:
        doc = self._tape.doc
        span = doc.char_span(one.start, one.end, alignment_mode="expand")
        return span is not None and span.sent.start_char <= other.start < span.sent.end_char


def find_timexes(doc: Doc, text: str, today: dt.date) -> list[Timex]:
    """Give the time expressions of a doc in order of appearance; `today` is the day of writing."""
    return Scan(doc, text, today).run()
