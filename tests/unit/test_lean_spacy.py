"""spaCy's command line is left out of its import, and is there for whoever asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

LEFT_OUT = "import sys, worker.nlp, spacy; assert 'spacy.cli.train' not in sys.modules; "


@pytest.mark.parametrize("later", [
    "from spacy.cli import download; assert callable(download)",
    "from spacy.cli.evaluate import evaluate; assert callable(evaluate)",
    "assert callable(spacy.cli.download)",
    "assert spacy.info(silent=True)['spacy_version'] == spacy.__version__",
    "from spacy.cli.info import info; assert callable(info); assert spacy.cli.app",
])
def test_the_command_line_is_read_when_it_is_asked_for(later: str) -> None:
    """Each way to it works after an import that went without."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", LEFT_OUT + later], check=True)


def test_an_import_before_ours_is_left_alone() -> None:
    """Where spaCy was imported first, nothing of it is replaced."""
    subprocess.run([sys.executable, "-W", "ignore", "-c",
                    "import spacy, sys; whole = spacy.cli; import worker.nlp; assert sys.modules['spacy.cli'] is whole"], check=True)
