"""Check a model's files against recorded hashes: a model that was changed or half copied reads wrongly and says nothing.

`models.txt` records the pipelines that Wiredesk is made with; others are not checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

#: Small files that say how all others are read: hashed at each load; of the others the size is compared.
_HEADS = ("config.cfg", "meta.json")


def recorded() -> frozenset[str]:
    """Give the names of the packages whose files are recorded."""
    return frozenset(_records())


def faults(package: str, folder: Path, *, whole: bool = False) -> Iterator[str]:
    """Name each file of an installed package that is missing or differs; `whole` hashes every file (a second or less for 50 MB).

    Packages that are not recorded have no faults.
    """
    for path, size, sha256 in _records().get(package, ()):
        file = folder / path
        try:
            found = file.stat().st_size
        except OSError:
            yield f"{path} is missing"
            continue
        if found != size:
            yield f"{path} has {found:,} bytes instead of {size:,}"
        elif (whole or file.name in _HEADS) and _sha256(file) != sha256:
            yield f"{path} was changed"


@cache
def _records() -> dict[str, list[tuple[str, int, str]]]:
    records: dict[str, list[tuple[str, int, str]]] = {}
    for line in (Path(__file__).parent / "models.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            package, path, size, sha256 = (field.strip() for field in line.split("|"))
            records.setdefault(package, []).append((path, int(size), sha256))
    return records


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
