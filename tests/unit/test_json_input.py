"""What others send as JSON: a fault is named by its place and by what was expected there, and a key stands once in an object."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker import json_input
from worker.errors import ArticleError
from worker.json_input import NotJsonError, read_items, read_json


@pytest.mark.parametrize(("data", "sentence"), [
    (b'{"text": ', "is no JSON at column 10: it ends too early; is something cut off, or a quotation mark or bracket left open?"),
    (b'{"text" "a"}', "is no JSON at column 9: expected ':' after key"),
    (b"{'text': 1}", "is no JSON at column 2: expected a string key"),
    (b'{"text": "a",}', "is no JSON at column 13: trailing comma is not allowed"),
    (b'{\n  "text": "a"\n  "title": "b"\n}', "is no JSON at line 3, column 3: expected ',' or '}'"),
    (b'{"text": "a\nb"}', "is no JSON at line 1, column 12: unexpected control character in string"),
    (b'{"text": NaN}', "is no JSON at column 10: expected a JSON value"),
    (b"", "is no JSON at column 1: it is empty; expected a JSON value"),
    (b'\xef\xbb\xbf{"text": "a"}', "is no JSON at column 1: it begins with a byte order mark; leave that out"),
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
    (rb'{"text": "a", "te\u0078t": "b"}', "text"),
    (rb'{"te\u0078t": "a", "\u0074ext": "b"}', "text"),
    (rb'{"text": "a \u0022b\u0022", "text": "c"}', "text"),
    (rb'{"text": "\u0022", "id": "x", "\u0022": 1, "\u0022": 2}', '"'),
    (rb'{"text": "a \"b\"", "metadata": {"f\u00e9ed": 1, "f\u00E9ed": 2}}', "f\u00e9ed"),
    (b'{"text": "a", "authors": ["b"], "authors": []}', "authors"),
    (b'[{"a": [{"b": 1, "b": 1}]}]', "b"),
])
def test_a_key_that_stands_twice_is_refused(data: bytes, key: str) -> None:
    """Which of the two values is meant nobody can tell."""
    with pytest.raises(ArticleError) as caught:
        read_json(data)
    assert caught.value.field == key
    assert str(caught.value) == f"{key}: stands twice in one object; send it once"


@pytest.mark.parametrize("number", [2**64, -2**64, 10**40])
def test_a_number_that_would_be_rounded_is_refused(number: int) -> None:
    """An id of so many digits would come back as another one; 64 bits and what is written as a float are kept."""
    for data in (f'{{"text": "a", "metadata": {{"feed": {number}}}}}', f'{{"text": "a", "metadata": {{"feed": ["x", {number}]}}}}'):
        with pytest.raises(ArticleError, match="feed: holds a whole number of more than 64 bits, which would be rounded; send it as a str"):
            read_json(data.encode())
    assert read_json(b'{"metadata": {"feed": [18446744073709551615, -9223372036854775808, 1e300]}}')["metadata"]["feed"] == [
        2**64 - 1, -2**63, 1e300]


@pytest.mark.parametrize("value", [
    {"text": 'He wrote "text": twice, "text".', "title": "text", "source": "title"},
    {"text": "a", "metadata": {"text": "b", "metadata": {"text": "c"}}},
    [{"text": "a", "metadata": {"text": 1}}, {"text": "b"}],
    {"text": "a", "metadata": {"big": 10.0**300}}, [], 5, None, "text", {}, {"text": '\\"\\\\" \\u0022 \u2019', '"': '"'},
    {"text": "a", "metadata": {"": [[], [{}], "", None, True, 1.5]}},
])
@pytest.mark.parametrize("plain", [True, False])
def test_what_only_looks_like_it_is_read(value: object, *, plain: bool) -> None:
    """Names of fields in texts, in other fields' values and deeper down; with and without escapes."""
    assert read_json(json.dumps(value, ensure_ascii=plain).encode()) == value


def test_only_what_does_not_add_up_is_looked_at_key_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look at every key costs more than the reading: an article with quotations and escapes goes without."""
    monkeypatch.setattr(json_input, "_look_closely", lambda _: pytest.fail("looked at"))
    article = {"id": "a\u00e9", "text": 'She said "no" \\ "text": twice.\n', "authors": ["A", "B"], "metadata": {"text": "x", "n": [1, ""]}}
    for plain in (True, False):
        read_json(json.dumps(article, ensure_ascii=plain).encode())


@given(value=st.recursive(st.none() | st.integers(-9, 9) | st.text(alphabet='a"\\é\n', max_size=4),
                          lambda inner: st.lists(inner, max_size=3)
                          | st.dictionaries(st.text(alphabet='ab"\\é', max_size=2), inner, max_size=3), max_leaves=12),
       plain=st.booleans(), double=st.booleans())
def test_any_json_is_read_and_any_key_twice_is_found(value: object, *, plain: bool, double: bool) -> None:
    """Whatever the strings hold, a key that is written twice anywhere is found, and only then."""
    written = json.dumps({"inner": value, "k": 1}, ensure_ascii=plain)
    if double:
        written = written[:-1] + ', "\\u006b": 2}'
        with pytest.raises(ArticleError, match="k: stands twice"):
            read_json(written.encode())
    else:
        assert read_json(written.encode()) == json.loads(written)


def test_of_a_list_only_the_wrong_items_are_refused() -> None:
    """However deep the key or number stands; the other items are what was sent."""
    data = b'[{"text": "a"}, {"text": "b", "text": "c"}, {"metadata": {"n": [[{"m": 18446744073709551616}]]}}, 7, {"text": "\\"d\\" 1.5"}]'
    first, second, third, *rest = read_items(data)
    assert (first, rest) == ({"text": "a"}, [7, {"text": '"d" 1.5'}])
    assert isinstance(second, ArticleError)
    assert isinstance(third, ArticleError)
    assert (second.field, third.field) == ("text", "m")


def test_what_is_no_list_is_refused_as_a_whole() -> None:
    """One article is refused by its field; a list in which nothing is lost stays as it is."""
    with pytest.raises(ArticleError, match="text: stands twice"):
        read_items(b'{"text": "b", "text": "c"}')
    assert read_items(b'[{"text": "a"}]') == [{"text": "a"}]
