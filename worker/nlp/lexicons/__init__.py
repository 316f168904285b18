"""Lexicons: what a journalist can mend, one entry a line; this module reads them and knows nothing of what they mean.

A file `<name>.txt` holds entries whose fields are separated by ` | `; `#` begins a comment line, blank lines are skipped.
Each file's first lines say what its fields are, where the facts come from and under which licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
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


def alternatives(forms: Iterable[str]) -> str:
    """Give a regular expression that matches the longest of the forms; it shares prefixes, several times faster than a plain list."""
    return _branches(sorted(set(forms), reverse=True))


def _branches(forms: list[str]) -> str:
    branches = []
    for first, group in groupby(forms, key=lambda form: form[:1]):
        rest = [form[1:] for form in group]
        branches.append(re.escape(first) + (_branches(rest) if rest != [""] else "") if first else "")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
