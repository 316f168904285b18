"""A reading: one article, its parsed doc, and what extractors share: who is who, which day is today, and found records.

It is made by `Reader` and lives only inside the reader's memory zone: records must hold plain data, never tokens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from worker.nlp.accelerate import Accelerated
from worker.nlp.accelerate import accelerate as run_accelerated
from worker.nlp.accelerate.sharing import share
from worker.nlp.accelerate.vocabulary import FREQUENT, Vocabulary
from worker.nlp.byline import Byline, Imprint, dateline_borders, read_imprint
from worker.nlp.columns import Columns
from worker.nlp.eventing.story import find_occurrences
from worker.nlp.factuality.judge import Judge
from worker.nlp.language import Language, language_of
from worker.nlp.lexicons import use as use_lexicons
from worker.nlp.numerals import Numeral, find_numerals
from worker.nlp.parties import Credits, Parties, find_parties
from worker.nlp.pieces import parse_long
from worker.nlp.quotation import Quotation
from worker.nlp.word_tables import WordTables
from worker.nlp.wordrank import WordRanks, rank_words
from worker.records import Article, Record, TextSpan, parse_published

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.tokens import Doc, Token

    from worker.nlp.accelerate import Mode
    from worker.nlp.eventing.occurrence import Occurrence
    from worker.nlp.model import Model
    from worker.nlp.parties import Entity


@dataclass(frozen=True, slots=True)
class ReferenceTime:
    """The day that "today" means in the article, and how it is known."""

    date: dt.date
    basis: Literal["given", "dateline", "byline", "received"]
    #: The offset from UTC as given ("+02:00"), if any.
    zone: str | None = None


@dataclass(kw_only=True)
class Reading:
    """One article as extractors see it."""

    article: Article
    doc: Doc
    received: dt.datetime
    language: Language
    #: Records found so far, by extractor; the pipeline fills it in running order.
    found: dict[str, Sequence[Record]] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The article's text, as submitted."""
        return self.article.text

    @cached_property
    def reference_time(self) -> ReferenceTime:
        """Which day is today: as given, else as dateline or byline say, else the day of receipt (UTC)."""
        if self._published:
            zone = self._given.strftime("%z") if isinstance(self._given, dt.datetime) else None
            return ReferenceTime(self._published, "given", zone or None)
        if self.imprint.date is not None and self.imprint.basis is not None:
            return ReferenceTime(self.imprint.date, self.imprint.basis)
        return ReferenceTime(self.received.date(), "received")

    @cached_property
    def _given(self) -> dt.date | dt.datetime | None:
        return parse_published(self.article.published_at) if self.article.published_at else None

    @property
    def _published(self) -> dt.date | None:
        return self._given.date() if isinstance(self._given, dt.datetime) else self._given

    @cached_property
    def imprint(self) -> Imprint:
        """What the article says of its own making: byline, dateline, credits, date."""
        return read_imprint(self.text, self.columns, self.received.date(), self._published)

    @property
    def byline(self) -> Byline | None:
        """Who wrote it: as given with the article, else as the text says."""
        if self.article.authors:
            return Byline(start=None, end=None, text=None, authors=tuple(self.article.authors))
        return self.imprint.byline

    @cached_property
    def quotation(self) -> Quotation:
        """What stands between quotation marks, and the paragraphs."""
        return Quotation(self.text)

    @cached_property
    def parties(self) -> Parties:
        """Who is who: every entity with its mentions."""
        return find_parties(self.columns, self.quotation, self._credits)

    @property
    def _credits(self) -> Credits:
        """Who made the article: these are no parties of the story."""
        names = (self.imprint.byline.authors if self.imprint.byline else ()) + tuple(self.article.authors or ())
        dateline = self.imprint.dateline
        return Credits(stretches=self.imprint.credits, names=names, outlet=self.article.source,
                       origin=(dateline.place_start, dateline.place_end) if dateline and dateline.place else None,
                       agency=dateline.agency if dateline else None)

    @cached_property
    def columns(self) -> Columns:
        """The doc's token attributes as plain lists."""
        return Columns(self.doc)

    @cached_property
    def numerals(self) -> tuple[Numeral, ...]:
        """All numbers in digits and in words, in order."""
        return find_numerals(self.text, self.language.code)

    @cached_property
    def word_ranks(self) -> WordRanks:
        """How much each word weighs."""
        return rank_words(self.columns, self.doc.vocab.strings)

    @cached_property
    def judge(self) -> Judge:
        """How each statement stands: polarity, certainty, status and whose word it is."""
        return Judge(self.columns, self.quotation)

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """What happened: events with their parties, which claims and events both tell of."""
        return find_occurrences(self.columns, self.parties, self.judge)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """All entities in order of first mention."""
        return self.parties.entities

    def entity_of(self, token: Token) -> Entity | None:
        """Give the entity that the token is the head (or a part of the name) of a mention of."""
        return self.parties.entity_of(token.i)

    def records(self, name: str) -> Sequence[Record]:
        """Give the records of an extractor named in `NEEDS`; none if it failed."""
        return self.found.get(name, ())

    def span(self, start: int, end: int) -> TextSpan:
        """Give the stretch of text between two code-point offsets."""
        return TextSpan(start, end, self.text[start:end])


class Reader:
    """Turns articles into readings with one model and one set of lexicons."""

    def __init__(self, model: Model, *, accelerate: Mode = "auto", cache: Path | None = None, patience: int = 50,
                 lexicons: Path | None = None) -> None:
        """Take a loaded model.

        Args:
            model: what to parse with.
            accelerate: how to run it, see `worker.nlp.accelerate`; the parse is the same in all modes.
            cache: the folder for what numba compiles.
            patience: articles that are read before numba is loaded, which takes as long as some thirty of them; 0: at once.
            lexicons: a user's folder of entries that add to the lexicons and take from them.

        Raises:
            ConfigurationError: something in that folder is wrong.
        """
        #: The hash of the user's own entries, if there are any.
        self.lexicons = use_lexicons(lexicons)
        self.model = model
        self._cache = cache
        self._patience = patience if accelerate == "auto" else 0
        self._vocabulary = Vocabulary(model.nlp, frequent=0 if patience else FREQUENT) if accelerate != "off" else None
        self._tables = WordTables(model.nlp.vocab)
        self._parse: Callable[[str], Doc] = run_accelerated(model.nlp, "numpy" if self._patience else accelerate, cache)
        if self._vocabulary is not None and isinstance(self._parse, Accelerated):
            self._parse.keep(self._vocabulary.frequent)
            if not patience:
                share(model.nlp)

    @property
    def report(self) -> dict[str, str]:
        """What runs for each component of the pipeline, see `worker.nlp.accelerate`."""
        return dict(getattr(self._parse, "report", {}))

    @contextmanager
    def read(self, article: Article, received: dt.datetime) -> Iterator[Reading]:
        """Parse the article and give its reading, valid inside the `with` block.

        `received` is the time of receipt, with its zone.

        Raises:
            LanguageError: the model does not read the article's language.
        """
        language = language_of(article, self.model.nlp.lang or "xx")
        if self._patience:
            self._patience -= 1
            if not self._patience:
                self._parse = run_accelerated(self.model.nlp, "auto", self._cache)
        if self._vocabulary is not None:
            self._vocabulary.notice(article.text)
        words = 0
        try:
            with self.model.nlp.memory_zone():
                doc = parse_long(article.text, self._parse, cuts=dateline_borders(article.text))
                words = len(doc)
                yield Reading(article=article, doc=doc, received=received, language=language)
        finally:
            self._tables.passed(words)
