"""Articles are validated with messages that name the field and say what to do."""

from __future__ import annotations

import functools
import hashlib

import pytest

from worker.errors import ArticleError
from worker.records import MAX_CHARACTERS, Article, default_id

REFUSED = [
    (None, "", "an article is a JSON object, not null"),
    ([], "", "not a list"),
    ({}, "text", "is required"),
    ({"text": ""}, "text", "empty"),
    ({"text": " \n\t"}, "text", "only white space"),
    ({"text": "a" * (MAX_CHARACTERS + 1)}, "text", "more than 1,000,000 characters"),
    ({"text": 7}, "text", "not a number"),
    ({"text": "a\0b"}, "text", "NUL character at position 1"),
    ({"text": "a\ud800"}, "text", "lone surrogate"),
    ({"text": "a", "txet": "b"}, "txet", "is no field of an article"),
    ({"text": "a", "published_at": "yesterday"}, "published_at", "RFC 3339"),
    ({"text": "a", "published_at": "2024-02-30"}, "published_at", "RFC 3339"),
    ({"text": "a", "published_at": "2024-10-22T08:00:00"}, "published_at", "RFC 3339"),
    ({"text": "a", "id": "x" * 201}, "id", "more than 200 characters"),
    ({"text": "a", "id": "a\nb"}, "id", "cannot be printed"),
    ({"text": "a", "language": "English!"}, "language", "BCP 47"),
    ({"text": "a", "authors": "Jane"}, "authors", "list"),
    ({"text": "a", "authors": ["a\0"]}, "authors", "NUL"),
    ({"text": "a", "authors": ["a"] * 101}, "authors", "^authors: has 101 items, more than the 100 that are kept$"),
    ({"text": "a", "metadata": [1]}, "metadata", "^metadata: should be a JSON object, not a list$"),
    ({"text": "a", "": 1}, "", "^'' is no field of an article; the fields are text"),
    ({"text": "a", "priority": "urgent"}, "priority", "high"),
    ({"text": "a", "metadata": {"k": "v" * 17_000}}, "metadata", "at most 16,384"),
    ({"text": "a", "metadata": {"k": float("nan")}}, "metadata", "plain JSON"),
    ({"text": "a", "metadata": {"k": 2**64}}, "metadata", "exceeds 64-bit range.*send it as a string"),
    ({"text": "a", "metadata": {"k": {1.5: "v"}}}, "metadata", "dict key must be str"),
    ({"text": "a", "metadata": {"k": {"v"}}}, "metadata", "plain JSON"),
    ({"text": "a", "metadata": {"k": "v\ud800"}}, "metadata", "lone surrogate"),
    ({"text": "a", "metadata": {"k": functools.reduce(lambda inner, _: [inner], range(50), "v")}}, "metadata", "more than 50 levels deep"),
    ({"text": "a", "metadata": {"k": functools.reduce(lambda inner, _: {"k": inner}, range(5_000), "v")}}, "metadata", "flatten it"),
]


@pytest.mark.parametrize(("value", "field", "reason"), REFUSED)
def test_wrong_articles_are_refused_by_field(value: object, field: str, reason: str) -> None:
    """A refusal names the field and says why."""
    with pytest.raises(ArticleError, match=reason) as caught:
        Article.parse(value)
    assert caught.value.field == field


@pytest.mark.parametrize("published", ["2024-10-22", "2024-10-22T08:00:00Z", "2024-10-22T08:00:00.123+02:00", None])
def test_dates_of_publication(published: str | None) -> None:
    """RFC 3339 dates and date-times with a zone are taken as they are."""
    value = {"text": "a"} | ({"published_at": published} if published else {})
    assert Article.parse(value).published_at == published


def test_default_id_is_made_from_url_and_text() -> None:
    """The id is the SHA-256 of url, NUL and text."""
    article = Article.parse({"text": "Hello.", "url": "https://example.org/1"})
    assert article.id == "sha256:" + hashlib.sha256(b"https://example.org/1\0Hello.").hexdigest()
    assert default_id(None, "x") == "sha256:" + hashlib.sha256(b"\0x").hexdigest()


def test_sha256_covers_what_decides_the_result_only() -> None:
    """Id, priority and metadata do not change it; the text does."""
    one = Article.parse({"text": "a", "id": "1", "priority": "low", "metadata": {"k": 1}})
    two = Article.parse({"text": "a", "id": "2"})
    assert one.sha256 == two.sha256 == hashlib.sha256(b'{"text":"a"}').hexdigest()
    assert Article.parse({"text": "b"}).sha256 != one.sha256
