"""The API keeps its own description, whatever is sent: no server error, no undocumented answer (schemathesis, all checks)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.servers import Gateway, Server, open_ledger, server_binaries
from worker.ledger.access import ApiKeys

#: Examples for each operation; SCHEMATHESIS_EXAMPLES=250 makes about two thousand in all.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "10")
#: A live stream never ends: it has tests of its own.
ENDLESS = "/v1/results/stream"


def test_every_answer_is_as_described(tmp_path: Path) -> None:
    """Examples, edge cases, random values and chains of calls."""
    server = Server(server_binaries()["valkey"])
    with open_ledger(server.url) as ledger:
        key = ApiKeys(ledger).create("fuzzer", ["admin"])
    gateway = Gateway(server.url)
    try:
        program = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"
        finished = subprocess.run(
            [sys.executable, "-c", program, "run", f"{gateway.address}/openapi.json", "--checks", "all", "--max-examples", EXAMPLES,
             "--request-timeout", "30", "--exclude-path", ENDLESS, "--continue-on-failure", "-H", f"Authorization: Bearer {key}"],
            cwd=tmp_path, check=False, capture_output=True, text=True, timeout=280 + 2 * int(EXAMPLES),
        )
        time.sleep(0.1)
        print(finished.stdout[finished.stdout.find("API Operations"):])  # the figures, for pytest -s
        assert finished.returncode == 0, finished.stdout[-6_000:] + finished.stderr[-1_000:]
        assert " passed" in finished.stdout
        assert "Traceback" not in gateway.text
    finally:
        gateway.close()
        server.close()
