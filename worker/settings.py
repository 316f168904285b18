"""One frozen `Settings` from `config/default.toml`, the user's own file and the environment; it opens no connection.

The manual of every setting is `config/default.toml`; here stand types and bounds.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from worker.errors import ConfigurationError, ServerUnavailableError

#: The file that a user's own settings come from.
CONFIG_VARIABLE = "WIREDESK_CONFIG"
_PREFIX = "WIREDESK_"
#: Variables that begin as ours do and are no settings: the file's name, and what `deploy/` names for an image and a client's key.
_OTHERS = frozenset({"CONFIG", "IMAGE", "API_KEY"})
#: What Kubernetes tells of services whose names happen to begin with ours ("WIREDESK_REDIS_PORT_6379_TCP").
_SERVICE_LINK = re.compile(r"_(SERVICE_HOST|SERVICE_PORT\w*|PORT|PORT_\d+_(TCP|UDP)\w*)$")
#: Inside `home`: where the server that Wiredesk runs can be found (written by `worker/embedded.py`, gone when it stops).
SERVER_FILE = "server.json"

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _require(holds: bool, name: str, value: float, sentence: str) -> None:
    """Refuse two settings that do not go together."""
    if not holds:
        raise ValueError(f"{name}: {value:g} {sentence}")


class BrokerSettings(_Group):
    """What carries hints from the ledger to workers."""

    #: Empty: the ledger's own server.
    url: Annotated[str, Field(pattern=r"^(amqps?://[^;]+(;amqps?://[^;]+)*)?$")]
    hint_seconds: Seconds


class WorkerSettings(_Group):
    """How worker processes run."""

    concurrency: Annotated[int, Field(ge=0, le=1_024)]
    soft_time_limit: Seconds
    time_limit: Seconds
    stop_seconds: Seconds
    max_memory_mib: Count
    quarantine_memory_mib: Count

    @model_validator(mode="after")
    def _asked_before_killed(self) -> Self:
        _require(self.soft_time_limit <= self.time_limit, "worker.soft_time_limit", self.soft_time_limit,
                 f"must not be longer than worker.time_limit ({self.time_limit:g}), or nothing is asked to stop before it is killed")
        return self


class ReadingSettings(_Group):
    """How articles are parsed."""

    accelerate: Literal["auto", "numpy", "off"]


class LedgerSettings(_Group):
    """When a job is tried again and when it is given up."""

    lease_seconds: Seconds
    renew_seconds: Seconds
    max_attempts: Annotated[int, Field(ge=1, le=100)]
    retry_base_seconds: Seconds
    retry_max_seconds: Seconds
    reconcile_seconds: Seconds
    allow_volatile: bool

    @model_validator(mode="after")
    def _renewed_in_time(self) -> Self:
        _require(2 * self.renew_seconds <= self.lease_seconds, "ledger.renew_seconds", self.renew_seconds,
                 f"must be at most half of ledger.lease_seconds ({self.lease_seconds:g}), or articles are read twice")
        _require(self.retry_base_seconds <= self.retry_max_seconds, "ledger.retry_base_seconds", self.retry_base_seconds,
                 f"must not be longer than ledger.retry_max_seconds ({self.retry_max_seconds:g})")
        return self


class SubmitSettings(_Group):
    """What a producer is told, and when."""

    wait_replicas: Annotated[int, Field(ge=0, le=10)]
    #: The client gives an answer up after five seconds.
    wait_ms: Annotated[int, Field(ge=1, le=4_000)]


class LimitSettings(_Group):
    """When intake refuses."""

    backlog: Count
    memory_warn: Share
    memory_refuse: Share

    @model_validator(mode="after")
    def _warned_before_refused(self) -> Self:
        _require(self.memory_warn <= self.memory_refuse, "limits.memory_warn", self.memory_warn,
                 f"must not be above limits.memory_refuse ({self.memory_refuse:g}), or intake refuses before anybody is warned")
        return self


class RetentionSettings(_Group):
    """How long things are kept."""

    result_days: Annotated[float, Field(gt=0, le=3_650)]
    stream_length: Count
    version_days: Annotated[float, Field(gt=0, le=3_650)]
    dead_days: Annotated[float, Field(gt=0, le=3_650)]
    dead_length: Count
    group_hours: Annotated[float, Field(gt=0, le=8_760)]
    results_in_stream: bool
    duplicates: Annotated[int, Field(ge=100, le=100_000_000)]


class GatewaySettings(_Group):
    """Where the HTTP API listens and what it bears."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65_535)]
    bulk_mib: Annotated[int, Field(ge=1, le=1_048_576)]
    silence_seconds: Seconds
    head_seconds: Seconds
    body_bytes_per_second: Annotated[int, Field(ge=0, le=1_000_000)]
    body_window_seconds: Seconds
    keep_alive_seconds: Annotated[int, Field(ge=1, le=3_600)]
    connections: Count
    streams: Annotated[int, Field(ge=0)]
    names: tuple[str, ...]
    cors_origins: tuple[str, ...]


class FlowerSettings(_Group):
    """Where and how Flower shows the workers."""

    address: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65_535)]
    user: str
    password: str
    read_only: bool


class WebhookSettings(_Group):
    """Where every new result is sent."""

    urls: tuple[str, ...]
    hosts: tuple[str, ...]
    secret: str
    allow_private: bool
    timeout_seconds: Seconds
    retry_max_seconds: Seconds
    give_up_hours: Annotated[float, Field(gt=0, le=8_760)]


class LogSettings(_Group):
    """What is logged and how."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "json", "columns"]


class Settings(BaseSettings):
    """All settings; made by `load_settings`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=_PREFIX, env_nested_delimiter="__")

    redis_url: str
    shards: Annotated[tuple[str, ...], Field(max_length=1_000)]
    model: Annotated[str, Field(min_length=1)]
    lexicons: Annotated[Path | None, BeforeValidator(lambda given: given or None)]
    home: Path
    broker: BrokerSettings
    worker: WorkerSettings
    reading: ReadingSettings
    ledger: LedgerSettings
    submit: SubmitSettings
    limits: LimitSettings
    retention: RetentionSettings
    gateway: GatewaySettings
    webhooks: WebhookSettings
    flower: FlowerSettings
    logs: LogSettings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the files, which arrive as arguments."""
        return env_settings, init_settings


@cache
def load_settings() -> Settings:
    """Read the default file, the user's file and the environment.

    Raises:
        ConfigurationError: a file cannot be read, or a setting is unknown, missing or out of bounds; named with its file.
    """
    _refuse_unknown_variables()
    values = _read(data_folder("config") / "default.toml")
    origin = "config/default.toml or the environment"
    if named := os.environ.get(CONFIG_VARIABLE):
        values = _merged(values, _read(Path(named)))
        origin = f"{named} or the environment"
    try:
        return Settings(**values)
    except SettingsError:
        raise ConfigurationError(_no_json()) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "value_error":
            raise ConfigurationError(f"{first['ctx']['error']} (in {origin}); config/default.toml explains it") from None
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{name}: {first['msg'].lower()} (in {origin}); config/default.toml explains it") from None


def _refuse_unknown_variables() -> None:
    """A misspelt variable would silently change nothing; names below a known group are checked with the group."""
    known = sorted(name.upper() for name in Settings.model_fields)
    for variable in sorted(os.environ):
        name = variable.removeprefix(_PREFIX).split("__")[0].upper()
        if not variable.startswith(_PREFIX) or name in known or name in _OTHERS or _SERVICE_LINK.search(variable):
            continue
        near = difflib.get_close_matches(name, known, 1)
        advice = f"did you mean {_PREFIX}{near[0]}?" if near else "config/default.toml lists the settings"
        raise ConfigurationError(f"{variable}: there is no such setting; {advice}")


def _no_json() -> str:
    """Name the variable that should hold JSON and does not: pydantic-settings names only its group."""
    for variable, value in sorted(os.environ.items()):
        kind: Any = Settings
        for part in variable.removeprefix(_PREFIX).lower().split("__") if variable.startswith(_PREFIX) else ():
            fields = getattr(kind, "model_fields", {})
            kind = fields[part].annotation if part in fields else None
        many = get_origin(kind) is tuple
        if not many and not (isinstance(kind, type) and issubclass(kind, _Group)):
            continue
        try:
            json.loads(value)
        except ValueError:
            form = """'["one", "another"]'""" if many else "an object, or better one variable for each of its settings"
            return f"{variable}: is no JSON; write {form}; config/default.toml explains it"
    return "a WIREDESK_ variable holds what cannot be read; config/default.toml lists the settings"


def server_url(settings: Settings) -> str:
    """Give the server's address: the configured one, else that of the server which Wiredesk runs in `home`.

    Raises:
        ServerUnavailableError: none is configured and none runs there.
        ConfigurationError: several share the articles: which one is meant?
    """
    if settings.redis_url:
        return settings.redis_url
    if settings.shards:
        raise ConfigurationError("shards: a worker serves one of the servers; name it in WIREDESK_REDIS_URL")
    try:
        return str(json.loads((settings.home / SERVER_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ServerUnavailableError(
            f"no server runs in {settings.home.absolute()}; start one with `wiredesk up`, or set WIREDESK_REDIS_URL to a running one"
        ) from None


def data_folder(name: str) -> Path:
    """Find `config` or `seeds`: inside an installed package as `_config` or `_seeds`, in a checkout beside `worker`."""
    package = Path(__file__).parent
    installed = package / f"_{name}"
    return installed if installed.is_dir() else package.parent / name


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); {CONFIG_VARIABLE} names the settings file") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from None


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
