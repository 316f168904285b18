"""Articles come out of every kind of file; what is broken is named and stops nothing else."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path

import pytest
import zstandard

from worker.files import ArticleFiles, Item
from worker.files.unpack import MAX_PIECE

GOOD = b'{"text": "Seoul said no.", "id": "good"}\n'


def read(*paths: Path | str, **defaults: str) -> list[Item]:
    files = ArticleFiles([str(path) for path in paths], defaults)
    items = list(files)
    assert files.done == files.total
    return items


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "data", "texts"), [
    ("a.txt", "Seoul – no.\n".encode(), ["Seoul – no.\n"]),
    ("a.TXT", b"x", ["x"]),
    ("a.txt", b"\xef\xbb\xbfmarked", ["marked"]),
    ("a.md", b"# Head\n\nProse.", ["# Head\n\nProse."]),
    ("a.json", b'{"text": "one"}', ["one"]),
    ("a.json", b'[{"text": "one"}, {"text": "two"}]', ["one", "two"]),
    ("a.jsonl", b'{"text": "one"}\n\n{"text": "two"}', ["one", "two"]),
    ("a.jsonl", b'{"text": "one"}\r\n{"text": "two"}\r\n', ["one", "two"]),
    ("a.jsonl.gz", gzip.compress(GOOD), ["Seoul said no."]),
    ("a.jsonl.gz", gzip.compress(GOOD) + gzip.compress(GOOD), ["Seoul said no."] * 2),
    ("a.jsonl.zst", zstandard.compress(GOOD) + zstandard.compress(GOOD), ["Seoul said no."] * 2),
    ("a.txt.zst", zstandard.compress(b"packed"), ["packed"]),
])
def test_kinds(tmp_path: Path, name: str, data: bytes, texts: list[str]) -> None:
    """The ending says how a file is read."""
    items = read(write(tmp_path, name, data))
    assert [item.article.text if item.article else item.error for item in items] == texts


@pytest.mark.parametrize(("name", "data", "errors"), [
    ("a.txt", b"", {"a.txt": "text: is empty"}),
    ("a.txt", b" \n ", {"a.txt": "only white space"}),
    ("a.txt", b"caf\xe9", {"a.txt": "byte 3 is not UTF-8"}),
    ("a.txt", b"a\0b", {"a.txt": "NUL character at position 1"}),
    ("a.txt", b"x" * 1_000_001, {"a.txt": "more than 1,000,000 characters"}),
    ("a.json", b"{", {"a.json:1": "is no JSON"}),
    ("a.json", b'"prose"', {"a.json": "not a string"}),
    ("a.jsonl", GOOD + b"{broken\n" + GOOD, {"a.jsonl:2": "is no JSON at column"}),
    ("a.jsonl", GOOD + b"\xff\xfe\n" + GOOD, {"a.jsonl:2": "is no JSON"}),
    ("a.jsonl", GOOD + b'{"text": "a", "txet": "b"}\n' + GOOD, {"a.jsonl:2": "txet: is no field"}),
    ("a.jsonl", GOOD + b'{"text": 5}\n' + GOOD, {"a.jsonl:2": "text: input should be a valid string, not a number"}),
    ("a.jsonl", GOOD + b'{"text": "\\ud800"}\n' + GOOD, {"a.jsonl:2": "is no JSON"}),
    ("a.jsonl", GOOD + b"[" * 100_000 + b"\n" + GOOD, {"a.jsonl:2": "is no JSON"}),
    ("a.jsonl", GOOD + b"[1]\n" + GOOD, {"a.jsonl:2": "not a list"}),
    ("a.jsonl.gz", gzip.compress(os.urandom(50_000).hex().encode())[:20_000], {"a.jsonl.gz": "cut off"}),
    ("a.jsonl.gz", b"no gzip at all", {"a.jsonl.gz": "archive is broken"}),
    ("a.jsonl.zst", b"no zstd at all", {"a.jsonl.zst": "archive is broken"}),
])
def test_what_is_broken_is_named_and_the_rest_is_read(tmp_path: Path, name: str, data: bytes, errors: dict[str, str]) -> None:
    """One sentence with file and line; good lines before and after go through."""
    items = read(write(tmp_path, name, data))
    found = {str(Path(item.origin).name): item.error for item in items if item.error}
    assert found.keys() == errors.keys()
    assert all(errors[origin] in str(found[origin]) for origin in errors)
    assert sum(item.article is not None for item in items) == data.count(GOOD)


def test_a_truncated_gzip_gives_what_came_before(tmp_path: Path) -> None:
    """Whole lines before the cut are articles, the cut is an error."""
    data = gzip.compress(b"".join(json.dumps({"text": os.urandom(40).hex()}).encode() + b"\n" for _ in range(2_000)))
    items = read(write(tmp_path, "a.jsonl.gz", data[: len(data) // 2]))
    assert sum(item.article is not None for item in items) > 100
    assert "cut off" in str(items[-1].error)


def test_an_archive_that_unpacks_to_a_bomb_is_not_read(tmp_path: Path) -> None:
    """A hundred times its size is the most."""
    bomb = gzip.compress((b" " * 100_000 + b"\n") * 1_000)
    for name in ("a.jsonl.gz", "a.warc.jsonl.gz"):
        assert ["100 times" in str(item.error) for item in read(write(tmp_path, name, bomb))] == [True]


def test_a_line_longer_than_any_article_is_skipped(tmp_path: Path) -> None:
    """The next line is read as if nothing were."""
    items = read(write(tmp_path, "a.jsonl", b'{"text": "' + b"x" * (MAX_PIECE + 10) + b'"}\n' + GOOD))
    assert "longer than 16 MiB" in str(items[0].error)
    assert items[1].article is not None


def test_folders_give_their_articles_in_order_and_nothing_else(tmp_path: Path) -> None:
    """Notes, hidden files, links and other kinds are left out."""
    (tmp_path / "b").mkdir()
    for name in ("b/2.txt", "1.txt", "README.md", ".hidden.txt", "picture.png"):
        write(tmp_path, name, name.encode())
    (tmp_path / "link.txt").symlink_to(tmp_path / "1.txt")
    assert [item.article.text for item in read(tmp_path) if item.article] == ["1.txt", "b/2.txt"]


@pytest.mark.parametrize(("name", "reason"), [("nothing", "does not exist"), ("empty", "holds no article"), ("a.png", ".png is no kind")])
def test_paths_without_articles_say_why(tmp_path: Path, name: str, reason: str) -> None:
    """A wrong path is an error of its own."""
    (tmp_path / "empty").mkdir()
    write(tmp_path, "a.png", b"")
    [item] = read(tmp_path / name)
    assert reason in str(item.error)


@pytest.mark.parametrize(("data", "texts"), [
    (b"Prose over\ntwo lines.", ["Prose over\ntwo lines."]),
    (GOOD * 2, ["Seoul said no."] * 2),
    (b'[{"text": "a"},\n {"text": "b"}]', ["a", "b"]),
    (b'{\n "text": "pretty"\n}', ["pretty"]),
])
def test_standard_input_is_prose_or_json(monkeypatch: pytest.MonkeyPatch, data: bytes, texts: list[str]) -> None:
    """What comes in on standard input says itself what it is."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert [item.article.text for item in ArticleFiles(["-"]) if item.article] == texts


def test_defaults_fill_only_what_is_absent(tmp_path: Path) -> None:
    """--published and --priority never overrule an article's own word."""
    path = write(tmp_path, "a.jsonl", b'{"text": "a"}\n{"text": "b", "priority": "high"}\n')
    assert [item.article.priority for item in read(path, priority="low") if item.article] == ["low", "high"]


@pytest.mark.parametrize(("path", "sentence"), [
    ("", "is an empty path; name a file or a folder"), (" ", "is an empty path"), ("a" * 5_000, "cannot be read: File name too long"),
])
def test_what_can_be_no_path_is_named(path: str, sentence: str) -> None:
    """An empty one, as of an unset variable in a shell, is not the current folder."""
    [item] = read(path)
    assert item.article is None
    assert sentence in (item.error or "")
