"""Text that may reach a terminal: articles are hostile, an escape sequence in one must not steer the reader's screen."""

from __future__ import annotations

import re
import unicodedata

#: Unicode categories that steer instead of print: controls, formats (among them bidirectional overrides), surrogates, private use.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co"})
#: Joiners that scripts and emoji need; they steer nothing.
_HARMLESS = frozenset("\u200c\u200d")
#: Those of them that JSON may hold as they are.
_STEERING_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff"
    "\ufeff\ufff9-\ufffb\U000e0001-\U000e007f\U000f0000-\U0010ffff]"
)


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


def clean_json(value: bytes) -> bytes:
    r"""Write such characters in JSON as its own escapes (`\\u202e`): a reader of the JSON finds the same strings."""
    text = value.decode()
    if text.isascii() and "\x7f" not in text:
        return value
    return _STEERING_IN_JSON.sub(lambda found: _escaped(found[0]), text).encode()


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - widths of Python's escapes
