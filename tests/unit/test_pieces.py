"""Long texts are read in pieces without losing a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.nlp.pieces import parse_long, pieces
from worker.nlp.reading import Reader


@given(st.text(alphabet="ab.\n \t!”", max_size=400), st.integers(min_value=2, max_value=60))
def test_pieces_are_the_whole_text(text: str, limit: int) -> None:
    """Joined they are the text, none is longer than the limit and none is empty but for an empty text."""
    parts = list(pieces(text, limit))
    assert "".join(parts) == text
    assert all(len(part) <= limit for part in parts)
    assert all(parts) or not text


@pytest.mark.parametrize(("text", "first"), [
    ("One two three. Four five.\n\nSix. Seven eight nine", "One two three. Four five.\n\n"),
    ("One two three. Four five.\nSix. Seven eight nine", "One two three. Four five.\n"),
    ("One two three. \"Four.\" Five six seven, eight", "One two three. \"Four.\" "),
    ("One two three, four five six seven eight nine", "One two three, four five six "),
    ("x" * 40, "x" * 32),
])
def test_the_best_border_wins(text: str, first: str) -> None:
    """A paragraph's end, then a line's, a sentence's, a word's; a text without any is cut where it must."""
    assert next(pieces(text, 32)) == first


def test_a_doc_of_pieces_is_one_doc(reader: Reader) -> None:
    """Offsets count from the article's start; heads, sentences and entities stand as in the parse of each paragraph."""
    paragraphs = [f"Anna Bell of Oslo said on Monday that {number} ships had left.\n\n" for number in range(12)]
    text = "".join(paragraphs)
    parse = reader.model.nlp
    doc = parse_long(text, parse, piece=200)
    assert doc.text == text
    assert [text[token.idx:token.idx + len(token)] for token in doc] == [token.text for token in doc]
    apart = [parse(part) for part in pieces(text, 200)]
    assert [(e.text, e.label_) for e in doc.ents] == [(e.text, e.label_) for part in apart for e in part.ents]
    assert [s.text for s in doc.sents] == [s.text for part in apart for s in part.sents]
    assert [(t.head.text, t.dep_, t.lemma_, t.tag_, str(t.morph)) for t in doc] == \
        [(t.head.text, t.dep_, t.lemma_, t.tag_, str(t.morph)) for part in apart for t in part]
    assert all(doc.text[e.start_char:e.end_char] == e.text for e in doc.ents)
