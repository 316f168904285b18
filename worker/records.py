"""The frozen data that crosses every border: article, spans, references, records and failures.

Offsets count Unicode code points of the article's `text`, which is never altered. The shapes of the single kinds of
record live with their extractors (`worker/extractors/`); the shape of the whole result is made by `worker/pipeline.py`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeVar, dataclass_transform

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from worker.errors import ArticleError

#: Longest text, in code points.
MAX_CHARACTERS = 1_000_000
#: Largest `metadata`, in bytes of its JSON.
MAX_METADATA_BYTES = 16 * 1024
#: Deepest `metadata`: readers of JSON in some languages give up at 64 levels.
MAX_METADATA_LEVELS = 50
#: Longest id, in code points.
MAX_ID_CHARACTERS = 200

RESULT_SCHEMA = "wiredesk.result/1"

Priority = Literal["high", "normal", "low"]

#: What `sha256` covers: everything that can change what is extracted.
_HASHED_FIELDS = ("text", "title", "url", "source", "section", "language", "authors", "published_at", "extractors")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

T = TypeVar("T")

_Line = Annotated[str, Field(min_length=1, max_length=2_000)]


class Article(BaseModel):
    """A submitted document, validated; see the contract's table of fields in the README."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: Annotated[str, Field(description="The article's prose; 1 to 1,000,000 characters, kept as submitted.",
                               min_length=1, max_length=MAX_CHARACTERS)]
    id: Annotated[str, Field(description="Printable, at most 200 characters; else made from url and text.",
                             max_length=MAX_ID_CHARACTERS)] = ""
    title: _Line | None = None
    url: _Line | None = None
    source: Annotated[_Line | None, Field(description="The publisher.")] = None
    section: _Line | None = None
    language: Annotated[str | None, Field(description="BCP 47, such as en or en-GB.")] = None
    authors: Annotated[list[_Line] | None, Field(max_length=100)] = None
    published_at: Annotated[str | None, Field(description="RFC 3339 date or date-time.")] = None
    extractors: Annotated[list[_Line] | None, Field(description="Names of extractors to run; default all.")] = None
    priority: Priority = "normal"
    metadata: Annotated[dict[str, Any] | None, Field(description="Handed through untouched; at most 16 KiB.")] = None

    @field_validator("text")
    @classmethod
    def _check_text(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is empty or only white space; submit the article's prose")
        return text

    @field_validator("text", "id", "title", "url", "source", "section", "language", "published_at")
    @classmethod
    def _check_characters(cls, value: str | None) -> str | None:
        if value is not None:
            _refuse_unstorable(value)
        return value

    @field_validator("id")
    @classmethod
    def _check_id(cls, value: str) -> str:
        if value and (not value.isprintable() or not value.strip()):
            raise ValueError("holds a character that cannot be printed; use printable characters only")
        return value

    @field_validator("language")
    @classmethod
    def _check_language(cls, value: str | None) -> str | None:
        if value is not None and not _LANGUAGE_TAG.fullmatch(value):
            raise ValueError("is no BCP 47 language tag; write for example en or en-GB")
        return value

    @field_validator("published_at")
    @classmethod
    def _check_published(cls, value: str | None) -> str | None:
        if value is not None:
            parse_published(value)
        return value

    @field_validator("authors", "extractors")
    @classmethod
    def _check_items(cls, value: list[str] | None) -> list[str] | None:
        for item in value or ():
            _refuse_unstorable(item)
        return value

    @field_validator("metadata")
    @classmethod
    def _check_metadata(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is None:
            return None
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
            size = len(orjson.dumps(value)) if not _deeper(value, MAX_METADATA_LEVELS) else None
        except UnicodeEncodeError:
            raise ValueError("holds a lone surrogate, which is no character; remove it") from None
        except RecursionError:
            size = None
        except (ValueError, TypeError) as error:
            reason = str(error)
            raise ValueError(f"is not plain JSON ({reason[:1].lower()}{reason[1:100]}); leave that out, or send it as a string") from None
        if size is None:
            raise ValueError(f"is nested more than {MAX_METADATA_LEVELS} levels deep; flatten it")
        if size > MAX_METADATA_BYTES:
            raise ValueError(f"has {size:,} bytes; at most {MAX_METADATA_BYTES:,} are kept")
        return value

    @classmethod
    def parse(cls, value: object) -> Self:
        """Validate one JSON object as an article and give it its id.

        Raises:
            ArticleError: names the first offending field and says what to do.
        """
        if not isinstance(value, dict):
            raise ArticleError("", f"an article is a JSON object, not {_json_type(value)}")
        try:
            article = cls.model_validate(value)
        except ValidationError as error:
            raise _article_error(error) from None
        except RecursionError:
            raise ArticleError("", "is nested too deeply to be an article") from None
        if article.id:
            return article
        return article.model_copy(update={"id": default_id(article.url, article.text)})

    def to_json(self) -> dict[str, Any]:
        """Give the article as it was submitted, with its id; absent fields are left out."""
        return {"id": self.id, **self.model_dump(exclude={"id"}, exclude_none=True)}

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the canonical JSON of what decides the result: sorted keys, no spaces, UTF-8."""
        values = {name: value for name in _HASHED_FIELDS if (value := getattr(self, name)) is not None}
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def default_id(url: str | None, text: str) -> str:
    """Make the id of an article that came without one: `sha256:` and the SHA-256 of url, NUL, text."""
    return "sha256:" + hashlib.sha256(f"{url or ''}\0{text}".encode()).hexdigest()


def parse_published(value: str) -> dt.date | dt.datetime:
    """Read an RFC 3339 date or date-time (with its zone).

    Raises:
        ValueError: it is neither, or no such day exists.
    """
    advice = "is no RFC 3339 date or date-time; write 2024-10-22 or 2024-10-22T08:00:00Z"
    try:
        if _DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
        if _DATE_TIME.fullmatch(value):
            return dt.datetime.fromisoformat(value.upper().replace(" ", "T"))
    except ValueError:
        pass
    raise ValueError(advice)


@dataclass_transform(frozen_default=True)
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a dataclass with slots that the type checker holds to be frozen; for what an article makes hundreds of.

    Nothing checks it while it runs: `dataclass(frozen=True)` sets every field by a call of its own and is three times as slow to make.
    Without `kw_only` its values can be given by position, which takes half the time again: CPython packs keywords for a class in a dict.
    """
    return dataclass(slots=True, kw_only=kw_only, unsafe_hash=True)


@frozen()
class TextSpan:
    """A stretch of the article: `article.text[start:end] == text`."""

    start: int
    end: int
    text: str


@frozen()
class Ref:
    """A pointer at another record of the same article; the pipeline writes that record's id, or null if it is not emitted."""

    #: The field of the result that holds the record, such as `timexes`.
    kind: str
    #: What the record's `key` gives: its (start, end) for most, its number for an entity.
    key: Hashable


class Record:
    """One extracted fact; the kinds are declared by their extractors, dataclasses with fields in the order in which they print.

    A field whose name is a Python keyword carries a trailing underscore, which the result drops (`from_`).
    """

    __slots__ = ()

    @property
    def position(self) -> tuple[int, int]:
        """Where the record stands in the text (start, end): records are numbered in this order."""
        return (self.start, self.end)  # type: ignore[attr-defined]  # most kinds have both fields; others override

    @property
    def key(self) -> Hashable:
        """What a `Ref` names this record by."""
        return self.position


@dataclass(frozen=True, slots=True)
class Failure:
    """An extractor that failed on an article; the others' records are not touched by it."""

    extractor: str
    error: str


def _refuse_unstorable(value: str) -> None:
    """JSON, Redis and every consumer must be able to hold the string: no NUL, no half of a surrogate pair."""
    if (at := value.find("\0")) >= 0:
        raise ValueError(f"holds a NUL character at position {at}; remove it")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"holds a lone surrogate at position {error.start}, which is no character; remove it") from None


def _deeper(value: object, levels: int) -> bool:
    """Tell whether objects and lists are nested in more levels than so many."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
    return inner is not None and (levels == 0 or any(_deeper(item, levels - 1) for item in inner))


def _json_type(value: object) -> str:
    names = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), type(value).__name__)


def _article_error(error: ValidationError) -> ArticleError:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    kind, context = first["type"], first.get("ctx", {})
    match kind:
        case "extra_forbidden":
            known = ", ".join(Article.model_fields)
            return ArticleError(field, f"{'' if field else repr(field) + ' '}is no field of an article; the fields are {known}")
        case "missing":
            return ArticleError(field, "is required")
        case "string_too_long":
            return ArticleError(field, f"has more than {context['max_length']:,} characters; split or shorten it")
        case "too_long":
            return ArticleError(field, f"has {context['actual_length']:,} items, more than the {context['max_length']:,} that are kept")
        case "dict_type":
            return ArticleError(field, f"should be a JSON object, not {_json_type(first['input'])}")
        case "string_too_short":
            return ArticleError(field, "is empty")
        case "string_unicode":
            return ArticleError(field, "holds a lone surrogate, which is no character; remove it")
        case "value_error":
            return ArticleError(field, str(context["error"]))
        case _:
            given = _json_type(first["input"])
            message = first["msg"][0].lower() + first["msg"][1:]
            return ArticleError(field, message if kind == "literal_error" else f"{message}, not {given}")
