"""A real browser for pages: Debian's Chromium, headless; where there is none, what needs it skips with a sentence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1280,1400",
]


def need_browser() -> str:
    """Give Chromium's path."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH to look at pages with; Debian's package chromium brings it")
    return CHROMIUM


def page_after_scripts(url: str, profile: Path, *, milliseconds: int = 4_000) -> str:
    """Give a page's HTML as it stands after its scripts have run."""
    done = subprocess.run(
        [need_browser(), *_OPTIONS, f"--user-data-dir={profile}", f"--virtual-time-budget={milliseconds}", "--dump-dom", url],
        capture_output=True, text=True, timeout=90, check=True,
    )
    return done.stdout


def screenshot(url: str, profile: Path, target: Path, *, milliseconds: int = 4_000) -> None:
    """Take a picture of a page after its scripts have run."""
    subprocess.run(
        [need_browser(), *_OPTIONS, f"--user-data-dir={profile}", f"--virtual-time-budget={milliseconds}", f"--screenshot={target}", url],
        capture_output=True, timeout=90, check=True,
    )
