"""Results into files: JSON lines, or one table a record kind as CSV or Parquet, with the same columns whatever the results hold.

Columns are made from the result's schema: nested objects become `speaker_start`, lists become JSON. Each row carries the
article's id and version. A CSV cell that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import orjson

from worker.errors import InputError

#: Rows held before they are written to a Parquet file.
_ROWS = 5_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
ENDINGS = (".jsonl", ".csv", ".parquet")

Type = Literal["text", "integer", "number", "boolean"]
Columns = dict[str, Type]


class Writer(Protocol):
    """Takes results one by one; a context manager that keeps nothing when it is left by an error."""

    def write(self, result: Mapping[str, Any]) -> None:
        """Take one result."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Put the files in their places."""


def writer(path: Path, schema: Mapping[str, Any]) -> Writer:
    """Make the writer for a file's ending; `news.csv` becomes `news-articles.csv`, `news-quotes.csv` and so on.

    Raises:
        InputError: no such ending is written, or Parquet's package is missing.
    """
    match path.suffix.lower():
        case ".jsonl":
            return _Lines(path)
        case ".csv":
            return _Tables(path, schema, _CsvTable)
        case ".parquet":
            with contextlib.suppress(ImportError):
                import pyarrow.parquet  # noqa: F401 - a look whether it is there

                return _Tables(path, schema, _ParquetTable)
            raise InputError("Parquet needs one more package: pip install 'wiredesk[parquet]'")
        case _:
            raise InputError(f"{path}: results are written to {', '.join(ENDINGS)}")


def tables(schema: Mapping[str, Any]) -> dict[str, Columns]:
    """Give each table's columns: `articles`, and one for each kind of record."""
    properties = schema["properties"]
    about: Columns = {"article_id": "text", "version": "integer"}
    found = {"articles": about | _columns(properties["article"], "") | _columns(properties["document"], "")}
    del found["articles"]["id"]
    for name, field in properties.items():
        record = field.get("items") or next((part for part in field.get("anyOf", ()) if part.get("type") == "object"), None)
        if name not in ("article", "document", "provenance") and record:
            found[name] = about | _columns(record, "")
    return found


def rows(result: Mapping[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """Give the rows that one result adds to a table."""
    about = {"article_id": result["article"]["id"], "version": result["version"]}
    if kind == "articles":
        flat = _flat(result["article"], "") | _flat(result["document"], "")
        del flat["id"]
        yield about | flat
        return
    value = result.get(kind)
    for record in [value] if isinstance(value, dict) else value or ():
        yield about | _flat(record, "")


def _columns(schema: Mapping[str, Any], prefix: str) -> Columns:
    columns: Columns = {}
    for name, field in schema.get("properties", {}).items():
        inner = field if "properties" in field else next((part for part in field.get("anyOf", ()) if "properties" in part), None)
        if inner:
            columns |= _columns(inner, f"{prefix}{name}_")
        else:
            columns[prefix + name] = _type(field)
    return columns


def _type(field: Mapping[str, Any]) -> Type:
    names = field.get("type", [])
    kinds = {names} if isinstance(names, str) else set(names)
    kinds.discard("null")
    if kinds == {"integer"}:
        return "integer"
    if kinds and kinds <= {"integer", "number"}:
        return "number"
    return "boolean" if kinds == {"boolean"} else "text"


def _flat(value: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, dict) and name != "metadata":
            flat |= _flat(item, f"{prefix}{name}_")
        elif isinstance(item, dict | list):
            flat[prefix + name] = orjson.dumps(item).decode()
        else:
            flat[prefix + name] = item
    return flat


class _Lines:
    """One result a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = _beside(self._path).open("wb")
        return self

    def write(self, result: Mapping[str, Any]) -> None:
        self._file.write(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _settle([self._path], [self._file], failed=error is not None)


class _Table(Protocol):
    """One open table."""

    def __init__(self, path: Path, columns: Columns) -> None: ...

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row."""

    def close(self) -> None:
        """Write what is left."""


class _Tables:
    """One table a record kind."""

    def __init__(self, path: Path, schema: Mapping[str, Any], table: type[_Table]) -> None:
        self._paths = {kind: path.with_name(f"{path.stem}-{kind}{path.suffix}") for kind in tables(schema)}
        self._columns = tables(schema)
        self._table = table

    def __enter__(self) -> Self:
        self._open = {kind: self._table(_beside(path), self._columns[kind]) for kind, path in self._paths.items()}
        return self

    def write(self, result: Mapping[str, Any]) -> None:
        for kind, table in self._open.items():
            for row in rows(result, kind):
                table.add(row)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _settle(self._paths.values(), self._open.values(), failed=error is not None)


class _CsvTable:
    """A CSV file with a header line."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, list(columns), extrasaction="ignore")
        self._writer.writeheader()

    def add(self, row: Mapping[str, Any]) -> None:
        self._writer.writerow({name: _cell(value) for name, value in row.items()})

    def close(self) -> None:
        self._file.close()


class _ParquetTable:
    """A Parquet file, written in groups of rows."""

    def __init__(self, path: Path, columns: Columns) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
        self._columns = columns
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        self._rows.append({name: _typed(row.get(name), kind) for name, kind in self._columns.items()})
        if len(self._rows) == _ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._file.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows = []


def _cell(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Give a CSV cell; text that begins like a formula is marked as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _typed(value: Any, kind: Type) -> Any:  # noqa: ANN401 - JSON
    if value is None:
        return None
    return float(value) if kind == "number" else str(value) if kind == "text" and not isinstance(value, str) else value


def _beside(path: Path) -> Path:
    """Name the file that is written until the whole is there."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


class _Closable(Protocol):
    def close(self) -> None:
        """Write what is left."""


def _settle(paths: Iterable[Path], files: Iterable[_Closable], *, failed: bool) -> None:
    """Close the files and put them in their places, all or none; a disk may be found full only as the last bytes are written."""
    full = None
    for file in files:
        try:
            file.close()
        except OSError as error:
            full = error
    for path in paths:
        if failed or full:
            _beside(path).unlink(missing_ok=True)
        else:
            _beside(path).replace(path)
    if full and not failed:
        raise full
