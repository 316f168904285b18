"""Load the spaCy pipeline that the settings name; it knows nothing of articles."""

from __future__ import annotations

import importlib
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from worker.errors import ConfigurationError
from worker.nlp.model_files import faults, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language

#: What each article needs of a pipeline; one without them cannot tell who does what.
REQUIRED = (("tagger", "morphologizer"), ("parser",), ("ner",))
#: spaCy's name for a vocabulary's strings among the things that a load may leave out.
_STRINGS = "strings"


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded pipeline and its name as the result's provenance prints it."""

    nlp: Language
    name: str
    version: str


def load_model(name: str, *, whole: bool = False) -> Model:
    """Load a pipeline installed under `name`: a package with a `load()`, a spaCy package or a folder.

    Of the pipelines whose files are recorded, the list of all strings ever met in training is left out unless the `whole` is wanted: words
    get their strings when they are met. For the md model that is 0.8 of 1.4 seconds and 130 MB, and nothing reads otherwise.

    Raises:
        ConfigurationError: there is no such pipeline or it lacks a component that reading needs.
    """
    import spacy

    package = name.replace("-", "_")
    with warnings.catch_warnings():
        # The md package declares spaCy 3.7 and is checked to load and to read the same on 3.8.
        warnings.filterwarnings("ignore", message=r".*\[W095\].*")
        try:
            nlp = _load_package(package, whole=whole) or spacy.load(name)
        except OSError as error:
            raise ConfigurationError(
                f"model: no spaCy pipeline {name!r} is installed; install its package or set WIREDESK_MODEL to one that is"
            ) from error
    missing = [" or ".join(parts) for parts in REQUIRED if not set(parts) & set(nlp.pipe_names)]
    if missing:
        raise ConfigurationError(f"model: the pipeline {name!r} has no {', '.join(missing)}; choose a full pipeline")
    return Model(nlp=nlp, name=str(nlp.meta["name"]), version=str(nlp.meta["version"]))


def _load_package(package: str, *, whole: bool) -> Language | None:
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError:
        return None
    if module.__file__ and (wrong := next(faults(package, Path(module.__file__).parent), None)):
        raise ConfigurationError(f"model: the installed package {package} is not what it was made as ({wrong}); install it anew")
    load: Callable[..., Language] | None = getattr(module, "load", None)
    if load is None or not callable(load):
        return None
    unused = _disabled(Path(module.__file__).parent) if module.__file__ else []
    if lean := not whole and package in recorded():
        unused.append(_STRINGS)
    nlp = load(exclude=unused) if unused else load()
    if lean:
        _add_labels(nlp)
    return nlp


def _add_labels(nlp: Language) -> None:
    """Give the strings of what the components say, which they hold as numbers: all other strings come with the words they belong to."""
    for _, component in nlp.pipeline:
        for label in getattr(component, "labels", ()):
            nlp.vocab.strings.add(label)


def _disabled(folder: Path) -> list[str]:
    """Name the components that a spaCy package brings but leaves switched off, as a second finder of sentences: they need not be read."""
    try:
        return list(json.loads((folder / "meta.json").read_text(encoding="utf-8"))["disabled"])
    except (OSError, ValueError, KeyError, TypeError):
        return []
