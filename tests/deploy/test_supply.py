"""The bill of materials names everything that is installed, with its hash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.servers import ROOT


def test_the_bill_of_materials_is_whole(tmp_path: Path) -> None:
    (recipe,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "cyclonedx_py" in line]
    written = tmp_path / "sbom.json"
    arguments = recipe.split("python ")[1].replace("-o sbom.json", f"-o {written}").split()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, timeout=120)
    bill = json.loads(written.read_text(encoding="utf-8"))
    assert bill["metadata"]["component"]["name"] == "wiredesk"
    parts = {part["name"]: part for part in bill["components"]}
    locked = [line.split("==")[0] for line in (ROOT / "deploy/requirements.lock").read_text(encoding="utf-8").splitlines() if "==" in line]
    assert {name.partition("[")[0] for name in locked} == set(parts)
    assert all(reference["hashes"] for part in parts.values() for reference in part["externalReferences"])
