"""Lexicons: what a journalist can mend, one entry a line; this module reads them and knows nothing of what they mean.

A file `<name>.txt` holds entries whose fields are separated by ` | `; `#` begins a comment line, blank lines are skipped.
Each file's first lines say what its fields are, where the facts come from and under which licence; the one that begins with `#=` says so to
`shapes.py`. A user's own folder adds and takes away (`own.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from worker.nlp.lexicons.shapes import Entry, built_in

if TYPE_CHECKING:
    from pathlib import Path

    from worker.nlp.lexicons.own import OwnLexicons


class _InForce:
    """What this process reads by; chosen once, before the first entry is read, for tables made of entries are kept."""

    own: OwnLexicons | None = None


def use(folder: Path | None) -> str | None:
    """Let a user's folder change the lexicons of this process; give the hash of its changes, none without a folder.

    Raises:
        ConfigurationError: the folder cannot be read or a line in it is wrong.
        RuntimeError: entries were read before, with other changes.
    """
    own = None
    if folder is not None:
        from worker.nlp.lexicons.own import read

        own = read(folder)
    digest = own.digest if own else None
    if digest != (_InForce.own.digest if _InForce.own else None):
        if entries.cache_info().currsize:
            raise RuntimeError("lexicons were read before the user's own were chosen")
        _InForce.own = own
    return digest


@cache
def entries(name: str) -> tuple[Entry, ...]:
    """Give the entries of one lexicon, each as its fields; fields that the line leaves out are absent.

    Raises:
        FileNotFoundError: there is no such lexicon.
    """
    return _InForce.own.entries(name) if _InForce.own else built_in(name)


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
