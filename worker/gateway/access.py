"""Who may do what over HTTP: API keys with scopes, and their limits; without any key, loopback is open.

A key comes as `Authorization: Bearer wd_…` or as `X-API-Key: wd_…`. As soon as one key exists, every request but the health
checks needs one. For looking, a browser may ask a person for it: HTTP Basic with any user name and the key as the password. As a
browser would send it along with what another site's page makes it do, it changes nothing.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from worker.gateway.problems import ProblemError
from worker.ledger import Ledger
from worker.ledger.access import ApiKey, ApiKeys, Scope, matching

#: Seconds for which the list of keys is remembered: so long a revoked key still opens.
_REMEMBERED = 2.0

_BEARER = HTTPBearer(auto_error=False, description="A key made by `wiredesk keys create`.")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


class Doorkeeper:
    """Knows the keys; one for each application, used from many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self.keys = ApiKeys(ledger)
        self._known: list[ApiKey] = []
        self._read_at = float("-inf")
        self._lock = Lock()

    def known(self) -> list[ApiKey]:
        """Give all keys, at most two seconds old.

        Raises:
            ServerUnavailableError: they cannot be read.
        """
        with self._lock:
            if time.monotonic() - self._read_at > _REMEMBERED:
                self._known, self._read_at = self.keys.list(), time.monotonic()
            return self._known

    def admit(self, given: str | None, scope: Scope) -> ApiKey | None:
        """Give the key that was shown; None where no keys exist.

        Raises:
            ProblemError: no key, a wrong one, one without the scope, or one whose share of this minute is used up.
        """
        known = self.known()
        if not known:
            return None
        if not given:
            raise ProblemError(401, "key-missing", "send an API key as `Authorization: Bearer …` or `X-API-Key: …`")
        key = matching(known, given)
        if key is None:
            raise ProblemError(401, "key-unknown", "this API key is unknown or was revoked")
        if not key.allows(scope):
            raise ProblemError(403, "scope-missing", f"this key lacks the scope {scope!r}; `wiredesk keys create` makes another")
        self.charge(key, 1)
        return key

    def charge(self, key: ApiKey | None, amount: int) -> None:
        """Count articles or requests against the key's limit.

        Raises:
            ProblemError: the share of this minute is used up.
        """
        if key is not None and amount and (wait := self.keys.spend(key, amount)):
            raise ProblemError(429, "key-limit", f"this key may send {key.per_minute:,} articles and requests a minute", retry_after=wait)


def needs(scope: Scope) -> Callable[..., ApiKey | None]:
    """Make the dependency that admits who holds a key with the scope."""

    def admit(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None,
        header: Annotated[str | None, Security(_HEADER)] = None,
    ) -> ApiKey | None:
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        return doorkeeper.admit(bearer.credentials if bearer else header or _password(request), scope)

    return admit


def _password(request: Request) -> str | None:
    """Give the password of HTTP Basic, with a request that only looks."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic" or request.method not in ("GET", "HEAD"):
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return None


Submitter = Annotated[ApiKey | None, Depends(needs("submit"))]
Reader = Annotated[ApiKey | None, Depends(needs("read"))]
Admin = Annotated[ApiKey | None, Depends(needs("admin"))]
