"""Reads JSON that others sent: what is none is named by line and column with what was expected there, and a key stands once in an object.

JSON itself allows a key to stand twice, and parsers silently keep one of the values: of a submitted article the wrong one, perhaps. Looking
at every key would cost as much as parsing, so only what may have one twice is looked at again: see `_suspicious`.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from worker.errors import ArticleError
from worker.records import Article

#: An article's fields as they stand in JSON; a quotation mark within a string is escaped, so that no text holds these bytes.
_FIELDS = tuple((name, f'"{name}"'.encode()) for name in Article.model_fields)
_PLAINER = {
    "unexpected end of data": "it ends too early; is something cut off, or a quotation mark or bracket left open?",
    "Input is a zero-length, empty document": "it is empty; expected a JSON value",
}


class NotJsonError(ArticleError):
    """What was sent is no JSON; `line` counts from 1, `reason` has no subject ("is no JSON at ...")."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__("", reason)
        self.line = line


def read_json(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Give the value.

    Raises:
        NotJsonError: it is no JSON.
        ArticleError: an object in it has a key twice, which is the error's field.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _not_json(data, error) from None
    if _suspicious(data, value) and (key := _twice(data)) is not None:
        raise ArticleError(key, "stands twice in one object; send it once")
    return value


def _not_json(data: bytes, error: orjson.JSONDecodeError) -> NotJsonError:
    """Tell where it stops being JSON, and what was expected there."""
    line, column = error.lineno, error.colno
    message = error.msg.split(": line ")[0]
    message = _PLAINER.get(message, message.removeprefix("unexpected character, "))
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        column = len(data[data.rfind(b"\n", 0, wrong.start) + 1:wrong.start].decode(errors="replace")) + 1
        message = f"byte {data[wrong.start]:#04x} is not UTF-8"
    place = f"line {line}, column {column}" if b"\n" in data.rstrip() else f"column {column}"
    return NotJsonError(line, f"is no JSON at {place}: {message}")


def _suspicious(data: bytes, value: object) -> bool:
    """Tell whether a key may stand twice: a field's name is there more often than the field, or there are objects within."""
    articles = [item for item in (value if isinstance(value, list) else (value,)) if isinstance(item, dict)]
    if not articles:
        return isinstance(value, list) and b"{" in data
    if len(articles) == 1:
        [article] = articles
        return "metadata" in article or any(name in article and data.count(written) > 1 for name, written in _FIELDS)
    return any("metadata" in article for article in articles) or any(
        data.count(written) > sum(name in article for article in articles) for name, written in _FIELDS)


def _twice(data: bytes) -> str | None:
    """Give the first key that an object has twice; None if there is none."""
    try:
        json.loads(data, object_pairs_hook=_once, parse_int=len, parse_float=len)
    except _TwiceError as error:
        return error.key
    except (ValueError, RecursionError):
        pass  # deeper than an article may be: refused for that
    return None


class _TwiceError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once(pairs: list[tuple[str, object]]) -> None:
    if len(pairs) != len({key for key, _ in pairs}):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _TwiceError(key)
            seen.add(key)
