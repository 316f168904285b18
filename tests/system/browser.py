"""A real browser for pages: Debian's Chromium, headless, driven over its DevTools protocol; without one, what needs it skips."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websocket

CHROMIUM = shutil.which("chromium")
_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0", "--remote-allow-origins=*",
]
#: Seconds until a page's scripts have settled.
_SETTLE = 1.5


def need_browser() -> str:
    """Give Chromium's path."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH to look at pages with; Debian's package chromium brings it")
    return CHROMIUM


@dataclass
class Browser:
    """One tab: what it shows, what it asked for, and what went wrong in it."""

    socket: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _number: int = 0

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and give its answer; events that come before it are kept."""
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def open(self, url: str) -> None:
        """Go to a page and let its scripts settle."""
        self.requests.clear()
        self.errors.clear()
        self.ask("Page.navigate", url=url)
        until = time.monotonic() + _SETTLE
        while time.monotonic() < until:
            self.evaluate("0")
            time.sleep(0.1)

    def evaluate(self, script: str) -> Any:
        """Run a script in the page, outside of its policy, and give its value; promises are awaited."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, target: Path, *, width: int = 1280, height: int = 1000) -> None:
        """Write what the window shows as a PNG."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        target.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def markup(self) -> str:
        """Give the page as it stands."""
        return str(self.evaluate("document.documentElement.outerHTML"))

    def _note(self, message: dict[str, Any]) -> None:
        about = message.get("params", {})
        match message["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(about["request"]["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(about["exceptionDetails"]))
            case "Log.entryAdded" if about["entry"]["level"] == "error":
                self.errors.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start Chromium with a new profile; it ends with the block."""
    process = subprocess.Popen([need_browser(), *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _port(profile / "DevToolsActivePort")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=20) as answer:
            [tab] = [tab for tab in json.load(answer) if tab["type"] == "page"]
        socket = websocket.create_connection(tab["webSocketDebuggerUrl"], timeout=60)
        made = Browser(socket)
        for domain in ("Page", "Network", "Runtime", "Log"):
            made.ask(f"{domain}.enable")
        yield made
        socket.close()
    finally:
        process.terminate()
        process.wait(20)


def _port(file: Path) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if file.exists() and (text := file.read_text()):
            return int(text.splitlines()[0])
        time.sleep(0.1)
    pytest.fail("chromium did not start within 30 seconds")
