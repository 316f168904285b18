"""One article's way from text to result: parse once, call each extractor, keep failures apart, number and join.

It knows nothing of queues and stores; `worker/tasks.py` calls it for jobs, `wiredesk extract` for files.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import time
import types
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from worker import __version__, extractors
from worker.errors import LanguageError
from worker.nlp.reading import Reader, Reading
from worker.records import RESULT_SCHEMA, Article, Failure, Record, Ref

_Ids = Mapping[tuple[str, Hashable], str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What the queue knows of a job and the result repeats."""

    received: dt.datetime
    version: int = 1
    attempt: int = 1
    #: Milliseconds between acceptance and start.
    queued: int = 0


def run(article: Article, reader: Reader, trip: Trip, tell: Callable[[str], None] | None = None, *,
        ends: tuple[type[Exception], ...] = (MemoryError,)) -> dict[str, Any]:
    """Read one article and give its result, ready for JSON.

    An extractor's failure is named in `failures` and touches no other; what stops the parse itself is raised, and so are `ends`: a time
    limit or a lack of memory is no extractor's own failure. `tell` hears the name of each stage as it begins, so that of a process which
    dies it is known where.
    """
    with _uncollected():
        return _read(article, reader, trip, _Clock(tell), ends)


def _read(article: Article, reader: Reader, trip: Trip, clock: _Clock, ends: tuple[type[Exception], ...]) -> dict[str, Any]:
    """Do what `run` does; all that it made but the result is gone when it returns."""
    wanted = extractors.check(article.extractors) if article.extractors is not None else extractors.names()
    clock.begin("parse")
    with reader.read(article, trip.received) as reading:
        clock.lap("parse")
        failures = _extract_all(reading, wanted, clock, ends)
        ids = _number(reading, wanted)
        fields = {name: _field(name, reading, ids) for name in wanted}
        document = _document(reading, ids)
    return {
        "schema": RESULT_SCHEMA,
        "version": trip.version,
        "article": _article(article, trip),
        "document": document,
        **fields,
        "failures": [dataclasses.asdict(failure) for failure in failures],
        "provenance": {
            "wiredesk": __version__,
            "model": {"name": reader.model.name, "version": reader.model.version},
            "lexicons": reader.lexicons,
            "extractors": {name: extractors.load(name).VERSION for name in wanted},
            "attempt": trip.attempt,
            "milliseconds": {"queued": trip.queued, **clock.laps},
        },
    }


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector away from an article's objects.

    They are many, live as long as the article and refer to one another in no circle: looking through them again and again for nothing
    was a tenth of the extractors' time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Clock:
    """Milliseconds of each stage."""

    def __init__(self, tell: Callable[[str], None] | None) -> None:
        self.laps: dict[str, float] = {}
        self._tell = tell
        self._last = time.perf_counter()

    def begin(self, stage: str) -> None:
        if self._tell is not None:
            self._tell(stage)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round((now - self._last) * 1_000, 2)
        self._last = now


def _extract_all(reading: Reading, wanted: tuple[str, ...], clock: _Clock, ends: tuple[type[Exception], ...]) -> list[Failure]:
    failures = []
    for name in extractors.running_order(wanted):
        clock.begin(name)
        try:
            records = list(_extractor_for(name, reading).extract(reading))
        except ends:
            raise
        except Exception as error:  # noqa: BLE001 - one extractor never takes the others with it
            records = []
            failures.append(Failure(name, f"{type(error).__name__}: {error}"[:500]))
        records.sort(key=attrgetter("position"))
        reading.found[name] = tuple(records)
        clock.lap(name)
    return failures


def _extractor_for(name: str, reading: Reading) -> extractors.Extractor:
    """Give an extractor that has rules for the language that the model reads.

    Raises:
        LanguageError: it has none; the result says so, as of any failure.
    """
    module = extractors.load(name)
    languages: tuple[str, ...] | None = getattr(module, "LANGUAGES", None)
    if languages is not None and reading.doc.lang_ not in languages:
        raise LanguageError(f"has rules for {', '.join(languages)} only, not for {reading.doc.lang_}")
    return module


def _number(reading: Reading, wanted: tuple[str, ...]) -> dict[tuple[str, Hashable], str]:
    """Give ids within the article to the records that are emitted, in order of appearance."""
    ids: dict[tuple[str, Hashable], str] = {}
    for name in wanted:
        if prefix := getattr(extractors.load(name), "PREFIX", None):
            for number, record in enumerate(reading.found[name], start=1):
                ids.setdefault((name, record.key), f"{prefix}{number}")
    return ids


def _field(name: str, reading: Reading, ids: _Ids) -> Any:  # noqa: ANN401 - JSON
    records: Sequence[Record] = reading.found[name]
    if getattr(extractors.load(name), "SINGLE", False):
        return _json(records[0], ids) if records else None
    if getattr(extractors.load(name), "PREFIX", None) is None:
        return _list(records, ids)
    return [{"id": ids[name, record.key], **_json(record, ids)} for record in records]


def _json(value: Any, ids: _Ids) -> Any:  # noqa: ANN401 - any value that a record may hold
    """Turn a record into JSON's types; a reference becomes an id, null when its record is not emitted."""
    kind: type = type(value)
    if kind in _PLAIN:
        return value
    if kind is Ref:
        return ids.get((value.kind, value.key))
    if kind is tuple or kind is list:
        return _list(value, ids) if value else []
    if (fields := _fields(kind)) is not None:
        fields_of, further = fields
        printed = fields_of(value)
        # Thousands of values an article: most are plain by their declaration and are not looked at one by one.
        for name in further:
            item = printed[name]
            if not item and type(item) is tuple:  # many are empty, and a call costs more than they do
                printed[name] = []
            elif type(item) not in _PLAIN:
                printed[name] = _json(item, ids)
        return printed
    if isinstance(value, dict):
        return {key: _json(item, ids) for key, item in value.items()}
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value


def _list(values: Sequence[Any], ids: _Ids) -> list[Any]:
    """Turn the items of a field into JSON's types; a reference to a record that is not emitted is left out."""
    return [printed for item in values if (printed := _json(item, ids)) is not None or type(item) is not Ref]


#: What JSON prints as it is.
_PLAIN = frozenset({str, int, bool, type(None)})

#: What gives a record's fields by their printed names, and the names of those that may hold more than plain values.
_Fields = tuple[Callable[[Any], dict[str, Any]], tuple[str, ...]]


@cache
def _fields(kind: type) -> _Fields | None:
    """Tell how a record's class prints; none for any other type."""
    if not dataclasses.is_dataclass(kind):
        return None
    hidden = getattr(kind, "HIDDEN", ())
    names = [field.name for field in dataclasses.fields(kind) if field.name not in hidden]
    hints = get_type_hints(kind)
    further = tuple(name.removesuffix("_") for name in names if not _is_plain(hints[name]))
    # Written out as one expression, as `dataclass` writes its methods: four times as fast as a loop over the names.
    items = ", ".join(f"{name.removesuffix('_')!r}: record.{name}" for name in names)
    return eval(f"lambda record: {{{items}}}"), further  # noqa: S307 - made of the names of a class's fields


def _is_plain(hint: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a field declared so holds nothing but what JSON prints as it is."""
    if get_origin(hint) is Literal:
        return all(type(value) in _PLAIN for value in get_args(hint))
    if isinstance(hint, types.UnionType) or get_origin(hint) is Union:
        return all(_is_plain(part) for part in get_args(hint))
    return hint in _PLAIN


def _article(article: Article, trip: Trip) -> dict[str, Any]:
    return {
        "id": article.id,
        "sha256": article.sha256,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "authors": article.authors or [],
        "published_at": article.published_at,
        "language": article.language,
        "received_at": trip.received.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "characters": len(article.text),
        "metadata": article.metadata,
    }


def _document(reading: Reading, ids: _Ids) -> dict[str, Any]:
    reference, byline = reading.reference_time, reading.byline
    printed = {"value": reference.date.isoformat(), "basis": reference.basis}
    if reference.zone:
        printed["zone"] = reference.zone
    return {
        "reference_time": printed,
        "byline": None if byline is None else {"start": byline.start, "end": byline.end, "text": byline.text, "authors": [*byline.authors]},
        "dateline": _dateline(reading, ids),
        "language": dataclasses.asdict(reading.language),
        "sentences": len(reading.columns.sentences) - 1,
        "tokens": len(reading.doc),
    }


def _dateline(reading: Reading, ids: _Ids) -> dict[str, Any] | None:
    found = reading.imprint.dateline
    if found is None:
        return None
    place = next((entity for entity in reading.entities for mention in entity.mentions if mention.start == found.place_start), None)
    return {"start": found.start, "end": found.end, "text": found.text, "place": found.place,
            "entity": ids.get(("entities", place.number)) if place and found.place else None,
            "date": found.date.isoformat() if found.date else None}
