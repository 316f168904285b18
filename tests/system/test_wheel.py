"""An installed Wiredesk works in any folder: settings, lexicons, scripts, pages and seeds travel in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
                   check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_extract_and_demo_work_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """Nothing of the checkout is needed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    env = kept | {"PYTHONPATH": str(installed), "PYTHONWARNINGS": "ignore"}
    where = [sys.executable, "-c", "import worker; print(worker.__file__)"]
    place = subprocess.run(where, env=env, cwd=tmp_path, capture_output=True, check=True)
    assert str(installed) in place.stdout.decode()
    for command, given, sign in ((["extract", "-"], b"Seoul said no to Kyiv on Monday.", b'"Q884"'), (["demo"], b"", b"North Korea")):
        done = subprocess.run([sys.executable, "-m", "worker", *command], env=env, cwd=tmp_path, input=given, capture_output=True,
                              timeout=180, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert sign in done.stdout


def test_everything_travels(installed: Path) -> None:
    """What is no Python file is in the wheel too."""
    def names(root: Path) -> set[str]:
        files = (file for file in root.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        return {str(file.relative_to(root)) for file in files if file.suffix != ".pyc"}

    assert {f"worker/{name}" for name in names(ROOT / "worker")} <= names(installed)
