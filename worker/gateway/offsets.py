"""Offsets in UTF-16 units instead of code points, for JavaScript and Java, whose strings count so."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

#: The last character that takes one unit.
_LAST_NARROW = 0xFFFF


def to_utf16(result: dict[str, Any], text: str) -> dict[str, Any]:
    """Give a result whose every `start` and `end` counts UTF-16 units of the article's text."""
    # A character beyond the basic plane takes two units: count those that stand before an offset.
    wide = [place for place, character in enumerate(text) if ord(character) > _LAST_NARROW]
    if not wide:
        return result
    converted: dict[str, Any] = _converted(result, lambda offset: offset + bisect_left(wide, offset))
    converted["article"]["metadata"] = result["article"]["metadata"]
    return converted


def _converted(value: Any, convert: Callable[[int], int]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {
            key: convert(item) if key in ("start", "end") and isinstance(item, int) else _converted(item, convert)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_converted(item, convert) for item in value]
    return value
