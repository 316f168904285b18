"""A name in the making: where it stands and what it seems to be, before names become mentions of entities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.parties.entity import Form, Sense

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.gazetteer import Place


@dataclass(slots=True, eq=False)
class Name:
    """One occurrence; `first` and `last` are tokens (last exclusive)."""

    first: int
    last: int
    type: str
    why: str
    #: First token of the title before it ("Ukrainian President"), or `first`.
    title: int
    form: Form = "name"
    sense: Sense | None = None
    #: What the gazetteer says that it could stand for; empty if it knows nothing.
    places: tuple[Place, ...] = ()
    #: Its type is known and asks for no evidence.
    settled: bool = False

    def text(self, columns: Columns) -> str:
        """Give the name with single blanks between its tokens, straight apostrophes and no blanks around hyphens."""
        words = columns.words
        if self.last - self.first == 1:
            return words[self.first].replace("’", "'")
        starts, ends = columns.starts, columns.ends
        parts = [words[self.first]]
        parts += [words[token] if starts[token] == ends[token - 1] else " " + words[token] for token in range(self.first + 1, self.last)]
        return "".join(parts).replace("’", "'")


def head_of(columns: Columns, first: int, last: int) -> int:
    """Give the token of a stretch that grammar hangs it on: its last token whose own head lies outside."""
    if last - first == 1:
        return first
    heads = columns.heads
    for token in range(last - 1, first - 1, -1):
        head = heads[token]
        if head == token or not first <= head < last:
            return token
    return last - 1
