"""What others send as JSON: a fault is named by its place and by what was expected there, and a key stands once in an object."""

from __future__ import annotations

import json

import pytest

from worker.errors import ArticleError
from worker.json_input import NotJsonError, read_json


@pytest.mark.parametrize(("data", "sentence"), [
    (b'{"text": ', "is no JSON at column 10: it ends too early; is something cut off, or a quotation mark or bracket left open?"),
    (b'{"text" "a"}', "is no JSON at column 9: expected ':' after key"),
    (b"{'text': 1}", "is no JSON at column 2: expected a string key"),
    (b'{"text": "a",}', "is no JSON at column 13: trailing comma is not allowed"),
    (b'{\n  "text": "a"\n  "title": "b"\n}', "is no JSON at line 3, column 3: expected ',' or '}'"),
    (b'{"text": "a\nb"}', "is no JSON at line 1, column 12: unexpected control character in string"),
    (b'{"text": NaN}', "is no JSON at column 10: expected a JSON value"),
    (b"", "is no JSON at column 1: it is empty; expected a JSON value"),
    (b'{"text": "caf\xe9"}', "is no JSON at column 14: byte 0xe9 is not UTF-8"),
    ('{"t\u00ebxt": "\u00eb",\n "\u00eb": "'.encode() + b'\xff"}', "is no JSON at line 2, column 8: byte 0xff is not UTF-8"),
    (b"[" * 5_000, "is no JSON at column 1026: depth limit exceeded"),
])
def test_what_is_no_json_is_named(data: bytes, sentence: str) -> None:
    """Line and column, where there are several lines; columns count characters."""
    with pytest.raises(NotJsonError) as caught:
        read_json(data)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(("data", "key"), [
    (b'{"text": "a", "title": "b", "text": "c"}', "text"),
    (b'{"text": "a", "id": "1", "id": "1"}', "id"),
    (b'{"text": "a", "metadata": {"feed": 1, "feed": 2}}', "feed"),
    (b'{"text": "a", "metadata": 1, "metadata": {}}', "metadata"),
    (b'[{"text": "a"}, {"text": "a", "title": "b", "title": "c"}]', "title"),
    (b'[{"text": "a", "title": "x"}, {"text": "a"}, {"text": "b", "text": "c"}]', "text"),
    (b'[[{"text": "a", "text": "b"}], {}, {}]', "text"),
])
def test_a_key_that_stands_twice_is_refused(data: bytes, key: str) -> None:
    """Which of the two values is meant nobody can tell."""
    with pytest.raises(ArticleError) as caught:
        read_json(data)
    assert caught.value.field == key
    assert str(caught.value) == f"{key}: stands twice in one object; send it once"


@pytest.mark.parametrize("value", [
    {"text": 'He wrote "text": twice, "text".', "title": "text", "source": "title"},
    {"text": "a", "metadata": {"text": "b", "metadata": {"text": "c"}}},
    [{"text": "a", "metadata": {"text": 1}}, {"text": "b"}],
    {"text": "a", "metadata": {"big": 10**300}}, [], 5, None, "text", {},
])
def test_what_only_looks_like_it_is_read(value: object) -> None:
    """Names of fields in texts, in other fields' values and deeper down."""
    read_json(json.dumps(value).encode())
