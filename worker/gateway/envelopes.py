"""What foreign systems put on the intakes: a Celery message (protocol 2 or 1) or a stream entry, unwrapped to an article.

Celery's own consumer never sees these: it would lose what it pops and die of what it cannot read. A message needs no more than
`headers.task` = "wiredesk.submit" and `body` = the JSON of [[article], {}, {}] as a string, plain or base64.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

import orjson

from worker.errors import ArticleError, InputError
from worker.json_input import NotJsonError, read_json

TASK: Final = "wiredesk.submit"
_ENCODINGS = ("utf-8", "utf8", "binary", "")


class EnvelopeError(InputError):
    """The item holds no article; `reason` is a short name of the class of fault."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def from_message(raw: bytes) -> Any:  # noqa: ANN401 - whatever stands where the article should
    """Give what a Celery message carries as its article, not yet validated.

    Raises:
        EnvelopeError: the message is broken or for another task.
    """
    message = _json(raw, "the message")
    if not isinstance(message, dict):
        raise EnvelopeError("not_a_message", "the message is no JSON object as Celery writes it")
    headers = message.get("headers") or {}
    content = message.get("content-type", "application/json")
    if content != "application/json" or str(message.get("content-encoding") or "").lower() not in _ENCODINGS:
        raise EnvelopeError("not_json", f"the body is {str(content)[:100]}; send JSON (`task_serializer = \"json\"`)")
    if isinstance(headers, dict) and headers.get("compression"):
        raise EnvelopeError("compressed", "the body is compressed; send it as it is")
    body = _body(message)
    # Protocol 1 has the task in the body, an object; protocol 2 in the headers.
    if isinstance(body, dict):
        return _article(body.get("task"), body.get("args"), body.get("kwargs"))
    if isinstance(body, list) and len(body) in (2, 3) and isinstance(headers, dict):
        return _article(headers.get("task"), body[0], body[1])
    raise EnvelopeError("not_a_message", "the body is neither [args, kwargs, embed] nor an object with task and args")


def from_entry(fields: dict[bytes, bytes]) -> Any:  # noqa: ANN401
    """Give what a stream entry carries as its article, not yet validated.

    Raises:
        EnvelopeError: there is no field `article`, or it is no JSON.
    """
    if b"article" not in fields:
        raise EnvelopeError("no_article", "the entry has no field `article`; write XADD wiredesk:intake * article <json>")
    return _json(fields[b"article"], "the field `article`")


def trace_of_message(raw: bytes) -> str:
    """Give the header `traceparent` of a Celery message that `from_message` could read; nothing if it has none."""
    if b'"traceparent"' not in raw:
        return ""
    headers = orjson.loads(raw).get("headers")
    given = headers.get("traceparent") if isinstance(headers, dict) else None
    return given if isinstance(given, str) else ""


def _body(message: dict[str, Any]) -> Any:  # noqa: ANN401
    body, properties = message.get("body"), message.get("properties")
    if not isinstance(body, str):
        raise EnvelopeError("not_a_message", "the message has no body")
    encoding = properties.get("body_encoding") if isinstance(properties, dict) else None
    if encoding == "base64":
        try:
            return _json(base64.b64decode(body, validate=True), "the body")
        except (binascii.Error, ValueError):
            raise EnvelopeError("not_base64", "the body is said to be base64 and is not") from None
    if encoding not in (None, "", "utf-8"):
        raise EnvelopeError("not_base64", "the body's encoding is unknown; send base64 or plain JSON")
    return _json(body.encode(errors="surrogatepass"), "the body")


def _article(task: object, positional: object, named: object) -> Any:  # noqa: ANN401
    if task != TASK:
        raise EnvelopeError("unknown_task", f"the task is {str(task)[:100]!r}; this queue takes {TASK!r} only")
    if isinstance(positional, list) and len(positional) == 1 and not named:
        return positional[0]
    if positional in ([], None) and isinstance(named, dict) and list(named) == ["article"]:
        return named["article"]
    raise EnvelopeError("wrong_arguments", f"{TASK} takes one article object as its only argument")


def _json(raw: bytes, what: str) -> Any:  # noqa: ANN401
    try:
        return read_json(raw)
    except NotJsonError as error:
        raise EnvelopeError("not_json", f"{what} {error.reason}") from None
    except ArticleError as error:
        raise EnvelopeError("invalid", str(error)) from None
