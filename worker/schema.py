"""The JSON Schema of article and result, made from the records themselves; a golden file in the tests holds it still.

Every extractor's record dataclass is found by the return type of its `extract`; a comment above a field (`#:`) is not seen here,
the class's docstring is its description.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from worker import extractors
from worker.records import RESULT_SCHEMA, Article, Failure, Ref

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"},
    type(None): {"type": "null"}, Any: {}, Ref: {"type": ["string", "null"], "description": "The id of another record of this article."},
}
_TEXT = {"type": ["string", "null"]}
_OFFSET = {"type": ["integer", "null"]}


def article_schema() -> dict[str, Any]:
    """Give the schema of what is submitted."""
    return {"$schema": _DIALECT, "title": "wiredesk.article/1", **{k: v for k, v in Article.model_json_schema().items() if k != "title"}}


def result_schema() -> dict[str, Any]:
    """Give the schema of what comes out."""
    fields = {name: _field(name) for name in extractors.names()}
    fixed = {
        "schema": {"const": RESULT_SCHEMA},
        "version": {"type": "integer", "minimum": 1},
        "article": _object({
            "id": {"type": "string"}, "sha256": {"type": "string"}, "title": _TEXT, "url": _TEXT, "source": _TEXT,
            "authors": {"type": "array", "items": {"type": "string"}}, "published_at": _TEXT, "language": _TEXT,
            "received_at": {"type": "string"}, "characters": {"type": "integer"}, "metadata": {"type": ["object", "null"]},
        }),
        "document": _document(),
    }
    closing = {
        "failures": {"type": "array", "items": _schema(Failure)},
        "provenance": _object({
            "wiredesk": {"type": "string"},
            "model": _object({"name": {"type": "string"}, "version": {"type": "string"}}),
            "lexicons": {"type": ["string", "null"], "description": "A hash of the user's own lexicons; null without any."},
            "extractors": {"type": "object", "additionalProperties": {"type": "integer"}},
            "attempt": {"type": "integer"},
            "milliseconds": {"type": "object", "additionalProperties": {"type": "number"}},
        }),
    }
    schema = _object({**fixed, **fields, **closing})
    schema["required"] = [*fixed, *closing]  # a job may ask for some extractors only
    return {"$schema": _DIALECT, "title": RESULT_SCHEMA, **schema}


def _document() -> dict[str, Any]:
    reference = _object({"value": {"type": "string", "format": "date"}, "basis": {"enum": ["given", "dateline", "byline", "received"]},
                         "zone": {"type": "string"}}, optional=("zone",))
    byline = _object({"start": _OFFSET, "end": _OFFSET, "text": _TEXT, "authors": {"type": "array", "items": {"type": "string"}}})
    dateline = _object({"start": _OFFSET, "end": _OFFSET, "text": _TEXT, "place": _TEXT, "entity": _TEXT, "date": _TEXT})
    language = _object({"code": {"type": "string"}, "confidence": {"type": ["number", "null"]}})
    null = {"type": "null"}
    return _object({
        "reference_time": reference, "byline": {"anyOf": [byline, null]}, "dateline": {"anyOf": [dateline, null]},
        "language": language, "sentences": {"type": "integer"}, "tokens": {"type": "integer"},
    })


def _field(name: str) -> dict[str, Any]:
    module = extractors.load(name)
    returned = str(module.extract.__annotations__["return"])
    found = re.fullmatch(r"Iterator\[(\w+)\]", returned)
    if not found:
        raise TypeError(f"{name}.extract returns {returned}; declare Iterator[<its record dataclass>]")
    record = _schema(getattr(module, found[1]))
    if getattr(module, "PREFIX", None):
        record = record | {"properties": {"id": {"type": "string"}, **record["properties"]}, "required": ["id", *record["required"]]}
    if getattr(module, "SINGLE", False):
        return {"anyOf": [record, {"type": "null"}]}
    return {"type": "array", "items": record}


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    """Give the schema of an annotation."""
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if dataclasses.is_dataclass(kind):
        return _record(kind)  # type: ignore[arg-type]  # an annotation is a class, never an instance
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _union([_schema(argument) for argument in arguments])
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (tuple, list):
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    raise TypeError(f"no JSON Schema for {kind!r}: use plain types, tuples, Literal, Ref and dataclasses in records")


def _union(parts: list[dict[str, Any]]) -> dict[str, Any]:
    if all(part.keys() <= {"type", "description"} for part in parts):
        names: list[str] = []
        for part in parts:
            names += part["type"] if isinstance(part["type"], list) else [part["type"]]
        said = [part["description"] for part in parts if "description" in part]
        return {"type": list(dict.fromkeys(names))} | ({"description": said[0]} if said else {})
    return {"anyOf": parts}


def _record(kind: type) -> dict[str, Any]:
    hidden = getattr(kind, "HIDDEN", ())
    hints = get_type_hints(kind, vars(sys.modules[kind.__module__]))
    fields = {field.name.removesuffix("_"): _schema(hints[field.name])
              for field in dataclasses.fields(kind) if field.name not in hidden}
    return {"description": (kind.__doc__ or "").strip().splitlines()[0], **_object(fields)}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
