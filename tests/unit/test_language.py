"""An article in a language without a model is refused by name; short texts are read as the model's."""

from __future__ import annotations

import datetime as dt

import pytest

from worker.errors import LanguageError
from worker.nlp.language import Language, language_of
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

ENGLISH = "The council met on Monday to speak about the bridge, which has been shut to lorries since the storm of last winter. " * 3
GERMAN = "Der Gemeinderat hat am Montag über die Brücke beraten, die seit dem Sturm im vergangenen Winter für Lastwagen gesperrt ist. " * 3
FRENCH = "Le conseil s'est réuni lundi pour parler du pont, fermé aux camions depuis la tempête de l'hiver dernier. " * 3


def test_english_is_read() -> None:
    """A long English text is judged, with a confidence."""
    language = language_of(Article.parse({"text": ENGLISH}), "en")
    assert language.code == "en"
    assert language.confidence is not None
    assert language.confidence >= 0.9


@pytest.mark.parametrize(("text", "code"), [(GERMAN, "de"), (FRENCH, "fr"), (GERMAN.upper(), "de")])
def test_other_languages_are_refused(text: str, code: str) -> None:
    """The sentence names the language and what to do."""
    with pytest.raises(LanguageError, match=f"language '{code}'.*the model reads 'en'.*setting `model`"):
        language_of(Article.parse({"text": text}), "en")


@pytest.mark.parametrize("text", [GERMAN[:120], "Bonjour à tous.", "12 13 14 " * 60, "«» " * 200])
def test_short_texts_are_not_judged(text: str) -> None:
    """With fewer than 200 letters a text is read as the model's language."""
    assert language_of(Article.parse({"text": text}), "en") == Language("en", None)


def test_the_submitter_is_believed() -> None:
    """A given language is taken; one that the model does not read is refused."""
    assert language_of(Article.parse({"text": GERMAN, "language": "en-GB"}), "en") == Language("en", None)
    with pytest.raises(LanguageError, match="is said to be in the language 'de'"):
        language_of(Article.parse({"text": ENGLISH, "language": "de"}), "en")


def test_a_model_of_another_language_reads_its_own() -> None:
    """A French model reads French and refuses English; a model of all languages refuses none."""
    assert language_of(Article.parse({"text": FRENCH}), "fr").code == "fr"
    assert language_of(Article.parse({"text": GERMAN}), "xx").code == "de"
    with pytest.raises(LanguageError):
        language_of(Article.parse({"text": ENGLISH}), "fr")


def test_the_result_says_the_language(reader: Reader) -> None:
    """`document.language` has code and confidence."""
    result = run(Article.parse({"text": ENGLISH, "extractors": []}), reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC)))
    assert result["document"]["language"]["code"] == "en"
    assert result["document"]["language"]["confidence"] >= 0.9
