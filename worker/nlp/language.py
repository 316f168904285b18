"""Which language an article is in, and whether the loaded model reads it; it translates nothing.

What the submitter says is believed. Else py3langid (Lui and Baldwin 2012) is asked, which knows 97 languages; it is unsure of
short texts, so those with fewer than 200 letters, and those it is not sure of, are taken to be in the model's language.
"""

from __future__ import annotations

from array import array
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING

from worker.errors import LanguageError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

    from worker.records import Article

#: Fewer letters are not judged.
MIN_LETTERS = 200
#: A less certain judgement is none.
MIN_CONFIDENCE = 0.9
#: Characters judged at first, and when the first judgement is not certain.
_GLANCE, _LOOK = 400, 4_000
#: spaCy's code for a pipeline that reads any language.
_ANY_LANGUAGE = "xx"
#: Codes that name the same language for a reader of news.
_SAME = {"no": "nb", "nn": "nb", "in": "id", "iw": "he"}


@dataclass(frozen=True, slots=True)
class Language:
    """An article's language."""

    #: ISO 639-1.
    code: str
    #: From 0.9 to 1; None where nothing was judged: given by the submitter, or too short.
    confidence: float | None


def language_of(article: Article, model_language: str) -> Language:
    """Say in which language the article is read by a model of `model_language` (spaCy's code).

    Raises:
        LanguageError: the article is in a language that the model does not read.
    """
    given = article.language.split("-")[0].lower() if article.language else None
    language = Language(given, None) if given else _judge(article.text) or Language(model_language, None)
    if model_language != _ANY_LANGUAGE and _same(language.code) != _same(model_language):
        said = "is said to be" if given else f"is (confidence {language.confidence})"
        raise LanguageError(
            f"the article {said} in the language {language.code!r}; the model reads {model_language!r}: "
            "name a model of the article's language in the setting `model`, or give `language` with the article"
        )
    return language


def preload() -> None:
    """Begin to load the identifier beside other work: its model is unpacked, which leaves the interpreter to others."""
    Thread(target=_load_early, name="language", daemon=True).start()


def _load_early() -> None:
    with suppress(OSError):  # no room to unpack it: told when an article needs it
        _identifier()


def _judge(text: str) -> Language | None:
    """Identify the language of a text that is long enough; None if there is no certain answer."""
    for characters in (_GLANCE, _LOOK):
        part = text[:characters]
        if sum(map(str.isalpha, part)) >= MIN_LETTERS:
            code, probability = _identifier().classify(part)
            if probability >= MIN_CONFIDENCE:
                return Language(str(code), round(float(probability), 4))
        if len(text) <= characters:
            break
    return None


#: Held while the identifier is loaded, so that it is loaded once.
_LOADING = Lock()


def _identifier() -> LanguageIdentifier:
    with _LOADING:
        return _load_identifier()


@cache
def _load_identifier() -> LanguageIdentifier:
    """Load the identifier once a process, when the first long text comes: its import and model take about half a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Its 200,000 numbers as arrays instead of lists: who looks at an object of a list writes to it (its users are counted), and so each
    # process would come to hold these megabytes for itself.
    for name in ("_rowbase", "tk_output"):
        numbers = getattr(identifier, name, None)
        if isinstance(numbers, list):
            setattr(identifier, name, array("q", numbers))
    return identifier


def _same(code: str) -> str:
    return _SAME.get(code, code)
