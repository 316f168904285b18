"""Row 20: a rolling upgrade and the way back, with an older Wiredesk of its own folder beside this one."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

from tests.faults.conftest import Place
from tests.faults.test_kills import commanded
from tests.load import submit_patiently
from tests.servers import ROOT, wait_for
from worker import __version__

#: The last commit before shards, RabbitMQ and waiting for replicas; its scripts are others than today's.
EARLIER = "464fa66"
OLD = "0.0.9"


def older(folder: Path) -> str:
    """Put an older Wiredesk into the folder, out of the repository's history, else this one under another version; tells which."""
    command = ["git", "archive", EARLIER, "worker", "config", "tests"]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    if packed.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        return f"commit {EARLIER}"
    for name in ("worker", "config", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "tables", "golden"))
    return "another version"


def test_20_a_rolling_upgrade_and_the_way_back(place: Place, tmp_path: Path) -> None:
    """Old and new workers side by side, the old one stopped, then the other way round: nothing lost or doubled."""
    which = older(tmp_path)
    named = tmp_path / "worker" / "__init__.py"
    named.write_text(re.sub(r'__version__ = "[^"]*"', f'__version__ = "{OLD}"', named.read_text()))
    items = commanded(400, "@sleep 0.01")
    # What an upgrade must not touch: an article that waits for another try.
    items[5]["text"] = "Report 5.\n@kill_first"

    def reading() -> Counter[str]:
        return Counter(sign.version for sign in place.ledger.workers.list())

    def done() -> int:
        return place.ledger.status().done

    submit_patiently(place.ledger, items[:200])
    old = place.worker("-n", "old@%h", root=tmp_path, concurrency=1)
    wait_for(lambda: done() > 10, 30)
    new = place.worker("-n", "new@%h", concurrency=1)
    wait_for(lambda: reading() == {OLD: 1, __version__: 1}, 30)
    assert "two versions" in advice_of(place)
    mark = done()
    wait_for(lambda: done() > mark + 10 or place.ledger.status().queued == 0, 30)
    assert old.stop() < 20
    assert reading() == {__version__: 1}
    submit_patiently(place.ledger, items[200:300])
    place.drain(40)
    # The way back: what this version has accepted and left, the older one reads.
    submit_patiently(place.ledger, items[300:])
    mark = done()
    wait_for(lambda: done() > mark + 5, 30)
    assert new.stop() < 20
    place.worker("-n", "again@%h", root=tmp_path, concurrency=1)
    place.drain(40)
    ids = [item["id"] for item in items]
    by = Counter(json.loads(place.ledger.results.get(article_id))["provenance"]["wiredesk"] for article_id in ids)
    assert by.keys() == {OLD, __version__}
    # A worker that stops may leave hints that it had taken ahead; they are given again.
    assert place.ledger.status().counters["recovered|process_lost"] == 1
    place.judge(20, f"upgrade from {which} and back, workers one after the other", ids,
                provoked="3 starts, 2 stops", also=f"{by[OLD]} read by the old, {by[__version__]} by the new")


def advice_of(place: Place) -> str:
    """What `wiredesk top` says."""
    asked = subprocess.run([sys.executable, "-m", "worker", "top", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60,
                           env={**os.environ, "WIREDESK_REDIS_URL": place.server.url}, check=True)
    return " ".join(json.loads(asked.stdout)["advice"])
