"""What a user would write instead: stock Celery, stock settings, a task that takes the whole article and does nothing."""

from __future__ import annotations

import os

from celery import Celery

from worker.app import broker_url

app = Celery("plain", broker=broker_url(os.environ["WIREDESK_REDIS_URL"]), task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="nothing")
def nothing(article: dict[str, str]) -> None:
    """Do nothing with an article of four kilobytes."""
