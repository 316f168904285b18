"""Dead letters: what could never succeed and what was never an article, with its bytes and its reason.

Letters are numbered by the stream that holds them. An article's letter can be replayed; garbage can only be exported and mended.
"""

from __future__ import annotations

import base64
import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from worker.ledger import keys
from worker.ledger.jobs import unpack
from worker.records import MAX_ID_CHARACTERS

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

_PAGE = 500
#: Longest stretch of garbage that is kept.
MAX_RAW_BYTES = 1024 * 1024

#: What a replay may answer, for people.
REPLAY_ANSWERS = {
    "queued": "is queued again",
    "unknown": "is no dead letter (any more)",
    "garbage": "was never an article: export it, mend it and submit it",
    "superseded": "was followed by a newer version or another end",
    "textless": "holds no text: it was deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter; fields of an article are empty in garbage."""

    letter: str
    #: None for garbage.
    id: str | None
    version: int | None
    #: Where it came in: http, cli, python, celery, stream; for garbage the queue.
    source: str
    #: A short name of the class of reason: permanent, attempts, process_lost, not_json ...
    reason: str
    error: str
    #: The last stage that is known.
    stage: str
    attempts: int
    crashes: int
    #: How often it was replayed before.
    replays: int
    label: str
    accepted: dt.datetime | None
    died: dt.datetime
    #: The worker that read it last.
    owner: str
    #: An article's JSON, compressed; or the raw bytes of garbage.
    body: bytes

    def article(self) -> Any:  # noqa: ANN401 - JSON
        """Give the submitted article; None for garbage or when deleted."""
        return unpack(self.body) if self.id is not None and self.body else None

    def summary(self) -> dict[str, Any]:
        """Give everything but the bytes, as JSON."""
        times = {"accepted": self.accepted.isoformat() if self.accepted else None, "died": self.died.isoformat()}
        return {name: getattr(self, name) for name in self.__slots__ if name != "body"} | times | {"bytes": len(self.body)}

    def to_json(self) -> dict[str, Any]:
        """Give the whole letter as JSON: an article as an object, garbage as text or, where it is none, in base64."""
        if self.id is not None:
            return self.summary() | {"article": self.article()}
        try:
            return self.summary() | {"raw": self.body.decode()}
        except UnicodeDecodeError:
            return self.summary() | {"raw_base64": base64.b64encode(self.body).decode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which dead letters are meant; all conditions must hold, none means all."""

    reason: str = ""
    source: str = ""
    #: Only those that died before or after.
    before: dt.datetime | None = None
    after: dt.datetime | None = None
    #: Part of the error's text.
    error: str = ""
    article_id: str = ""
    #: Their numbers.
    letters: frozenset[str] = frozenset()

    @property
    def narrows(self) -> bool:
        """Whether any condition is set."""
        return self != Filter()

    def holds(self, letter: DeadLetter) -> bool:
        """Tell whether the letter is meant."""
        return (
            (not self.letters or letter.letter in self.letters)
            and self.reason in ("", letter.reason) and self.source in ("", letter.source) and self.error in letter.error
            and self.article_id in ("", letter.id) and (self.before is None or letter.died < self.before)
            and (self.after is None or letter.died >= self.after)
        )


class DeadLetters:
    """The ledger's dead letters."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def list(self, chosen: Filter | None = None, *, limit: int | None = None, start: str = "-") -> Iterator[DeadLetter]:
        """Give dead letters, oldest first, from the letter `start` on."""
        chosen, given = chosen or Filter(), 0
        while True:
            with self._ledger.guard():
                rows = self._ledger.client.xrange(keys.DEAD, min=start, max="+", count=_PAGE)
            for number, fields in rows:
                letter = _letter(number, fields)
                if chosen.holds(letter):
                    yield letter
                    given += 1
                    if limit is not None and given >= limit:
                        return
            if len(rows) < _PAGE:
                return
            start = f"({rows[-1][0].decode()}"

    def show(self, name: str) -> DeadLetter | None:
        """Give one letter by its number or by its article's id."""
        number = name
        if (job := self._ledger.jobs.state(name)) is not None and job.letter:
            number = job.letter
        if not _is_number(number):
            return None
        with self._ledger.guard():
            rows = self._ledger.client.xrange(keys.DEAD, min=number, max=number)
        return _letter(*rows[0]) if rows else None

    def count(self) -> int:
        """Give how many letters are kept."""
        with self._ledger.guard():
            return int(self._ledger.client.xlen(keys.DEAD))

    def bury(self, source: str, reason: str, error: str, raw: bytes, *, article_id: str = "") -> str:
        """Keep bytes that were never an article; gives the letter's number. A takedown of `article_id`, where they give one, removes it."""
        # What is no id names no article; it need not even be text that the server takes.
        known = article_id if len(article_id) <= MAX_ID_CHARACTERS and article_id.isprintable() else ""
        letter: bytes = self._ledger.call("bury", source, reason, error[:2_000], raw[:MAX_RAW_BYTES], known)
        return letter.decode()

    def replay(
        self, chosen: Filter | None = None, *, per_second: float | None = None, dry_run: bool = False,
    ) -> Iterator[tuple[DeadLetter, str]]:
        """Queue the chosen letters' articles again, oldest first; gives each with a key of `REPLAY_ANSWERS`.

        Only what was dead at the call is replayed, so that an article that dies again is not replayed for ever; each step is atomic and
        leaves the letter until it is queued: a replay that was broken off is simply called again.
        """
        with self._ledger.guard():
            last = self._ledger.client.xrevrange(keys.DEAD, count=1)
        for letter in self.list(chosen):
            if not last or _after(letter.letter, last[0][0].decode()):
                return
            yield letter, "queued" if dry_run and letter.id else "garbage" if dry_run else self.replay_one(letter.letter)
            if per_second and not dry_run:
                time.sleep(1 / per_second)

    def replay_one(self, letter: str) -> str:
        """Queue one letter's article again; gives a key of `REPLAY_ANSWERS`."""
        answer: bytes = self._ledger.call("replay", letter, keys.HIGH, keys.NORMAL, keys.LOW)
        return answer.decode()

    def purge(self, chosen: Filter | None = None, *, dry_run: bool = False) -> int:
        """Remove the chosen letters for good; gives how many."""
        numbers = [letter.letter for letter in self.list(chosen)]
        if dry_run:
            return len(numbers)
        return sum(int(self._ledger.call("purge", *numbers[at:at + _PAGE])) for at in range(0, len(numbers), _PAGE))

    def export(self, chosen: Filter | None = None) -> Iterator[bytes]:
        """Give the chosen letters as lines of JSON, with their bytes."""
        for letter in self.list(chosen):
            yield orjson.dumps(letter.to_json()) + b"\n"


def _letter(number: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    text = {name.decode(): value.decode(errors="replace") for name, value in fields.items() if name not in (b"body", b"raw")}
    accepted = int(text.get("accepted_at", "0"))
    return DeadLetter(
        letter=number.decode(), id=text.get("id"), version=int(text["version"]) if "version" in text else None,
        source=text.get("source", ""), reason=text.get("reason", ""), error=text.get("error", ""), stage=text.get("stage", ""),
        attempts=int(text.get("attempts", "0")), crashes=int(text.get("crashes", "0")), replays=int(text.get("replays", "0")),
        label=text.get("label", ""), owner=text.get("owner", ""),
        accepted=dt.datetime.fromtimestamp(accepted / 1_000, tz=dt.UTC) if accepted else None,
        died=dt.datetime.fromtimestamp(int(text.get("died_at", "0")) / 1_000, tz=dt.UTC),
        body=fields.get(b"body", fields.get(b"raw", b"")),
    )


def _is_number(name: str) -> bool:
    first, dash, second = name.partition("-")
    return first.isdecimal() and first.isascii() and (not dash or (second.isdecimal() and second.isascii()))


def _after(letter: str, other: str) -> bool:
    return tuple(map(int, letter.split("-"))) > tuple(map(int, other.split("-")))
