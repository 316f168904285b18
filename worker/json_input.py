"""Reads JSON that others sent: what is none is named by line and column with what was expected there, and nothing is lost unseen.

JSON itself allows a key to stand twice, and parsers silently keep one of the values, the wrong one, perhaps; and they round large numbers.
Looking at every key would cost as much as parsing, so keys are looked at only where the quotation marks do not add up: see `_suspicious`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import orjson

from worker.errors import ArticleError

#: What JSON's readers keep to the last digit.
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_PLAINER = {
    "unexpected end of data": "it ends too early; is something cut off, or a quotation mark or bracket left open?",
    "Input is a zero-length, empty document": "it is empty; expected a JSON value",
    "UTF-8 byte order mark (BOM) is not supported": "it begins with a byte order mark; leave that out",
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
        ArticleError: an object in it has a key twice or a number that would be rounded; the key is the error's field.
    """
    value = _parsed(data)
    if _suspicious(data, value):
        _look_closely(data)
    return value


def read_items(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Give the value; of a list each item that `read_json` would refuse for a key or a number is replaced by the `ArticleError`.

    Raises:
        NotJsonError: it is no JSON.
        ArticleError: it is no list, and `read_json` refuses it.
    """
    value = _parsed(data)
    if not _suspicious(data, value):
        return value
    if not isinstance(value, list):
        _look_closely(data)
        return value
    with suppress(RecursionError):  # deeper than an article may be: its own verdict says so
        looked_at = json.loads(data, object_pairs_hook=_doubted, parse_float=len)
        return [_doubt(seen) or item for seen, item in zip(looked_at, value, strict=True)]
    return value


def _parsed(data: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _not_json(data, error) from None


def _doubted(pairs: list[tuple[str, object]]) -> object:
    """Give the object's values, or the error of the first thing in it that was lost."""
    try:
        _faithful(pairs)
    except ArticleError as error:
        return error
    values = [value for _, value in pairs]
    return _doubt(values) or values


def _doubt(value: object) -> ArticleError | None:
    if isinstance(value, list):
        return next((doubt for doubt in map(_doubt, value) if doubt), None)
    return value if isinstance(value, ArticleError) else None


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
    """Tell whether something may have been lost: more quotation marks are written than all keys and strings need, or a number is vast."""
    marks, left = 0, [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            marks += 2 + item.count('"')
        elif isinstance(item, dict):
            left += item
            left += item.values()
        elif isinstance(item, list):
            left += item
        elif isinstance(item, float) and not _SMALLEST < item < _LARGEST:
            return True
    # Only this escape writes a quotation mark of a string's own without one.
    return data.count(b'"') != marks or rb"\u0022" in data


def _look_closely(data: bytes) -> None:
    """Refuse the first key that an object has twice, and the first whole number that was rounded."""
    with suppress(RecursionError):  # deeper than an article may be: refused for that
        json.loads(data, object_pairs_hook=_faithful, parse_float=len)


def _faithful(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for key, value in pairs:
        if key in seen:
            raise ArticleError(key, "stands twice in one object; send it once")
        seen.add(key)
        if _vast(value):
            raise ArticleError(key, "holds a whole number of more than 64 bits, which would be rounded; send it as a string")


def _vast(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_vast, value))
    return isinstance(value, int) and not _SMALLEST <= value <= _LARGEST
