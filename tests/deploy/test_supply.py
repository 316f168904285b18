"""The bill of materials names everything that is installed, with its hash; the audit asks about all of it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.servers import ROOT


def test_the_bill_of_materials_is_whole(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    arguments = _recipe("cyclonedx_py").replace("-o sbom.json", f"-o {written}").split()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, timeout=120)
    bill = json.loads(written.read_text(encoding="utf-8"))
    assert bill["metadata"]["component"]["name"] == "wiredesk"
    parts = {part["name"]: part for part in bill["components"]}
    assert _locked() == set(parts)
    assert all(reference["hashes"] for part in parts.values() for reference in part["externalReferences"])


def test_the_audit_reads_the_lock_that_is_installed() -> None:
    """What it would ask, without asking: advisories change from day to day, and a test must not."""
    command = [sys.executable, *_recipe("pip_audit").split(), "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    wanted = [Requirement(line) for line in _requirements()]
    here = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    assert f"would have audited {len(here)} packages" in done.stdout + done.stderr
    assert "--strict" in _recipe("pip_audit"), "what could not be looked up must not count as sound"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"])
def test_a_lock_holds_whatever_its_packages_need(lock: str) -> None:
    """With `--require-hashes` pip refuses a need that the lock does not name: the image could not be built."""
    needs = [need for need in map(Requirement, _requirements(lock)) if need.marker is None or need.marker.evaluate()]
    locked = {canonicalize_name(need.name) for need in needs}
    for package in needs:
        for need in map(Requirement, metadata.requires(package.name) or ()):
            wanted = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *package.extras))
            assert not wanted or canonicalize_name(need.name) in locked, f"{package.name} needs {need}, which {lock} lacks"


def _recipe(module: str) -> str:
    (line,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if module in line]
    return line.split("python ")[1]


def _requirements(lock: str = "requirements.lock") -> list[str]:
    lines = (ROOT / "deploy" / lock).read_text(encoding="utf-8").splitlines()
    return [line.rstrip(" \\") for line in lines if "==" in line and not line.lstrip().startswith("#")]


def _locked() -> set[str]:
    return {line.split("==")[0].partition("[")[0] for line in _requirements()}
