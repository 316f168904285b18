"""Articles to measure with: from a file, or made from the seeds so that no two are alike."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from worker.errors import InputError
from worker.files import ArticleFiles
from worker.settings import data_folder

#: The same articles on every run.
SEED = 20
#: Share of a text's names that each article replaces by words that no vocabulary knows, as the news brings new ones every day.
NEW_NAMES = 0.3
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
_NUMBER = re.compile(r"\d+")
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def load_articles(paths: Sequence[str], count: int) -> list[str]:
    """Give the texts of articles: the first `count` of the files, else as many made from the seeds.

    Raises:
        InputError: the files hold no article.
    """
    if not paths:
        return made_articles(count)
    texts = []
    for item in ArticleFiles(paths):
        if item.article is not None:
            texts.append(item.article.text)
        if len(texts) == count:
            break
    if not texts:
        raise InputError(f"{', '.join(paths)}: no article found; name files as `wiredesk extract` takes them")
    return texts


def made_articles(count: int, folder: Path | None = None) -> list[str]:
    """Make articles from the texts of the seeds: other order, other numbers, other names."""
    seeds = [path.read_text(encoding="utf-8") for path in sorted((folder or data_folder("seeds")).glob("*.txt"))]
    return [_varied(seeds[number % len(seeds)], random.Random(SEED + number)) for number in range(count)]


def long_article(words: int) -> str:
    """Make one article of about so many words."""
    parts, have = [], 0
    # A seed has 80 words at least.
    for text in made_articles(2 + words // 80):
        parts.append(text)
        have += len(text.split())
        if have >= words:
            break
    return "\n\n".join(parts)


def _varied(text: str, chance: random.Random) -> str:
    paragraphs = [paragraph for paragraph in text.split("\n") if paragraph.strip()]
    chance.shuffle(paragraphs)
    joined = "\n\n".join(paragraphs)
    for name in sorted(set(_NAME.findall(joined))):
        if chance.random() < NEW_NAMES:
            joined = re.sub(rf"\b{name}\b", _new_name(chance), joined)
    return _NUMBER.sub(partial(_new_number, chance), joined)


def _new_name(chance: random.Random) -> str:
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(chance.randint(2, 4))).capitalize()


def _new_number(chance: random.Random, found: re.Match[str]) -> str:
    digits = found.group()
    # A year stays a year.
    return digits if len(digits) == len("2024") else str(chance.randint(10 ** (len(digits) - 1), 10 ** len(digits) - 1))
