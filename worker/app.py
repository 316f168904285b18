"""The Celery application and its settings, as Celery names them; `celery -A worker.app worker` starts a worker.

Tasks are named by string and live in `worker/tasks.py`. Importing this loads no model.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

# One article is read by one process on one core: threads below would only fight for it. Before anything imports NumPy.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import billiard.pool
from celery import Celery
from celery.signals import setup_logging
from celery.worker.consumer.gossip import Gossip
from celery.worker.consumer.mingle import Mingle
from kombu.entity import Queue

from worker import amqps, transport
from worker.errors import ConfigurationError, ServerUnavailableError
from worker.ledger import keys
from worker.ledger.server import open_client, sentinel_parts
from worker.logs import set_up_logs
from worker.relay import QUEUE_ARGUMENTS
from worker.settings import Settings, load_settings, server_url

#: A stopping child waits in steps of 0.1 s until its parent has read its last answers. The stock limit of 300 steps made one stop in
#: four last half a minute, longer than most supervisors wait; what is not read in 2 s the ledger knows anyway.
_FAREWELL_STEPS = 20


def broker_url(url: str) -> str:
    """Give a redis-py URL as Celery writes it."""
    if url.startswith("unix://"):
        parts = urlsplit(url)
        given = {"username": parts.username or "", "password": parts.password or ""} | {
            name: quote(values[0], safe="") for name, values in parse_qs(parts.query).items()}
        secret = f"{given['username']}:{given['password']}@" if given["password"] else ""
        return f"redis+socket://{secret}{parts.path}?virtual_host={given.get('db', '0')}"
    if url.startswith("sentinel://"):
        hosts, _, number, password = sentinel_parts(url)
        secret = f":{password}@" if password else ""
        return ";".join(f"sentinel://{secret}{host}:{port}/{number}" for host, port in hosts)
    return url


def celery_settings(settings: Settings, url: str) -> dict[str, Any]:
    """Give the application's settings; each that differs from Celery's default has its reason here."""
    return (_over_rabbit(settings) if settings.broker.url else _over_redis(url)) | {
        # Workers wait for a server as long as it takes.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_pool_acquire_timeout": 10,
        "imports": ("worker.tasks", "worker.stopping"),
        "task_default_queue": keys.NORMAL,
        "task_create_missing_queues": False,
        # JSON only: pickle would let whoever reaches the server run code here.
        "task_serializer": "json",
        "accept_content": ["json"],
        # Results live in the ledger.
        "task_ignore_result": True,
        # The ledger repeats what must be repeated: a hint is done with when its task ends, however that was.
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,
        # A worker asks for hints when it holds fewer than it has processes; how many then, `pace.py` and `rabbit.py` tell.
        "worker_prefetch_multiplier": 1,
        "task_soft_time_limit": settings.worker.soft_time_limit,
        "task_time_limit": settings.worker.time_limit,
        "worker_concurrency": settings.worker.concurrency or os.cpu_count(),
        "worker_max_memory_per_child": settings.worker.max_memory_mib * 1024,
        "worker_proc_alive_timeout": 60,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "event_queue_expires": 60,
        "result_backend": None,
    }


def _over_redis(url: str) -> dict[str, Any]:
    return {
        "broker_url": broker_url(url),
        "broker_transport_options": _transport_options(url),
        "task_queues": [_queue(queue) for queue in keys.QUEUES],
    }


def _over_rabbit(settings: Settings) -> dict[str, Any]:
    url, files = amqps.split(settings.broker.url)
    return {
        "broker_url": url,
        "broker_use_ssl": files,
        # A connection that has silently died is noticed.
        "broker_heartbeat": 20,
        "task_queues": [_queue(queue, queue_arguments=dict(QUEUE_ARGUMENTS)) for queue in keys.QUEUES],
        "worker_consumer": "worker.rabbit:Consumer",
        # `worker/rabbit.py` bounds what a worker holds.
        "worker_detect_quorum_queues": False,
    }


def _queue(name: str, **options: Any) -> Queue:  # noqa: ANN401 - kombu's own
    return Queue(name, routing_key=name, **options)  # type: ignore[no-untyped-call]  # kombu leaves it untyped


def _transport_options(url: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "socket_timeout": 5, "socket_connect_timeout": 5, "socket_keepalive": True, "health_check_interval": 10,
        "client_name": "wiredesk-worker", "ack_emulation": False,
        # Priorities are queues of their own: kombu would ask for four lists of each.
        "priority_steps": [0],
    }
    if url.startswith("sentinel://"):
        _, name, _, password = sentinel_parts(url)
        options |= {"master_name": name} | ({"sentinel_kwargs": {"password": password}} if password else {})
    return options


def make_app(settings: Settings) -> Celery:
    """Make the application; without a server it has no broker until `broker_url` is set."""
    transport.install()
    if settings.broker.url:
        from worker import rabbit

        rabbit.install()
    billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = _FAREWELL_STEPS
    # Workers share the ledger and need not talk to one another: it would cost a second at each start and writes on a full server.
    Gossip.compatible_transports = Mingle.compatible_transports = frozenset()
    made = Celery("wiredesk")
    try:
        url = server_url(settings)
        open_client(url).close()  # it connects to nothing yet
    except (ServerUnavailableError, ConfigurationError):
        # Whoever only imports the application needs no server; a worker names it (worker/tasks.py).
        url = ""
    made.conf.update(celery_settings(settings, url))
    return made


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def _set_up_logs(**_: object) -> None:
    set_up_logs(load_settings().logs)


app = make_app(load_settings())
