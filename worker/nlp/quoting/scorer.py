"""The trained weights of `weights.txt` and the probabilities that they give; three logistic models over features.

`tests/benchmarks/train_quotes.py` makes the file: one feature a line, its model, name and weight. No feature names anything but grammar's
labels and words of the project's own lexicons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: The models: is the pair an attribution; which cut of the content is right; does a quotation stand for itself.
MODELS = ("pair", "cut", "speech")
#: What is known, in parts: ("own", True, "ccomp"). Joined by colons they are the name that `weights.txt` gives a weight to.
Feature = tuple[str | int, ...]
_MOST_SEEN = 20_000


class Weights(dict[Feature, float]):
    """Weights by feature, of those met so far, forgotten when there are too many; `named` has them by name.

    Names are made once for each feature: to join its parts takes longer than to find them together.
    """

    def __init__(self, named: Mapping[str, float]) -> None:
        super().__init__()
        self.named = named

    def __missing__(self, feature: Feature) -> float:
        if len(self) > _MOST_SEEN:
            self.clear()
        self[feature] = weight = self.named.get(name_of(feature), 0.0)
        return weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """One table of weights for each model."""

    pair: Weights
    cut: Weights
    speech: Weights

    def pair_score(self, features: list[Feature]) -> float:
        """Give the sum of the features' weights: the logarithm of the odds that cue and content belong together."""
        return _sum(self.pair, features)

    def is_speech(self, features: list[Feature]) -> float:
        """Give the probability that a quotation stands for itself."""
        return logistic(_sum(self.speech, features))

    def best_cut(self, cuts: list[list[Feature]]) -> tuple[int, float]:
        """Give the number of the likeliest cut and its probability among them."""
        if len(cuts) == 1:
            return 0, 1.0
        scores = [_sum(self.cut, features) for features in cuts]
        top = max(scores)
        return scores.index(top), 1.0 / sum(math.exp(score - top) for score in scores)


@cache
def trained() -> Scorer:
    """Read the weights once."""
    tables: dict[str, dict[str, float]] = {model: {} for model in MODELS}
    for line in (Path(__file__).parent / "weights.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            model, name, weight = line.split("\t")
            tables[model][name] = float(weight)
    return Scorer(pair=Weights(tables["pair"]), cut=Weights(tables["cut"]), speech=Weights(tables["speech"]))


def name_of(feature: Feature) -> str:
    """Give the name of a feature in `weights.txt`."""
    return ":".join(map(str, feature))


def _sum(weights: Weights, features: list[Feature]) -> float:
    total = 0.0
    for weight in map(weights.__getitem__, features):
        total += weight
    return total


def logistic(score: float) -> float:
    """Turn the logarithm of odds into a probability."""
    return 1.0 / (1.0 + math.exp(-score)) if score > -500 else 0.0  # noqa: PLR2004 - beyond it exp() overflows
