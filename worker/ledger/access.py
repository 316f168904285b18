"""API keys of the gateway: made once, shown once, stored as a hash; and how much each has used this minute.

A key is `wd_<8 hex>_<43 characters>`: the first part names it, the second is 256 random bits, of which SHA-256 is kept (a
secret that cannot be guessed needs no slow hash).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from redis.exceptions import OutOfMemoryError

from worker.errors import InputError
from worker.ledger import keys

if TYPE_CHECKING:
    from worker.ledger.connection import Ledger

#: submit: send articles; read: states, results, pages, metrics; admin: both, and takedown.
Scope = Literal["submit", "read", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

_KEY = re.compile(r"wd_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_MAX_NAME = 100
_RATE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is stored of a key."""

    #: The key's public part.
    number: str
    #: Whose it is, for people.
    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    created: str
    #: Articles and requests a minute; 0: as many as the key's holder likes.
    per_minute: int

    def allows(self, scope: Scope) -> bool:
        """Tell whether the key opens what needs `scope`."""
        return scope in self.scopes or "admin" in self.scopes

    def to_json(self) -> dict[str, Any]:
        """Give what a person may see: everything but the hash."""
        return {name: value for name, value in asdict(self).items() if name != "sha256"}


class ApiKeys:
    """The keys of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger.home

    def create(self, name: str, scopes: Iterable[str], per_minute: int = 0) -> str:
        """Make a key and give it; it cannot be shown again.

        Raises:
            InputError: no such scope, or the name cannot be used.
        """
        chosen = tuple(scope for scope in SCOPES if scope in set(scopes))
        if unknown := sorted(set(scopes) - set(SCOPES)):
            raise InputError(f"there is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}")
        if not chosen or not name.strip() or not name.isprintable() or len(name) > _MAX_NAME:
            raise InputError(f"a key needs a name of at most {_MAX_NAME} printable characters and a scope: {', '.join(SCOPES)}")
        number, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        key = ApiKey(number=number, name=name, scopes=chosen, sha256=_hash(secret), per_minute=per_minute,
                     created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
        with self._ledger.guard():
            self._ledger.client.hset(keys.API_KEYS, number, json.dumps(asdict(key)))
        return f"wd_{number}_{secret}"

    def list(self) -> list[ApiKey]:
        """Give all keys, oldest first."""
        with self._ledger.guard():
            stored = self._ledger.client.hvals(keys.API_KEYS)
        found = [ApiKey(**json.loads(value)) for value in stored]
        return sorted(found, key=lambda key: (key.created, key.number))

    def revoke(self, number: str) -> bool:
        """Remove a key for good; False if there is none of that number."""
        with self._ledger.guard():
            return bool(self._ledger.client.hdel(keys.API_KEYS, number))

    def spend(self, key: ApiKey, amount: int = 1) -> int:
        """Count use against the key's limit; gives 0, or the seconds to wait when the minute's share is used up.

        A server without memory counts nothing and can still be asked.
        """
        if not key.per_minute:
            return 0
        now, used = self._now()[0], amount
        counter = f"{keys.RATE}{key.number}:{now // _RATE_SECONDS}"
        with self._ledger.guard(), suppress(OutOfMemoryError):
            pipeline = self._ledger.client.pipeline(transaction=True)
            pipeline.incrby(counter, amount)
            pipeline.expire(counter, 2 * _RATE_SECONDS)
            used = pipeline.execute()[0]
        return 0 if used - amount < key.per_minute else _RATE_SECONDS - now % _RATE_SECONDS

    def _now(self) -> tuple[int, int]:
        with self._ledger.guard():
            seconds, microseconds = self._ledger.client.time()
        return int(seconds), int(microseconds)


def matching(known: Iterable[ApiKey], given: str) -> ApiKey | None:
    """Give the key that was given, if it is one of the known."""
    if not (parts := _KEY.fullmatch(given)):
        return None
    number, secret = parts.groups()
    digest = _hash(secret)
    return next((key for key in known if key.number == number and hmac.compare_digest(key.sha256, digest)), None)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
