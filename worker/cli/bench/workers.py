"""A whole Wiredesk of its own to measure: a server in a folder that goes away, and a worker with some processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from worker.embedded import server
from worker.errors import WiredeskError
from worker.ledger import Ledger, connect
from worker.producer import submit
from worker.settings import Settings

#: Seconds that a worker may take to its first result (numba compiles once), and an article of a round at the most.
START_SECONDS = 180.0
ARTICLE_SECONDS = 5.0
PAUSE = 0.1


@dataclass
class Plant:
    """A server and a worker; `ledger` counts what is done."""

    ledger: Ledger
    worker: subprocess.Popen[bytes]
    #: Seconds from the worker's start to its first results.
    first_result: float = 0.0
    #: Makes every submitted text another article.
    submitted: int = 0

    def run(self, texts: Sequence[str]) -> float:
        """Submit the texts and wait until all are read; give the seconds from the first submit to the last commit."""
        start = time.perf_counter()
        self.wait(self.submit(texts), ARTICLE_SECONDS * len(texts))
        return time.perf_counter() - start

    def time_next(self, count: int) -> float:
        """Give the seconds until so many more articles are read."""
        start = time.perf_counter()
        self.wait(self.ledger.status().done + count, ARTICLE_SECONDS * count)
        return time.perf_counter() - start

    def submit(self, texts: Sequence[str]) -> int:
        """Submit the texts as new articles; give how many results there are when all of them are read."""
        articles = [{"id": f"bench-{number}", "text": text} for number, text in enumerate(texts, start=self.submitted)]
        self.submitted += len(texts)
        refused = [verdict for verdict in submit(articles, ledger=self.ledger) if not verdict.ok]
        if refused:
            raise WiredeskError(f"the server refuses the benchmark's articles: {refused[0].reason}")
        return self.submitted

    def wait(self, results: int, seconds: float) -> None:
        """Wait until so many articles are read."""
        deadline = time.monotonic() + seconds
        while True:
            status = self.ledger.status()
            if status.dead:
                raise WiredeskError("a benchmark's article became a dead letter; `wiredesk extract` shows why")
            if status.done >= results:
                return
            if self.worker.poll() is not None or time.monotonic() > deadline:
                raise WiredeskError("the benchmark's worker does not read; `wiredesk doctor` may tell why")
            time.sleep(PAUSE)

    def children(self) -> list[int]:
        """Give the worker's processes that read articles."""
        pid = self.worker.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


@contextmanager
def plant(settings: Settings, processes: int) -> Iterator[Plant]:
    """Start a server and a worker for the time of the block, apart from any that run; both are warm when the block begins."""
    with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder:
        own = settings.model_copy(update={"home": Path(folder), "redis_url": ""})
        with server(own) as running:
            ledger = connect(own, running.url)
            environment = os.environ | {"WIREDESK_REDIS_URL": running.url, "WIREDESK_HOME": str(settings.home.absolute()),
                                        "WIREDESK_MODEL": settings.model, "WIREDESK_LOGS__LEVEL": "warning"}
            command = [sys.executable, "-m", "celery", "-A", "worker.app", "worker", "--concurrency", str(processes)]
            with Path(folder, "worker.log").open("wb") as log:
                worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
            start = time.perf_counter()
            try:
                made = Plant(ledger, worker)
                made.wait(made.submit(["Seoul said on Monday that 1,500 troops had left."] * processes * 2), START_SECONDS)
                made.first_result = time.perf_counter() - start
                yield made
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(worker.pid, signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(30)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
                ledger.close()
