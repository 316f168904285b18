"""Accuracy on annotated data sets in the evaluation layout.

A folder holds one folder a data set with `dev.jsonl` (or `test.jsonl`; articles with `gold`), and beside them the layout's own two
scripts: `predict.py` turns results into predictions, `score.py` compares them with the gold. The measure is the data's, not ours:
the scripts run as they are, in processes of their own, with the results of this installation.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from worker.errors import InputError
from worker.ledger.sketches import RunIndex
from worker.pipeline import Trip, run
from worker.records import Article

if TYPE_CHECKING:
    from worker.nlp.reading import Reader

SCRIPTS = ("predict.py", "score.py")
GOLD_FILES = ("dev.jsonl", "test.jsonl")


@dataclass(frozen=True, slots=True)
class Score:
    """One row: a measure on a data set, as shares of one."""

    data_set: str
    measure: str
    precision: float
    recall: float
    f1: float
    gold: int


def measure_accuracy(reader: Reader, folder: Path, only: Iterable[str] = ()) -> Iterator[Score]:
    """Read every data set of the folder (or those named) and give its scores.

    Raises:
        InputError: the folder is not of the evaluation layout, or a script fails; its words are given.
    """
    for script in SCRIPTS:
        if not (folder / script).is_file():
            raise InputError(f"{folder}: no {script}; name a folder of the evaluation layout (<data set>/dev.jsonl, predict.py, score.py)")
    named = set(only)
    files = [path for name in GOLD_FILES for path in sorted(folder.glob(f"*/{name}")) if not named or path.parent.name in named]
    if not files:
        raise InputError(f"{folder}: no data set with {' or '.join(GOLD_FILES)}")
    for path in files:
        yield from _measure(reader, folder, path)


def _measure(reader: Reader, folder: Path, gold: Path) -> Iterator[Score]:
    documents = [orjson.loads(line) for line in gold.read_bytes().splitlines() if line.strip()]
    kinds = {kind for document in documents for kind in document["gold"]}
    with tempfile.TemporaryDirectory() as scratch:
        results, predictions = Path(scratch, "results.jsonl"), Path(scratch, "predictions.jsonl")
        results.write_bytes(b"".join(_read(reader, documents)))
        _script(folder / "predict.py", gold, predictions, "--results", results)
        # Names alone are compared as person, organisation, place: the data sets name finer types differently.
        labels = ("--labels", "coarse") if kinds == {"entities"} else ()
        scored: dict[str, Any] = orjson.loads(_script(folder / "score.py", gold, predictions, "--json", *labels))
    for measure, row in scored["scores"].items():
        if "F1" in row:
            yield Score(gold.parent.name, measure.strip(), row["P"], row["R"], row["F1"], row["gold"])


def _read(reader: Reader, documents: list[dict[str, Any]]) -> Iterator[bytes]:
    stories = RunIndex()
    for document in documents:
        fields = {"id": document["id"], "text": document["text"], "title": document.get("title"), "published_at": document.get("published")}
        article = Article.parse({name: value for name, value in fields.items() if value})
        result = run(article, reader, Trip(received=dt.datetime.now(dt.UTC)))
        stories.place(result)
        yield orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE)


def _script(path: Path, *arguments: str | Path) -> bytes:
    done = subprocess.run([sys.executable, path, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise InputError(f"{path}: {done.stderr.decode(errors='replace').strip().splitlines()[-1:] or 'failed'}")
    return done.stdout
