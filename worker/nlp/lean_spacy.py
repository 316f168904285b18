"""spaCy's import without its command line (web clients, templates, a project manager), which takes a fifth of a second each time.

Whoever asks for that command line later gets it, read then.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_COMMANDS = "spacy.cli"


class _Later(ModuleType):
    """Stands for the command line until something of it is wanted."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module holds
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class _Info(ModuleType):
    """Stands for the one module of the command line that spaCy's import takes a function from."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module holds
        if name != "info":
            raise AttributeError(name)
        # An import that finds a module already there does not tell its package of it.
        vars(sys.modules["spacy"]).setdefault("cli", sys.modules[_COMMANDS])
        return _info


def _info(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - spaCy's own signature
    for name in (f"{_COMMANDS}.info", _COMMANDS):
        if isinstance(sys.modules.get(name), _Later | _Info):
            del sys.modules[name]
    return importlib.import_module(f"{_COMMANDS}.info").info(*args, **options)


def leave_out_commands() -> None:
    """Let spaCy's import go without its command line, if spaCy is not imported yet."""
    found = importlib.util.find_spec("spacy") if "spacy" not in sys.modules else None
    if found is None or found.origin is None:
        return
    commands, info = _Later(_COMMANDS), _Info(f"{_COMMANDS}.info")
    # Its other modules are found as ever.
    commands.__path__ = [str(Path(found.origin).parent / "cli")]
    sys.modules[commands.__name__], sys.modules[info.__name__] = commands, info
