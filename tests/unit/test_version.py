"""The version is told alike by the package, by its description and by the command."""

from __future__ import annotations

import tomllib

from typer.testing import CliRunner

from tests.servers import ROOT
from worker import __version__
from worker.cli import app


def test_the_command_tells_the_version_that_the_package_has() -> None:
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.stdout) == (0, f"wiredesk {described}\n")
    assert __version__ == described
