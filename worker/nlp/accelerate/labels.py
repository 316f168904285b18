"""Tagger and morphologizer: one product, the best label of each token, written in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from spacy.attrs import MORPH, POS, TAG

from worker.nlp.accelerate.encoder import Linear, vectors_of
from worker.nlp.accelerate.layers import Unfit, only, read, write

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from worker.nlp.accelerate.layers import Pipe, Words


class Labels:
    """The best label of each token, as the values of one or more attributes."""

    def __init__(self, pipe: Pipe, attributes: list[int], values: list[tuple[int, ...]]) -> None:
        self._pipe = pipe
        self.vectors = vectors_of(pipe.model.layers[0], pipe.vocab)
        self._scores = Linear(only(pipe.model, "softmax"))
        self._attributes = attributes
        self._values: Words = np.array(values, dtype=np.uint64)

    def __call__(self, doc: Doc) -> Doc:
        """Label the doc; one that is labelled already goes to spaCy's own component, which knows what may be overwritten."""
        if read(doc, self._attributes).any():
            return self._pipe(doc)  # type: ignore[no-any-return] # spaCy's stubs say Any
        best = self._scores(self.vectors(doc)).argmax(axis=1)
        return write(doc, self._attributes, self._values[best])


def tagger(pipe: Pipe) -> Labels:
    """Give a tagger's twin.

    Raises:
        Unfit: it is of another architecture.
    """
    return Labels(pipe, [TAG], [(pipe.vocab.strings[label],) for label in pipe.labels])


def morphologizer(pipe: Pipe) -> Labels:
    """Give a morphologizer's twin: its labels name both the features and the part of speech.

    Raises:
        Unfit: it is of another architecture, or it extends features instead of setting them.
    """
    if pipe.cfg["extend"]:
        raise Unfit("a morphologizer that extends features")
    morphs, parts = pipe.cfg["labels_morph"], pipe.cfg["labels_pos"]
    values: list[tuple[int, ...]] = [(pipe.vocab.morphology.add(morphs.get(label, 0)), parts.get(label, 0)) for label in pipe.labels]
    return Labels(pipe, [MORPH, POS], values)
