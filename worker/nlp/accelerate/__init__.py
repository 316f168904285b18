"""The same pipeline with the same output, sooner: each component that is understood gets a twin, checked against it at load.

A twin takes a doc and gives it back as spaCy's component would; they share nothing but the doc, so that any of them may be
missing. What has no twin (a transformer, a user's own component, another architecture) runs as it is. Sentences, tags, heads,
lemmas and entities are equal to spaCy's; the vectors behind them differ in the sixth digit, since sums run in another order.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from worker.nlp.accelerate import blas, runs, twins, verify
from worker.nlp.accelerate.encoder import ContextVectors
from worker.nlp.accelerate.layers import Unfit

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Mode = Literal["auto", "numpy", "off"]


class Accelerated:
    """Reads texts as `nlp` does; `report` says for each component what runs: "numpy", "numba", or why spaCy's own does."""

    def __init__(self, nlp: Language, steps: list[verify.Component], report: dict[str, str]) -> None:
        self._nlp = nlp
        self._steps = tuple(steps)
        self.report = report

    def keep(self, words: Sequence[str]) -> None:
        """Compute these words' embeddings for good, before the process forks."""
        if not words:
            return
        doc = self._nlp.make_doc(" ".join(words))
        for step in self._steps:
            if isinstance(vectors := getattr(step, "vectors", None), ContextVectors):
                vectors.embedding.keep(doc)

    def __call__(self, text: str) -> Doc:
        """Parse a text.

        Raises:
            ValueError: the text is longer than the pipeline's `max_length`, in spaCy's words.
        """
        doc = runs.make_doc(self._nlp, text)
        if not len(doc):
            return self._nlp(doc)
        for step in self._steps:
            doc = step(doc)
        return doc


def accelerate(nlp: Language, mode: Mode = "auto", cache: Path | None = None) -> Callable[[str], Doc]:
    """Give a callable that parses as `nlp` does, as fast as this pipeline allows.

    Args:
        nlp: a loaded pipeline; it is not changed.
        mode: "auto" takes numba where it is installed, "numpy" does without, "off" gives `nlp` back.
        cache: the folder for what numba compiles; by default its own choice. Compile before processes fork.

    A component whose twin gives other output on the probe texts keeps its own code; one warning names all such.
    """
    if mode == "off":
        return nlp
    blas.use_one_thread()
    report: dict[str, str] = {}
    steps: list[verify.Component] = []
    probes = [nlp.make_doc(text) for text in verify.PROBES]
    expected = [nlp.make_doc(text) for text in verify.PROBES]
    failed = []
    for names, stock, make in twins.plan(nlp, numba=mode == "auto", cache=cache):
        for doc in expected:
            stock(doc)
        kind, step, reason = _choose(stock, make, probes, expected)
        steps.append(step)
        report |= dict.fromkeys(names, reason or kind)
        if reason:
            failed.append(f"{' and '.join(names)} ({reason})")
            probes = [_copy(doc) for doc in expected]
    if failed:
        warnings.warn(f"not accelerated, spaCy's own code runs: {'; '.join(failed)}", RuntimeWarning, stacklevel=2)
    return Accelerated(nlp, steps, report)


def _choose(stock: verify.Component, make: twins.Maker | None, probes: list[Doc], expected: list[Doc]) -> tuple[str, verify.Component, str]:
    """Give the kind and the step to run, with the reason if it is the stock component."""
    if make is None:
        return "spacy", stock, "of a kind that is not known"
    try:
        kind, step = make()
        found = [step(doc) for doc in probes]
    except Unfit as error:
        return "spacy", stock, str(error)
    except Exception as error:  # noqa: BLE001 - whatever another version of spaCy breaks: its own code still runs
        return "spacy", stock, f"{type(error).__name__}: {error}"
    different = sorted({name for pair in zip(expected, found, strict=True) for name in verify.differences(*pair)})
    return (kind, step, "") if not different else ("spacy", stock, f"other {', '.join(different)} on the probe texts")


def _copy(doc: Doc) -> Doc:
    copied: Any = doc.copy()
    return copied  # type: ignore[no-any-return] # spaCy's stubs say Any
