"""Log lines are JSON with static names; secrets are masked wherever they stand."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging
from structlog.contextvars import bound_contextvars
from worker.logs import get_logger, set_up_logs
from worker.settings import load_settings
set_up_logs(load_settings().logs)
log = get_logger("worker.test")
with bound_contextvars(id="a", attempt=2):
    log.info("article_done", server="redis://user:secret@host/0", milliseconds={"parse": 1.5})
log.debug("hidden")
logging.getLogger("kombu").error("cannot reach redis://:secret@host")
logging.getLogger("celery.app.trace").info("twice told")
try:
    raise ValueError("broken")
except ValueError:
    log.exception("round_failed")
"""


def test_lines_are_json_with_context_and_without_secrets() -> None:
    """Own and foreign records have one shape; a password never appears."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert "secret" not in done.stderr
    article, foreign, failed = (json.loads(line) for line in done.stderr.splitlines())
    assert (article["event"], article["id"], article["attempt"], article["server"]) == ("article_done", "a", 2, "redis://user:***@host/0")
    assert (foreign["event"], foreign["message"], foreign["level"]) == ("foreign", "cannot reach redis://:***@host", "error")
    assert "ValueError: broken" in failed["exception"]
