"""What the API's description (OpenAPI) says of bodies and answers: schemas, examples, media types; no behaviour."""

from __future__ import annotations

from typing import Any, Final

from worker import extractors
from worker.gateway.problems import MEDIA_TYPE, SCHEMA
from worker.records import Article

Responses = dict[int | str, dict[str, Any]]

_STRING = {"type": "string"}
_INTEGER = {"type": "integer"}
_TEXT = {"type": ["string", "null"]}
#: NUL cannot be stored.
_STORABLE = r"^[^\x00]*$"
_EXAMPLE = {
    "id": "harbour-17", "title": "Harbour to be widened", "source": "Example Gazette", "published_at": "2024-10-22",
    "text": "The port's director said on Monday that the harbour would be widened by 2027.",
}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [name for name in properties if name not in optional]}


def _content(schema: dict[str, Any], media: str = "application/json", example: object = None) -> dict[str, Any]:
    return {media: {"schema": schema} | ({"example": example} if example is not None else {})}


def _answer(description: str, schema: dict[str, Any], media: str = "application/json", example: object = None) -> dict[str, Any]:
    return {"description": description, "content": _content(schema, media, example)}


def _problem(description: str) -> dict[str, Any]:
    return _answer(description, SCHEMA, MEDIA_TYPE)


_VALUE: Final = {"$ref": "#/components/schemas/Value"}
#: What the descriptions here refer to by name.
SCHEMAS: Final[dict[str, Any]] = {"Value": {
    "description": "Whatever JSON holds, with whole numbers of 64 bits at most.",
    "anyOf": [
        {"type": ["string", "boolean", "null"]}, {"type": "number", "minimum": -(2**63), "maximum": 2**64 - 1},
        {"type": "array", "items": _VALUE}, {"type": "object", "additionalProperties": _VALUE},
    ],
}}


def _article_schema() -> dict[str, Any]:
    """Give the article's schema, with the rules that Pydantic's own schema does not tell."""
    schema = Article.model_json_schema()
    fields: dict[str, Any] = schema["properties"]
    fields["text"]["pattern"] = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
    fields["id"]["pattern"] = "^([!-~]([ -~]*[!-~])?)?$"
    for name in ("title", "url", "source", "section"):
        fields[name]["anyOf"][0]["pattern"] = _STORABLE
    fields["authors"]["anyOf"][0]["items"]["pattern"] = _STORABLE
    fields["language"]["anyOf"][0]["pattern"] = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
    fields["published_at"]["anyOf"][0] = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
    fields["metadata"]["anyOf"][0]["additionalProperties"] = _VALUE
    fields["extractors"]["anyOf"][0]["items"] = {"enum": list(extractors.names())}
    return schema


_LINKS = _object({"self": _STRING, "result": _STRING, "page": _STRING})
_REPLICATED = {"type": "boolean", "description": "Whether the wished number of replicas has confirmed it (`submit.wait_replicas`)."}
_STATES = {"enum": ["queued", "waiting", "started", "done", "dead"]}
_VERDICT = _object(
    {
        "item": _INTEGER | {"description": "The item's number from 1: its line, or its place in the list."},
        "status": {"enum": [200, 202, 409, 422, 429]},
        "verdict": {"enum": ["accepted", "duplicate", "conflict", "invalid", "busy"]},
        "id": _STRING, "version": _INTEGER, "state": _STATES, "field": _STRING, "detail": _STRING, "retry_after": _INTEGER,
        "replicated": _REPLICATED,
    },
    optional=("version", "state", "field", "detail", "retry_after", "replicated"),
)
_ACCEPTED = _object(
    {"id": _STRING, "version": _INTEGER, "state": _STATES, "verdict": {"enum": ["accepted", "duplicate"]}, "links": _LINKS,
     "replicated": _REPLICATED, "detail": _STRING},
    optional=("replicated", "detail"),
)
_ENTRY = _object(
    {"cursor": _STRING, "id": _STRING, "version": _INTEGER, "status": {"enum": ["done", "partial", "deleted"]}, "sha256": _STRING,
     "result": {"type": ["object", "null"]}},
    optional=("result",),
)
_JOB = _object({
    "id": _STRING, "state": _STATES, "version": _INTEGER, "attempts": _INTEGER, "priority": _STRING, "label": _STRING, "source": _STRING,
    "sha256": _STRING, "reason": _TEXT, "error": _TEXT, "letter": _TEXT, "trace": _TEXT,
    "history": {"type": "array", "items": _object({"at": _STRING, "event": _STRING, "detail": _STRING})}, "links": _LINKS,
})

_ALWAYS: Responses = {
    401: _problem("No API key, or an unknown one."), 403: _problem("The key lacks the scope."),
    422: _problem("A parameter or a field is wrong; `field` names it."),
    429: _problem("Too much for now; `Retry-After` says how long to wait."),
    503: _problem("The ledger does not answer."),
}
_UNKNOWN: Responses = {404: _problem("Not known, not there yet, or no longer kept.")}

SUBMIT: Final[Responses] = {
    202: _answer("The article is in the ledger and will be read.", _ACCEPTED) | {"links": {
        name: {"operationId": name, "parameters": {"article_id": "$response.body#/id"}} for name in ("state", "result", "delete")
    }},
    200: _answer("It was there already; nothing runs twice.", _ACCEPTED),
    207: {"description": "Many articles: one verdict an item.", "content": {
        **_content(_object({
            "counts": {"type": "object", "additionalProperties": _INTEGER}, "verdicts": {"type": "array", "items": _VERDICT},
        })),
        **_content(_VERDICT, "application/x-ndjson"),
    }},
    408: _problem("The body came too slowly; of a bulk, `lines` says how many were taken."),
    409: _problem("Another article has this id; see `replace`."),
    413: _problem("The body is too large."), 415: _problem("The body is of no kind that is read."), **_ALWAYS,
}
SUBMIT_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        **_content({"oneOf": [_article_schema(), {"type": "array", "description": "Articles; each gets its own verdict."}]},
                   example=_EXAMPLE),
        **_content(_STRING | {"description": "One article object a line."}, "application/x-ndjson"),
    },
}
STATE: Final[Responses] = {200: _answer("Where the article is and was.", _JOB), **_ALWAYS, **_UNKNOWN}
RESULT: Final[Responses] = {
    200: _answer("The result; `wiredesk schema result` prints its schema.", {"type": "object"}), **_ALWAYS, **_UNKNOWN,
}
PAGE: Final[Responses] = {200: _answer("The page.", _STRING, "text/html"), **_ALWAYS, **_UNKNOWN}
FIND: Final[Responses] = {303: {"description": "The entity's page."}, **_ALWAYS}
DELETE: Final[Responses] = {204: {"description": "It is gone."}, **_ALWAYS, **_UNKNOWN}
RESULTS: Final[Responses] = {
    200: _answer("Results, oldest first.", _object({"results": {"type": "array", "items": _ENTRY}, "next": _STRING})), **_ALWAYS,
    404: _problem("No such cursor, here."),
}
STREAM: Final[Responses] = {
    200: _answer("Server-sent events `result`; `id` is the cursor, `data` an entry as in /v1/results.", _STRING, "text/event-stream"),
    **_ALWAYS, 404: _problem("No such cursor, here."),
}
ENTITY: Final[Responses] = {
    404: _problem("No entity could be named so."),
    200: _answer("Articles, newest first.", _object({
        "entity": _STRING, "articles": {"type": "array", "items": _object({"id": _STRING, "links": _LINKS})}})),
    **_ALWAYS,
}
LIVE: Final[Responses] = {200: _answer("The process answers.", _object({"status": _STRING}))}
READY: Final[Responses] = {200: _answer("The ledger answers.", _object({"status": _STRING})), 503: _problem("The ledger does not answer.")}
METRICS: Final[Responses] = {200: _answer("Prometheus' text format.", _STRING, "text/plain"), **_ALWAYS}
