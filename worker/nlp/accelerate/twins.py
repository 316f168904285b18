"""Which component gets which twin, in the order of the pipeline."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.pipeline import AttributeRuler, DependencyParser, EntityRecognizer, Lemmatizer, Morphologizer, Tagger
from spacy.pipeline.tok2vec import Tok2Vec

from worker.nlp.accelerate.encoder import ContextVectors
from worker.nlp.accelerate.labels import morphologizer, tagger
from worker.nlp.accelerate.layers import Unfit
from worker.nlp.accelerate.ner import Ner
from worker.nlp.accelerate.parser import Parser, StockLoop
from worker.nlp.accelerate.rules import Rules

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from worker.nlp.accelerate.layers import Pipe
    from worker.nlp.accelerate.maxout import Finish
    from worker.nlp.accelerate.verify import Component

#: Makes a twin and names its kind, "numpy" or "numba", with a reason where the faster one cannot be; raises `Unfit`.
Maker = Callable[[], "tuple[str, Component]"]


def plan(nlp: Language, *, numba: bool, cache: Path | None) -> Iterator[tuple[list[str], Component, Maker | None]]:
    """Yield names, spaCy's own code and the twin's maker for each component; a ruler goes with the lemmatizer behind it."""
    pipeline: list[tuple[str, Pipe]] = list(nlp.pipeline)
    while pipeline:
        name, pipe = pipeline.pop(0)
        if isinstance(pipe, AttributeRuler) and pipeline and isinstance(pipeline[0][1], Lemmatizer):
            lemmas, lemmatizer = pipeline.pop(0)
            yield [name, lemmas], _both(pipe, lemmatizer), partial(_rules, pipe, lemmatizer)
        else:
            yield [name], pipe, _maker(pipe, numba=numba, cache=cache)


def _maker(pipe: Pipe, *, numba: bool, cache: Path | None) -> Maker | None:
    # Subclasses may do more than their base: only spaCy's own classes are known.
    if type(pipe) is Tok2Vec:
        return partial(_vectors, pipe, SharedVectors, numba=numba, cache=cache)
    if type(pipe) is Tagger:
        return lambda: ("numpy", tagger(pipe))
    if type(pipe) is Morphologizer:
        return lambda: ("numpy", morphologizer(pipe))
    if type(pipe) is EntityRecognizer:
        return partial(_vectors, pipe, Ner, numba=numba, cache=cache)
    if type(pipe) is DependencyParser:
        return partial(_parser, pipe, numba=numba, cache=cache)
    return None


class SharedVectors:
    """The twin of a tok2vec component: it leaves the vectors in the doc's tensor, where later components look."""

    def __init__(self, pipe: Pipe, finish: Finish | None = None) -> None:
        self.vectors = ContextVectors(pipe.model, pipe.vocab, finish)

    def __call__(self, doc: Doc) -> Doc:
        """Set the doc's tensor."""
        vectors: Any = self.vectors(doc)
        doc.tensor = vectors
        return doc


def _rules(ruler: Pipe, lemmatizer: Pipe) -> tuple[str, Component]:
    return "numpy", Rules(ruler, lemmatizer)


def _both(ruler: Pipe, lemmatizer: Pipe) -> Component:
    return lambda doc: lemmatizer(ruler(doc))


def _vectors(pipe: Pipe, make: type[SharedVectors | Ner], *, numba: bool, cache: Path | None) -> tuple[str, Component]:
    kind, compiled = _compiled("maxout", numba=numba, cache=cache)
    return kind, make(pipe, compiled.finish if compiled else None)


def _parser(pipe: Pipe, *, numba: bool, cache: Path | None) -> tuple[str, Component]:
    kind, compiled = _compiled("arc_eager", numba=numba, cache=cache)
    try:
        return kind, Parser(pipe, compiled.run if compiled else None)
    except Unfit:
        return "numpy", StockLoop(pipe)


def _compiled(module: str, *, numba: bool, cache: Path | None) -> tuple[str, Any]:
    """Give what numba compiled in a module of this folder, with the kind it makes; none where numba cannot be had or is not wanted."""
    if not numba:
        return "numpy", None
    try:
        with _without_scipy():
            config: Any = importlib.import_module("numba").config
            if cache is not None:
                config.CACHE_DIR = str(cache)
            return "numba", importlib.import_module(f"worker.nlp.accelerate.{module}")
    except ImportError:
        return "numpy", None
    except RuntimeError as error:
        # numba finds no folder that it may write its cache to: to compile for every start costs more than it gains.
        return f"numpy, without numba: {error}", None


@contextmanager
def _without_scipy() -> Iterator[None]:
    """Keep numba from importing SciPy's linear algebra for compiled matrix products, which takes long; the loop has none."""
    name = "scipy.linalg"
    if name in sys.modules:
        yield
        return
    absent: Any = None
    sys.modules[name] = absent
    try:
        yield
    finally:
        sys.modules.pop(name, None)
