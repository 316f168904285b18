"""From nothing to the first result: bare spaCy, `wiredesk extract` and a worker, each in a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from worker.cli.bench.articles import made_articles
from worker.cli.bench.measure import Spread
from worker.cli.bench.report import Bench, Section
from worker.cli.bench.workers import plant

#: What a user would write for one article.
BARE = """import importlib, sys
try:
    load = importlib.import_module(sys.argv[1].replace("-", "_")).load
except ModuleNotFoundError:
    import spacy
    load = lambda: spacy.load(sys.argv[1])
load()(open(sys.argv[2], encoding="utf-8").read())
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds to the first result, and how many more than bare spaCy's in the same round."""

    name: str
    seconds: Spread
    over_bare: Spread


def start_section(bench: Bench) -> Section:
    """Time rounds of all three in turn; numba has compiled before."""
    with plant(bench.settings, 1):
        pass
    times: dict[str, list[float]] = {"bare spaCy": [], "wiredesk extract": [], "worker, to its first result": []}
    with tempfile.TemporaryDirectory() as folder:
        text, article = Path(folder, "a.txt"), Path(folder, "a.json")
        text.write_text(made_articles(1)[0], encoding="utf-8")
        article.write_text(json.dumps({"text": text.read_text(encoding="utf-8")}), encoding="utf-8")
        environment = os.environ | {"WIREDESK_MODEL": bench.settings.model}
        for _ in range(bench.rounds):
            for name, command in (("bare spaCy", [sys.executable, "-c", BARE, bench.settings.model, str(text)]),
                                  ("wiredesk extract", [sys.executable, "-m", "worker", "extract", str(article)])):
                start = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
                times[name].append(time.perf_counter() - start)
            with plant(bench.settings, 1) as running:
                times["worker, to its first result"].append(running.first_result)
    bare = times["bare spaCy"]
    found = [Start(name, Spread.of(taken), Spread.of([own - other for own, other in zip(taken, bare, strict=True)]))
             for name, taken in times.items()]
    rows = [(row.name, row.seconds, row.over_bare) for row in found]
    return Section("Start", ("", "seconds", "more than bare spaCy"), rows, [asdict(row) for row in found])
