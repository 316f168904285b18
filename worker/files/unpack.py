"""Bytes out of plain, gzip and zstd files, one pass, within limits; it knows nothing of articles."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import zstandard

from worker.errors import InputError

#: An archive that unpacks to more than this many times its size is a bomb, not news (plain text packs to about a quarter).
MAX_RATIO = 100
#: And none may unpack to more than this many bytes.
MAX_UNPACKED = 1 << 30
#: Small archives may be as dense as they like.
_FREE = 1 << 20
#: Longest line and largest whole file in bytes: a million characters, each as a pair of JSON escapes, and the other fields.
MAX_PIECE = 16 << 20


class Source:
    """A stream of bytes with the position on disk; a context manager that closes what it opened."""

    def __init__(self, stream: BinaryIO, raw: BinaryIO | None, size: int | None = None) -> None:
        self._stream = stream
        self._raw = raw
        self._size = size
        self._given = 0

    @property
    def position(self) -> int:
        """Bytes taken from disk so far."""
        return self._raw.tell() if self._raw and not self._raw.closed else 0

    def line(self) -> bytes:
        """Give the next line with its line feed; empty at the end.

        Raises:
            InputError: the line is longer than any article, or the archive is broken, cut off or a bomb.
        """
        piece = self._read(lambda: self._stream.readline(MAX_PIECE + 1))
        if len(piece) > MAX_PIECE:
            self._skip_line()
            raise LongLineError(f"the line is longer than {MAX_PIECE >> 20} MiB, which no article is")
        return piece

    def whole(self) -> bytes:
        """Give everything that is left.

        Raises:
            InputError: it is more than any article has, or the archive is broken, cut off or a bomb.
        """
        piece = self._read(lambda: self._stream.read(MAX_PIECE * 8 + 1))
        if len(piece) > MAX_PIECE * 8:
            raise InputError(f"the file has more than {MAX_PIECE * 8 >> 20} MiB; put many articles into a .jsonl file")
        return piece

    def some(self, size: int) -> bytes:
        """Give up to `size` bytes; none at the end.

        Raises:
            InputError: the archive is broken, cut off or a bomb.
        """
        return self._read(lambda: self._stream.read(size))

    def _skip_line(self) -> None:
        while (piece := self._read(lambda: self._stream.readline(1 << 20))) and not piece.endswith(b"\n"):
            pass

    def _read(self, reading: Callable[[], bytes]) -> bytes:
        try:
            piece = reading()
        except EOFError:
            raise InputError("the gzip file is cut off; what came before was read, fetch it again for the rest") from None
        except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
            raise InputError(f"the archive is broken ({error}); fetch or pack it again") from None
        self._given += len(piece)
        if self._size is not None and self._given > _FREE and self._given > min(MAX_UNPACKED, self._size * MAX_RATIO):
            raise InputError(f"the archive unpacks to more than {MAX_RATIO} times its size or 1 GiB and is not read further")
        return piece

    def __enter__(self) -> Self:
        """Begin reading."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        if self._raw is not None:
            self._stream.close()
            self._raw.close()


class LongLineError(InputError):
    """One line is too long; the lines after it can still be read."""


def open_source(path: Path) -> Source:
    """Open a file, unpacking it by its name's ending."""
    raw = path.open("rb")
    # Of a web archive only one page is held at a time: it may be as large as it likes.
    size = None if Path(path.stem).suffix.lower() == ".warc" else path.stat().st_size
    match path.suffix.lower():
        case ".gz":
            return Source(cast("BinaryIO", gzip.GzipFile(fileobj=raw)), raw, size)
        case ".zst":
            reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            return Source(cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", reader))), raw, size)
        case _:
            return Source(raw, raw)
