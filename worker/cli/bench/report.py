"""What every measurement starts from, and the table that it ends in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from worker.nlp.model import load_model
from worker.nlp.reading import Reader

if TYPE_CHECKING:
    from spacy.language import Language

    from worker.nlp.model import Model
    from worker.settings import Settings


@dataclass
class Bench:
    """One run of `bench speed`: the articles' texts and how they are to be read."""

    settings: Settings
    model: Model
    texts: Sequence[str]
    rounds: int
    processes: int

    @cached_property
    def stock(self) -> Language:
        """The pipeline as spaCy's users load and run it."""
        return load_model(self.settings.model, whole=True).nlp

    @cached_property
    def reader(self) -> Reader:
        """The product's reader, warm for long runs."""
        return Reader(self.model, accelerate=self.settings.reading.accelerate, patience=0, lexicons=self.settings.lexicons)


@dataclass(frozen=True, slots=True)
class Section:
    """One table for people, and the same numbers for programs."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    data: Any
    #: Further text below the table.
    note: str = field(default="")
