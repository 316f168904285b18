"""A spool folder: whoever puts a file into it submits its articles; the file then moves to `done` or `failed`.

A file is taken when it has not changed for a moment. Links are never followed and hidden files are left alone: write under a
name that begins with a dot, then rename, and a half-written file is never seen. What could not be submitted stands line by line
in `failed/<name>.errors.txt`. A file that is in hand when the watcher is killed is read again: nothing runs twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker.errors import InputError
from worker.files import ArticleFiles, Item
from worker.files.kinds import kind_of

#: Seconds between two looks, and for which a file must have kept still.
LOOK_SECONDS = 1.0
DONE, FAILED = "done", "failed"
#: Bytes of a name that leave room for another ending.
_LONGEST_NAME = 240


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    submitted: int
    errors: tuple[str, ...]


class Spool:
    """One watched folder; `submit` gives for each item an error, or None."""

    def __init__(self, folder: Path, submit: Callable[[Iterable[Item]], Iterator[str | None]], *, source: str | None = None) -> None:
        self._folder = folder
        self._submit = submit
        self._defaults = {"source": source} if source else {}
        self._seen: dict[str, tuple[int, int]] = {}
        #: What was read and could not be moved, as it was then.
        self._stuck: dict[str, tuple[int, int]] = {}

    def look(self) -> Iterator[Outcome]:
        """Take the files that have kept still since the last look.

        Raises:
            InputError: the folder cannot be read or written.
        """
        try:
            for name in (DONE, FAILED):
                (self._folder / name).mkdir(exist_ok=True)
            found = {entry.name: (stat.st_size, stat.st_mtime_ns) for entry, stat in self._files()}
        except OSError as error:
            raise InputError(f"{self._folder}: cannot be watched: {error.strerror or error}") from None
        self._stuck = {name: state for name, state in self._stuck.items() if found.get(name) == state}
        still = [name for name, state in sorted(found.items()) if self._seen.get(name) == state and name not in self._stuck]
        self._seen = {name: state for name, state in found.items() if name not in still}
        for name in still:
            outcome = self._take(name)
            if (self._folder / name).exists():
                self._stuck[name] = found[name]
            yield outcome

    def _files(self) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False) and kind_of(Path(entry.name)):
                    with suppress(FileNotFoundError):  # its owner took it away just now
                        yield entry, entry.stat(follow_symlinks=False)

    def _take(self, name: str) -> Outcome:
        path = self._folder / name
        errors: list[str] = []
        submitted = 0
        origins: list[str] = []

        def items() -> Iterator[Item]:
            for item in ArticleFiles([str(path)], self._defaults):
                if item.error is not None:
                    errors.append(f"{item.origin.replace(str(path), name)}: {item.error}")
                else:
                    origins.append(item.origin.replace(str(path), name))
                    yield item

        for number, error in enumerate(self._submit(items())):
            if error is None:
                submitted += 1
            else:
                errors.append(f"{origins[number]}: {error}")
        try:
            self._move(path, FAILED if errors else DONE, errors)
        except FileNotFoundError:
            errors.append(f"{name}: was taken away while it was read")
        except OSError as error:
            errors.append(f"{name}: was read, but cannot be moved ({error.strerror or error}); it is left alone until it changes")
        return Outcome(name, submitted, tuple(errors))

    def _move(self, path: Path, where: str, errors: list[str]) -> None:
        target = self._folder / where / path.name
        number = 1
        while target.exists():
            number += 1
            target = self._folder / where / f"{path.stem}-{number}{path.suffix}"
        path.rename(target)
        if errors:
            # A name may have any bytes and be as long as the system bears: neither ends the watching.
            short = os.fsdecode(os.fsencode(target.name)[:_LONGEST_NAME])
            target.with_name(f"{short}.errors.txt").write_text("\n".join(errors) + "\n", encoding="utf-8", errors="backslashreplace")
