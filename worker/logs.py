"""Logging, set up once: structlog, columns on a terminal and JSON elsewhere; event names are static, everything else is a field.

An article's text is never logged; passwords in URLs are masked wherever they stand.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from worker.settings import LogSettings

_SECRET = re.compile(r"(//[^:@/\s]*:)[^@\s]*@")


def set_up_logs(settings: LogSettings) -> None:
    """Send Wiredesk's own and other packages' records to standard error, in one shape."""
    columns = settings.format == "columns" or (settings.format == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=True)] if columns
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _name_foreign],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    ))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    # Celery tells of each task twice; one line per article is Wiredesk's own.
    for chatty in ("celery.worker.strategy", "celery.app.trace", "kombu", "amqp", "numba"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def keep_off_standard_output() -> None:
    """For commands, whose standard output is data: structlog's own default would write there."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _mask_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 - structlog's signature
    for name, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[name] = _SECRET.sub(r"\1***@", value)
    return event


def _name_foreign(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 - structlog's signature
    """Other packages' messages are sentences, not names: keep them as a field."""
    event["message"] = event.get("event")
    event["event"] = "foreign"
    return event
