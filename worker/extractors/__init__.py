"""One file for each kind of fact; a file put into this folder is an extractor, and its name is its name everywhere.

To add one, write `worker/extractors/<name>.py` with: a docstring (what it finds, what it does not, whose scheme, one
example with its result), constants, `VERSION`, `NEEDS` (names of extractors whose records it reads or points at), the record dataclass,
`extract(reading) -> Iterator[Record]`, helpers in order of use; and `tests/tables/<name>.toml`, examples that a journalist can read.
`PREFIX` begins its records' ids; without one they have none. `SINGLE = True` makes the field one object instead of a list.
`LANGUAGES` names those whose words its rules are made of; without it, it reads whatever the model reads.

Extractors read no clock, environment, randomness or network, log nothing, and never import one another: what two need
lives in `worker/nlp/`. Records of the needed ones are at hand as `reading.records(name)`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from worker.errors import ArticleError
from worker.records import Record

if TYPE_CHECKING:
    from worker.nlp.reading import Reading


class Extractor(Protocol):
    """The face of an extractor's module."""

    VERSION: int
    NEEDS: tuple[str, ...]

    def extract(self, reading: Reading) -> Iterator[Record]:
        """Give the records that the article holds."""


#: The order in which the result's fields print; an extractor that is not named here follows, by name.
_PRINTED = ("entities", "quotes", "timexes", "quantities", "events", "claims", "keyphrases", "summary", "duplicates")


@cache
def names() -> tuple[str, ...]:
    """Give the names of all extractors in the order of the result's fields, read from the file names alone."""
    found = {module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")}
    return tuple(name for name in _PRINTED if name in found) + tuple(sorted(found - set(_PRINTED)))


@cache
def load(name: str) -> Extractor:
    """Import one extractor by its name."""
    return cast("Extractor", importlib.import_module(f"{__name__}.{name}"))


def check(wanted: Iterable[str]) -> tuple[str, ...]:
    """Give the wanted names in the result's order.

    Raises:
        ArticleError: one is no extractor's name.
    """
    chosen = set(wanted)
    if unknown := sorted(chosen - set(names())):
        raise ArticleError("extractors", f"there is no extractor {unknown[0]!r}; there are {', '.join(names())}")
    return tuple(name for name in names() if name in chosen)


@cache
def running_order(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Give the extractors to run: the wanted ones and all that they need, each after what it needs."""
    order: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            raise RuntimeError(f"extractors need one another in a circle: {' > '.join((*trail, name))}")
        if name not in order:
            for needed in load(name).NEEDS:
                visit(needed, (*trail, name))
            order.append(name)

    for name in wanted:
        visit(name, ())
    return tuple(order)
