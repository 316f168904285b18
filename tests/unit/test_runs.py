"""Long runs of punctuation are tokenized in a time that grows with their length, and lose no character."""

from __future__ import annotations

import time

import pytest
import spacy

from worker.nlp.accelerate.runs import make_doc

NLP = spacy.blank("en")


@pytest.mark.parametrize("run", ['"' * 20_000, "([{" * 5_000, "'s" * 5_000, "😀" * 10_000, "_" * 10_000, '"' * 129 + " "])
def test_a_run_is_read_soon_and_whole(run: str) -> None:
    """What stands around the run is cut as without it."""
    text = f"Seoul said no.  {run}  On Monday, it rained."
    began = time.process_time()
    doc = make_doc(NLP, text)
    assert time.process_time() - began < 5
    assert doc.text == text
    assert [token.text for token in doc][:4] == ["Seoul", "said", "no", "."]
    assert [token.text for token in doc][-6:] == ["On", "Monday", ",", "it", "rained", "."]


def test_a_run_begins_no_sentence_and_changes_no_word() -> None:
    """Where the run was cut the parser finds nothing marked; what the tokenizer writes otherwise ("n't") stays so."""
    doc = make_doc(NLP, "They couldn't. " + "!?" * 200 + " They couldn't.")
    assert not any(token.is_sent_start for token in doc if token.i)
    assert [token.norm_ for token in doc if token.text == "n't"] == ["not", "not"]


@pytest.mark.parametrize("text", ["", " ", "Seoul said “no”… (again). https://example.org/a?b=c&d=e#f", "-" * 80 + "\n", '"' * 127 + "x"])
def test_prose_is_cut_as_by_spacy(text: str) -> None:
    """Only a run that no prose holds is treated apart."""
    assert [token.text_with_ws for token in make_doc(NLP, text)] == [token.text_with_ws for token in NLP.make_doc(text)]
