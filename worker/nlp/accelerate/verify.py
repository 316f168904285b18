"""Is a component's twin to be trusted? Both read the same texts, and every annotation must be equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, LEMMA, MORPH, NORM, ORTH, POS, SENT_START, TAG

from worker.nlp.accelerate.layers import read

if TYPE_CHECKING:
    from spacy.tokens import Doc

Component = Callable[["Doc"], "Doc"]

#: What a reader of the doc can see of a token, but for its offset, which only the tokenizer sets.
SEEN = {"words": ORTH, "norms": NORM, "tags": TAG, "parts of speech": POS, "features": MORPH, "lemmas": LEMMA, "heads": HEAD,
        "dependencies": DEP, "sentences": SENT_START, "entities": ENT_IOB, "entity types": ENT_TYPE}
#: How far two vectors of a token may lie apart: sums in another order round otherwise (3e-6 was the most in 37,000 tokens).
TOLERANCE = 1e-4

#: Short texts that hold what the components treat in ways of their own: names of one and more words, reported and quoted
#: speech, numbers and money, contractions that rules split ("gonna", "let's"), "there is", white space as a word, words that no
#: vocabulary knows, and enough short sentences to be parsed side by side.
PROBES = (
    ("LONDON, March 3 - The Bank of England raised its key rate to 4.5 percent on Thursday, said Ruth Okonkwo-Hale, its deputy "
    "governor.\n\n\"We're not gonna stop there,\" she told reporters; let's see whether inflation, which hit $2.3bn in costs, "
    "falls.  There are at least 12,000 jobs at stake in north-eastern Qordestal, the TUC warned.\n"),
    ("Y'all ain't heard: Mr. Adeyemi (who'd been the Kenyan minister since 2019) won't resign, he reportedly wrote on Friday... "
    "Zwexlifting broke U.N. rules? Le président a déclaré qu'il n'irait pas à Genève."),
    ("Trams stopped at noon. \"Nobody warned us,\" a driver said. \"We waited.\" Why? The mayor blamed snow. She had promised buses! "
    "None came. What the city bought were ploughs. Roads that had been shut for a week opened late on Tuesday. Schools, too. "
    "It was over by six, officials said.\n\nNobody was hurt. A hearing, the first in years, is set for May."),
)


def differences(expected: Doc, found: Doc) -> list[str]:
    """Name what differs between two docs of one text."""
    if len(expected) != len(found):
        return ["words"]
    names, attributes = list(SEEN), list(SEEN.values())
    unequal = (read(expected, attributes) != read(found, attributes)).any(axis=0)
    different = [name for name, differs in zip(names, unequal, strict=True) if differs]
    if expected.tensor.shape != found.tensor.shape or not np.allclose(expected.tensor, found.tensor, rtol=0, atol=TOLERANCE):
        different.append("vectors")
    return different
