"""Connect to the Redis or Valkey server, and refuse one that cannot keep what it accepts; where it is, `settings.server_url` knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import redis
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from worker.errors import ConfigurationError, ServerUnavailableError
from worker.ledger.patience import BoundedRetry

#: Oldest servers that have the commands and script flags that the ledger needs.
OLDEST_REDIS = (7, 0)
OLDEST_VALKEY = (7, 2)

#: What redis-py raises when the server is away, full, loading or no master.
UNAVAILABLE = (redis.ConnectionError, redis.TimeoutError, redis.exceptions.OutOfMemoryError, redis.BusyLoadingError, redis.ReadOnlyError,
               redis.exceptions.MasterDownError)
#: Answers of a server that runs but cannot write: disk full, replicas gone, script still running. redis-py has no classes for them.
_REFUSALS = re.compile(r"MISCONF|NOREPLICAS|OOM|BUSY|LOADING|MASTERDOWN|READONLY|UNBLOCKED")

_TURNED_AWAY = "lets nobody in without the right name and password; put them into its address, redis://name:password@host:6379/0"
_ODD = "what answers there is no Redis or Valkey, or its user may not do what Wiredesk needs (deploy/redis/users.acl)"

#: Seconds to wait for an answer: a script takes milliseconds, and each try waits so long.
_SOCKET_TIMEOUT = 5
_CONNECT_TIMEOUT = 5
_RETRIES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check of the server found."""

    #: error: the guarantees do not hold; warning: worth a person's look.
    level: str
    #: The sentence for a person, with what to do.
    message: str


def open_client(url: str, *, name: str = "wiredesk", single: bool = False) -> redis.Redis:
    """Make a client for a redis://, rediss://, unix:// or sentinel:// URL; it connects when first used.

    Every command may be sent twice when a reply is lost: the ledger's scripts are made for that. `single` keeps to one connection, which
    costs less than a pool: for a process that does one thing at a time.

    Raises:
        ConfigurationError: the URL cannot be used.
    """
    options = {
        "socket_timeout": _SOCKET_TIMEOUT, "socket_connect_timeout": _CONNECT_TIMEOUT, "client_name": name,
        "retry": BoundedRetry(ExponentialWithJitterBackoff(cap=1, base=0.1), _RETRIES), "retry_on_error": [redis.BusyLoadingError],
        "health_check_interval": 10,
    }
    try:
        if url.startswith("sentinel://"):
            return _sentinel_client(url, options)
        return redis.Redis.from_url(url, single_connection_client=single, **options)
    except ValueError as error:
        reason = "write redis://, rediss://, unix:// or sentinel://" if "schemes" in str(error) else str(error)
        raise ConfigurationError(f"redis_url: {masked(url)} cannot be used: {reason}") from None


def masked(url: str) -> str:
    """Give the URL with its password hidden, for people and logs."""
    return re.sub(r"([?&]password=)[^&]*", r"\1***", re.sub(r"(//[^:@/]*:)[^@]*@", r"\1***@", url))


def refused(error: redis.RedisError) -> bool:
    """Tell whether the server is away or cannot take writes for now, rather than asked for something wrong."""
    return isinstance(error, UNAVAILABLE) or bool(_REFUSALS.match(str(error)))


def unavailable(url: str, error: Exception) -> ServerUnavailableError:
    """Make the error that tells a person which server does not answer, or lets nobody in."""
    if _turned_away(error):
        return ServerUnavailableError(f"the server at {masked(url)} {_TURNED_AWAY}")
    return ServerUnavailableError(
        f"the server at {masked(url)} does not answer or takes no writes ({error}); what it accepted before is kept")


def _turned_away(error: Exception) -> bool:
    # Without any password the first command is refused, for which redis-py has no class.
    return isinstance(error, redis.AuthenticationError) or "HELLO must be called" in str(error) or "NOAUTH" in str(error)


def check_server(client: redis.Redis, *, allow_volatile: bool = False) -> list[Finding]:
    """Tell what is wrong with a server's version and settings, worst first; empty if all is good.

    `allow_volatile` accepts a server that keeps nothing on disk, for tests and benchmarks.
    """
    info = client.info()
    found = [*_check_version(info), *_check_persistence(client, info, allow_volatile=allow_volatile)]
    policy = _config(client, "maxmemory-policy") or str(info.get("maxmemory_policy", ""))
    if policy != "noeviction":
        found.append(Finding("error", f"maxmemory-policy is {policy}: the server would drop accepted articles when it is full; "
                                      "set `maxmemory-policy noeviction`"))
    if info.get("role") not in ("master", None):
        found.append(Finding("error", "this server is a replica and takes no writes; name its master, or use a sentinel:// URL"))
    return sorted(found, key=lambda finding: finding.level != "error")


def require_server(client: redis.Redis, *, allow_volatile: bool = False) -> list[Finding]:
    """Check the server and give the warnings.

    Raises:
        ConfigurationError: the guarantees would not hold on this server, it lets nobody in, or is none.
    """
    try:
        found = check_server(client, allow_volatile=allow_volatile)
    except redis.RedisError as error:
        if _turned_away(error):
            raise ConfigurationError(f"redis_url: the server {_TURNED_AWAY}") from None
        if refused(error):
            raise
        raise ConfigurationError(f"redis_url: {_ODD} ({error})") from None
    errors = [finding.message for finding in found if finding.level == "error"]
    if errors:
        raise ConfigurationError("; ".join(errors))
    return found


def check_celery() -> list[Finding]:
    """Tell whether the installed Celery and kombu have the settings that delivery rests on."""
    import celery
    import kombu

    return [
        Finding("error", f"{name} {version} is installed, but delivery needs {name} 5.7; install `{name}>=5.7,<5.8`")
        for name, version in (("celery", celery.__version__), ("kombu", kombu.__version__))
        if tuple(int(part) for part in version.split(".")[:2]) != (5, 7)
    ]


def _sentinel_client(url: str, options: dict[str, object]) -> redis.Redis:
    hosts, name, database, password = sentinel_parts(url)
    # What else it is given is for the servers: Sentinels have a password of their own, here the same.
    # One that does not answer is not asked again: the next one is, and all of them when the command is tried again.
    own = {"socket_timeout": _CONNECT_TIMEOUT, "password": password, "retry": Retry(NoBackoff(), 0)}
    sentinel = Sentinel(hosts, sentinel_kwargs=own)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
    master: redis.Redis = sentinel.master_for(name, db=database, password=password, **options)  # type: ignore[no-untyped-call]
    return master


def sentinel_parts(url: str) -> tuple[list[tuple[str, int]], str, int, str | None]:
    """Give hosts, master name, database and password of `sentinel://:password@host:port,host:port/master?db=0`.

    Raises:
        ValueError: the URL has another shape.
    """
    parts = urlsplit(url)
    password, _, hosts = parts.netloc.rpartition("@")
    pairs = [host.partition(":") for host in hosts.split(",") if host]
    name = unquote(parts.path.strip("/"))
    if not pairs or not name:
        raise ValueError("write sentinel://host:26379,host:26379/name-of-the-master")
    database = int(parse_qs(parts.query).get("db", ["0"])[0])
    secret = unquote(password.partition(":")[2]) or None
    return [(host, int(port or 26_379)) for host, _, port in pairs], name, database, secret


def _config(client: redis.Redis, name: str) -> str:
    """A server may forbid CONFIG; then INFO must do."""
    try:
        return str(client.config_get(name).get(name, ""))
    except redis.ResponseError:
        return ""


def _check_version(info: dict[str, object]) -> list[Finding]:
    valkey = info.get("valkey_version")
    kind, text, oldest = ("Valkey", str(valkey), OLDEST_VALKEY) if valkey else ("Redis", str(info["redis_version"]), OLDEST_REDIS)
    version = tuple(int(part) for part in text.split(".")[:2])
    if version >= oldest:
        return []
    return [Finding("error", f"{kind} {text} is too old: use Redis 7.0 or newer, or Valkey 7.2 or newer")]


def _check_persistence(client: redis.Redis, info: dict[str, object], *, allow_volatile: bool) -> list[Finding]:
    found = []
    if not info.get("aof_enabled"):
        snapshots = bool(_config(client, "save"))
        message = ("appendonly is off: accepted articles would be lost when the server stops" +
                   (" since its last snapshot" if snapshots else "") + "; set `appendonly yes`")
        found.append(Finding("warning" if allow_volatile else "error", message))
    elif _config(client, "appendfsync") == "no":
        found.append(Finding("warning", "appendfsync is no: up to 30 seconds of articles may be lost if the machine fails; "
                                        "set `appendfsync everysec` or `always`"))
    if info.get("aof_last_write_status", "ok") != "ok":
        found.append(Finding("error", "the server cannot write its append-only file: is its disk full?"))
    return found
