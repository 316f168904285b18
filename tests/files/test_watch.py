"""A spool folder: files are taken when they keep still, moved when done, and named when they fail."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from worker.errors import InputError
from worker.files import Item
from worker.files.watch import Spool


class Desk:
    """Takes articles and refuses those with the text `no`."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, items: Iterable[Item]) -> Iterator[str | None]:
        for item in items:
            assert item.article is not None
            self.texts.append(item.article.text)
            yield "refused" if item.article.text == "no" else None


def test_a_file_is_taken_when_it_keeps_still(tmp_path: Path) -> None:
    """Not at the first look, not while it grows, and once only."""
    desk = Desk()
    spool = Spool(tmp_path, desk)
    (tmp_path / "a.txt").write_text("one")
    assert list(spool.look()) == []
    (tmp_path / "a.txt").write_text("one and more")
    assert list(spool.look()) == []
    [outcome] = spool.look()
    assert (outcome.name, outcome.submitted, outcome.errors) == ("a.txt", 1, ())
    assert desk.texts == ["one and more"]
    assert (tmp_path / "done" / "a.txt").exists()
    assert list(spool.look()) == []


def test_failures_are_named_line_by_line(tmp_path: Path) -> None:
    """What was good is submitted; the file moves to `failed` beside its errors."""
    lines = [json.dumps({"text": "good"}), "{", json.dumps({"text": "no"}), json.dumps({"text": "fine"})]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    desk = Desk()
    spool = Spool(tmp_path, desk)
    list(spool.look())
    [outcome] = spool.look()
    assert outcome.submitted == 2
    assert (tmp_path / "failed" / "a.jsonl").exists()
    told = (tmp_path / "failed" / "a.jsonl.errors.txt").read_text()
    assert "a.jsonl:2: is no JSON" in told
    assert "a.jsonl:3: refused" in told


def test_links_hidden_and_other_files_are_left_alone(tmp_path: Path) -> None:
    """A link could lead anywhere; a hidden file is still being written."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    spooled = tmp_path / "spool"
    spooled.mkdir()
    (spooled / "link.txt").symlink_to(outside / "secret.txt")
    (spooled / "dir").symlink_to(outside)
    (spooled / ".hidden.txt").write_text("half")
    (spooled / "picture.png").write_bytes(b"\x89PNG")
    desk = Desk()
    spool = Spool(spooled, desk)
    for _ in range(3):
        assert list(spool.look()) == []
    assert desk.texts == []


def test_a_name_that_was_used_before_is_kept_apart(tmp_path: Path) -> None:
    """The second file of a name does not overwrite the first."""
    spool = Spool(tmp_path, Desk())
    for text in ("one", "two"):
        (tmp_path / "a.txt").write_text(text)
        list(spool.look())
        list(spool.look())
    assert sorted(path.read_text() for path in (tmp_path / "done").iterdir()) == ["one", "two"]


@pytest.mark.parametrize("name", [b"bad\xff.json", b"x" * 250 + b".json"])
def test_any_name_is_borne(tmp_path: Path, name: bytes) -> None:
    """A name that is not UTF-8 or as long as names can be fails as a file may fail; the others are read."""
    (tmp_path / os.fsdecode(name)).write_text("{")
    (tmp_path / "z.txt").write_text("fine")
    desk = Desk()
    spool = Spool(tmp_path, desk)
    list(spool.look())
    bad, fine = spool.look()
    assert (bad.submitted, len(bad.errors), fine.submitted) == (0, 1, 1)
    assert os.fsencode(tmp_path / "failed") + b"/" + name in [os.fsencode(path) for path in (tmp_path / "failed").iterdir()]
    [told] = (tmp_path / "failed").glob("*.errors.txt")
    assert "is no JSON" in told.read_text(encoding="utf-8")


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    """Between two looks or while it is read: the watching goes on."""
    gone = tmp_path / "b.txt"

    def submit(items: Iterable[Item]) -> Iterator[str | None]:
        for _ in items:
            gone.unlink(missing_ok=True)
            yield None

    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    spool = Spool(tmp_path, submit)
    list(spool.look())
    first, second, third = spool.look()
    assert (first.errors, third.errors) == ((), ())
    assert second.errors[-1] == "b.txt: was taken away while it was read"


def test_a_file_that_cannot_be_moved_is_left_alone(tmp_path: Path) -> None:
    """It is told once, and read again only when it changes."""
    desk = Desk()
    spool = Spool(tmp_path, desk)
    name = "x" * 251 + ".txt"
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / name).write_text("an older one")  # the number that would tell them apart is one character too many
    (tmp_path / name).write_text("one")
    told = [outcome for _ in range(5) for outcome in spool.look()]
    assert [len(outcome.errors) for outcome in told] == [1]
    assert "cannot be moved" in told[0].errors[0]
    (tmp_path / name).write_text("another")
    assert len([outcome for _ in range(3) for outcome in spool.look()]) == 1
    assert desk.texts == ["one", "another"]


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    with pytest.raises(InputError, match="cannot be watched"):
        list(Spool(tmp_path / "gone", Desk()).look())
