"""A user's own lexicons: files in a folder whose entries add to, or with a leading `-` take away from, Wiredesk's own.

`<name>.txt` has the fields of the lexicon of that name. A line that begins with `- ` takes away: whole entries whose fields are those
written (`*`: any; fields left out at the end: any), or, where the last one written holds several words, only these words:

    Bristol Harbour Trust | ORG | ngo | GBR        adds
    - Turtle Bay                                   takes the entry away
    - say | verb | * | blog                        takes the word "blog" from the verbs of saying
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from worker.errors import ConfigurationError
from worker.nlp.lexicons.shapes import Entry, Field, built_in, names, parse, shape

_ANY = "*"
#: Characters of the hash that a result's provenance shows.
_DIGITS = 16
#: Bytes of a file and characters of a line at most, many times those of Wiredesk's own: what has more is something else.
_LARGEST = 16 << 20
_LONGEST = 20_000
_ENDS = re.compile(r"\r\n|\r|\n")
#: What no text holds: it shows a file of another kind or encoding, and would never match.
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


@dataclass(frozen=True)
class OwnLexicons:
    """The changes that a user's folder makes, each line with its number."""

    folder: Path
    added: dict[str, list[tuple[int, Entry]]] = field(default_factory=dict)
    taken: dict[str, list[tuple[int, Entry]]] = field(default_factory=dict)

    def entries(self, name: str) -> tuple[Entry, ...]:
        """Give the entries of a lexicon with the changes made."""
        kept = built_in(name)
        for _, pattern in self.taken.get(name, ()):
            kept = tuple(left for entry in kept if (left := _without(entry, pattern, shape(name).fields)) is not None)
        added = tuple(entry for _, entry in self.added.get(name, ()))
        return added + kept if shape(name).first else kept + added

    @cached_property
    def digest(self) -> str:
        """A hash of all changes, for a result's provenance; comments and blank lines do not count."""
        lines = [f"{mark}{name}|{'|'.join(entry)}" for mark, changes in (("+", self.added), ("-", self.taken))
                 for name in sorted(changes) for _, entry in changes[name]]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_DIGITS]

    def __str__(self) -> str:
        added, taken = (sum(map(len, changes.values())) for changes in (self.added, self.taken))
        return f"{added:,} added, {taken:,} taken away by {self.folder}"


def read(folder: Path) -> OwnLexicons:
    """Read a user's folder.

    Raises:
        ConfigurationError: it cannot be read or a line is wrong; the first one is named with its file and line.
    """
    own, wrong = examine(folder)
    if wrong:
        more = f" (and {len(wrong) - 1} more: `wiredesk doctor` names all)" if len(wrong) > 1 else ""
        raise ConfigurationError(f"lexicons: {wrong[0]}{more}")
    return own


def examine(folder: Path) -> tuple[OwnLexicons, list[str]]:
    """Read a user's folder and say what is wrong in it, each with file, line and what to do."""
    own = OwnLexicons(folder)
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".txt" or (
            path.suffix.lower() in ("", ".txt") and path.stem.lower() in names()))
    except OSError as error:
        return own, [f"{folder}: cannot be read ({error.strerror}); let WIREDESK_LEXICONS name a folder, or nothing"]
    wrong = [sentence for path in files for sentence in _read_file(own, path)]
    wrong += [sentence for name in {*own.added, *own.taken} for sentence in _check(own, name)]
    return own, wrong or list(_dangling(own))


def _read_file(own: OwnLexicons, path: Path) -> Iterator[str]:
    if path.suffix != ".txt" or path.stem not in names():
        near = difflib.get_close_matches(path.stem.lower(), names(), 1)
        advice = f"did you mean {near[0]}.txt?" if near else f"the lexicons are {', '.join(names())}"
        yield f"{path}: there is no lexicon of this name; {advice}"
        return
    try:
        text = _text(path)
    except OSError as error:
        yield f"{path}: cannot be read ({(error.strerror or str(error)).lower()}); mend that or take it out of the folder"
        return
    except ValueError as error:
        yield f"{path}{error}"
        return
    for number, entry in parse(text):
        if entry[0] == "-" or entry[0].startswith("- "):
            own.taken.setdefault(path.stem, []).append((number, (entry[0][1:].strip(), *entry[1:])))
        else:
            own.added.setdefault(path.stem, []).append((number, entry))


def _text(path: Path) -> str:
    """Give a file's text with plain ends of lines and composed letters, as articles have them.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no text; says where and what to do, to be put behind the file's name.
    """
    if not path.is_file():
        raise OSError("it is no file")
    if (size := path.stat().st_size) > _LARGEST:
        raise ValueError(f": has {size >> 20:,} MiB, more than the {_LARGEST >> 20} that a lexicon may have; is it the right file?")
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(": is UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(_ENDS.findall(data[:error.start].decode(errors="replace"))) + 1
        raise ValueError(f", line {line}: byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8") from None
    text = _ENDS.sub("\n", text)
    if (found := _CONTROL.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f", line {line}: holds the control character U+{ord(found[0]):04X}; remove it, or save the file as UTF-8 text")
    for number, line_ in enumerate(text.split("\n"), start=1):
        if len(line_) > _LONGEST:
            raise ValueError(f", line {number}: has more than {_LONGEST:,} characters; an entry stands on one line, the next on another")
    return unicodedata.normalize("NFC", text)


def _check(own: OwnLexicons, name: str) -> Iterator[str]:
    path = own.folder / f"{name}.txt"
    for number, entry in own.added.get(name, ()):
        if (reason := shape(name).wrong(name, entry, own.entries)) is not None:
            yield f"{path}, line {number}: {reason}"
    for number, pattern in own.taken.get(name, ()):
        if len(pattern) > len(shape(name).fields):
            yield f"{path}, line {number}: has more fields than the entries: {shape(name)}"
        elif all(_without(entry, pattern, shape(name).fields) == entry for entry in built_in(name)):
            yield f"{path}, line {number}: takes nothing away, for there is no such entry; mend or remove the line"


def _dangling(own: OwnLexicons) -> Iterator[str]:
    """What was taken away may not be named by what is left."""
    for name in names():
        if any(known.reference and known.reference[0] in own.taken for known in shape(name).fields):
            for entry in own.entries(name):
                if (reason := shape(name).wrong(name, entry, own.entries)) is not None:
                    yield f"{own.folder}: {' | '.join(entry)!r} of {name}.txt is left, but its {reason} any more; take it away as well"


def _without(entry: Entry, pattern: Entry, fields: tuple[Field, ...]) -> Entry | None:
    """Give the entry without what the pattern takes away: as it was, with fewer words, or none."""
    last = len(pattern) - 1
    for number, (wanted, known) in enumerate(zip(pattern, fields, strict=False)):
        text = entry[number] if number < len(entry) else ""
        values, taken = known.values(text), known.values(wanted)
        if wanted == _ANY:
            continue
        if number == last and known.many is not None:
            left = tuple(value for value in values if value not in taken)
            if left == values:
                return entry
            return (*entry[:number], known.joined(left), *entry[number + 1:]) if left or known.optional else None
        if text != wanted and not (known.many is not None and set(taken) <= set(values)):
            return entry
    return None
