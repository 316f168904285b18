"""The frame of every HTML page: one self-contained file, everything from outside escaped, nothing loaded from anywhere.

The style and the script are the two files beside this one; a policy that allows just these two, by their hashes, is `POLICY`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape as _escape
from pathlib import Path

from worker.views.clean import clean


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is safe to write as it is; plain strings are escaped wherever a page takes them."""

    markup: str


#: What a cell or a heading may be.
Content = Html | str | int | float | None


def escape(value: Content) -> str:
    """Give the markup of a value: characters that steer are shown as their codes, the rest is escaped."""
    if value is None:
        return "–"
    if isinstance(value, Html):
        return value.markup
    return _escape(clean(str(value), keep="\n\t"), quote=True)


def element(name: str, content: Content, **attributes: str | None) -> Html:
    """Make one element; `class_` and `data_id` become `class` and `data-id`, None leaves an attribute out."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    return Html(f"<{name}{written}>{escape(content)}</{name}>")


def join(parts: Iterable[Content], between: str = "") -> Html:
    """Write parts one after another."""
    return Html(between.join(escape(part) for part in parts))


def table(title: str, identity: str, headings: Sequence[str], rows: Sequence[tuple[str, Sequence[Content]]], caption: str = "") -> Html:
    """Make a titled table, or nothing without rows; each row is its record's id and its cells."""
    if not rows:
        return Html("")
    head = join(element("th", name, scope="col") for name in headings)
    body = join(element("tr", join(element("td", cell) for cell in cells), data_id=row or None) for row, cells in rows)
    inside = join([element("caption", caption) if caption else "", element("thead", element("tr", head)), element("tbody", body)])
    # A table that is too wide scrolls by itself; the keyboard must reach it.
    scroll = element("div", element("table", inside), class_="wide", tabindex="0", role="region", aria_labelledby=identity)
    return join([element("h2", title, id=identity), scroll])


def page(title: str, body: Html, *, language: str = "en", layers: Sequence[str] = ()) -> str:
    """Write the whole file; `layers` are marked from the start, so that it also reads without its script."""
    classes = escape(" ".join(f"layer-{name}" for name in layers))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f'<link rel="icon" href="data:,">\n<style>{_file("page.css")}</style>\n</head>\n'
        f'<body class="{classes}">\n{body.markup}\n<script>{_file("page.js")}</script>\n</body>\n</html>\n'
    )


@cache
def policy() -> str:
    """Give the Content-Security-Policy that lets a page be just what `page` writes."""
    return (f"default-src 'none'; style-src {_hash('page.css')}; script-src {_hash('page.js')}; img-src data:; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'")


def _hash(name: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_file(name).encode()).digest()).decode()}'"


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
