"""Lexicons: what a journalist can mend, one entry a line; this module reads them and knows nothing of what they mean.

A file `<name>.txt` holds entries whose fields are separated by ` | `; `#` begins a comment line, blank lines are skipped.
Each file's first lines say what its fields are, where the facts come from and under which licence.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def entries(name: str) -> tuple[tuple[str, ...], ...]:
    """Give the entries of one lexicon, each as its fields; fields that the line leaves out are absent.

    Raises:
        FileNotFoundError: there is no such lexicon.
    """
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(field.strip() for field in line.split("|")) for line in lines if line.strip() and not line.startswith("#"))


@cache
def words(name: str) -> frozenset[str]:
    """Give the first field of every entry: for lexicons that are plain lists."""
    return frozenset(entry[0] for entry in entries(name))
