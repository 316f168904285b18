"""Speech that a name and a colon open, without quotation marks: headlines ("Police: Two men in custody"), transcripts, Q and A."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.quoting.lexicon import source_kinds

if TYPE_CHECKING:
    from worker.nlp.quoting.syntax import Syntax

_LABEL = re.compile(r"[\"“”]?([A-Z][\w.’'-]*(?: [\w.’'-]+){0,7}):\s+(?=[^\s\"“‘'])")
_INTERVIEW = frozenset({"Q", "A"})
_NAMES = frozenset({"PERSON", "ORG", "NORP"})
#: A transcript labels more than one paragraph: a single one ("UPDATE: …") names nobody.
_LEAST = 2
#: Fewest words that say something.
_WORDS = 2


@dataclass(frozen=True, slots=True)
class Labelled:
    """A paragraph that opens with a label; all are tokens (`last` exclusive)."""

    first: int
    last: int
    colon: int
    #: Where the label begins.
    label: int
    #: True for Q and A, which name nobody.
    nameless: bool


def labelled(syntax: Syntax) -> Iterator[Labelled]:
    """Give the labelled paragraphs of an article in order."""
    quotation = syntax.quotation
    if ":" not in quotation.text:
        return
    matches = [(number, start, end, match) for number, (start, end) in enumerate(quotation.paragraphs)
               if (match := _LABEL.match(quotation.text, start, end)) is not None]
    transcript = sum(1 for *_, match in matches if match[1].isupper())
    for number, _, end, match in matches:
        is_transcript = match[1].isupper() and transcript >= _LEAST
        if not is_transcript and number > 0:
            continue
        found = _tokens(syntax, match, end)
        if found is not None and (is_transcript or _names_a_source(syntax, found)):
            yield found


def _tokens(syntax: Syntax, match: re.Match[str], end: int) -> Labelled | None:
    columns = syntax.columns
    first, last = bisect_left(columns.starts, match.start(1)), bisect_left(columns.starts, end)
    within = [at for at in range(first, last) if not columns.words[at].isspace()]
    label = [at for at in within if columns.ends[at] <= match.end(1)]
    rest = [at for at in within if columns.starts[at] >= match.end()]
    while rest and not columns.words[rest[-1]][-1].isalnum() and columns.words[rest[-1]] not in ("?", "!"):
        rest.pop()
    if not label or sum(columns.words[at][0].isalnum() for at in rest) < _WORDS:
        return None
    return Labelled(rest[0], rest[-1] + 1, label[-1] + 1, label[0], match[1] in _INTERVIEW)


def _names_a_source(syntax: Syntax, found: Labelled) -> bool:
    columns = syntax.columns
    label = range(found.label, found.colon)
    if any(columns.pos[at] in ("VERB", "AUX") for at in label):
        return False
    return any(columns.ents[at] in _NAMES or columns.low_lemmas[at] in source_kinds() for at in label)
