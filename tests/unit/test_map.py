"""The map of the house in `worker/__init__.py` names every room, and names no room that is not there."""

from __future__ import annotations

import pkgutil
import re

import worker


def test_the_map_names_every_module() -> None:
    """A line a module; folders end with a slash."""
    drawn = set(re.findall(r"^    (\w+)/? {2,}\S", worker.__doc__ or "", flags=re.MULTILINE))
    there = {module.name for module in pkgutil.iter_modules(worker.__path__) if not module.name.startswith("_")}
    assert drawn == there
