"""A rule: the words it matches, as a pattern over the alphabet's names, and what it makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from worker.nlp.temporal.alphabet import pattern
from worker.nlp.temporal.openings import openings

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit
    from worker.nlp.temporal.timex import Timex


@dataclass(frozen=True)
class Rule:
    """One form of time expression; of several rules that match at a place the first in the grammar's order that succeeds wins."""

    #: Printed as `why`.
    name: str
    #: Over the names of `alphabet`; a group `x` marks the expression's extent where the rule also looks at what stands around it.
    pattern: str
    #: Gives None where the words look right and are no time after all ("May" the person).
    build: Callable[[Hit, Context], Timex | None]

    @cached_property
    def openings(self) -> frozenset[str]:
        """The letters that a match can begin with."""
        return openings(self.pattern)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern over the tape's letters."""
        return re.compile(pattern(self.pattern))
