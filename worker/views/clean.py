"""Text that may reach a terminal: articles are hostile, an escape sequence in one must not steer the reader's screen."""

from __future__ import annotations

import unicodedata

#: Unicode categories that steer instead of print: controls, formats (among them bidirectional overrides), surrogates, private use.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co"})
#: Joiners that scripts and emoji need; they steer nothing.
_HARMLESS = frozenset("\u200c\u200d")


def clean(text: str, keep: str = "") -> str:
    r"""Show every character that steers a terminal as its code, such as `\\x1b`; those in `keep` stay.

    The length can change: mark spans before cleaning, never after.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character in keep or character in _HARMLESS or unicodedata.category(character) not in _STEERING else _code(character)
        for character in text
    )


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - widths of Python's escapes
