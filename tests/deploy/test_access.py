"""Users and encryption as `deploy/redis` has them, on a real server: each role does its work, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests.certificates import certify
from tests.deploy.test_tools import DEPLOY
from tests.load import articles
from tests.servers import ROOT, Gateway, Worker, open_ledger, server_binaries, wait_for
from worker.consumer import results
from worker.ledger import connect, keys
from worker.processes import free_port
from worker.producer import submit_each
from worker.settings import load_settings


@dataclass
class Guarded:
    """A server with users, and with TLS only where the installed one has it."""

    port: int
    #: The authority's certificate; None: without encryption.
    authority: Path | None
    process: subprocess.Popen[bytes]

    def url(self, user: str) -> str:
        address = f"{user}:{user.upper()}_PASSWORD@127.0.0.1:{self.port}/0"
        if self.authority is None:
            return f"redis://{address}"
        return f"rediss://{address}?ssl_ca_certs={self.authority}&ssl_check_hostname=false"

    def client(self, user: str) -> redis.Redis:
        return redis.Redis.from_url(self.url(user))


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    server, openssl = shutil.which("redis-server"), shutil.which("openssl")
    encrypted = bool(server and openssl)
    folder, port = Path(tempfile.mkdtemp(prefix="wd")), free_port()
    text = (DEPLOY / "redis/redis.conf").read_text(encoding="utf-8").replace("3gb", "300mb")
    if encrypted:
        certify(folder)
        text += (DEPLOY / "redis/tls.conf").read_text(encoding="utf-8").replace("/etc/wiredesk/tls", str(folder))
        text = text.replace("tls-port 6379", f"tls-port {port}")
    else:
        # The bundled server has no TLS.
        server, text = server_binaries()["valkey"], text.replace("port 6379", f"port {port}")
    (folder / "redis.conf").write_text(f"{text}\naclfile {DEPLOY / 'redis/users.acl'}\ndir {folder}\nbind 127.0.0.1\n", encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(server), str(folder / "redis.conf")], stdout=log, stderr=log)
    running = Guarded(port, folder / "ca.crt" if encrypted else None, process)
    try:
        wait_for(lambda: _answers(running) or process.poll() is not None, 30)
        assert process.poll() is None, (folder / "log").read_text()
        yield running
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def test_nobody_gets_in_without_a_user_or_without_encryption(guarded: Guarded) -> None:
    address = guarded.url("nobody").replace("nobody:NOBODY_PASSWORD@", "")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(address).ping()
    with pytest.raises(redis.AuthenticationError):
        guarded.client("nobody").ping()
    if guarded.authority is None:
        pytest.skip("redis-server or openssl is not installed here: users are tried, TLS is not")
    with pytest.raises(redis.ConnectionError):
        redis.Redis(port=guarded.port, socket_timeout=2).ping()


@pytest.mark.parametrize("binary", server_binaries().values(), ids=server_binaries())
def test_a_restarted_server_has_everything_that_workers_wrote(binary: str, tmp_path: Path) -> None:
    """Redis 7.0 reads back with the rights of `default`: a user that is off and may do nothing lost whatever scripts had written."""
    port = free_port()
    command = [binary, str(DEPLOY / "redis/redis.conf"), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path),
               "--maxmemory", "300mb", "--aclfile", str(DEPLOY / "redis/users.acl")]
    url = f"redis://worker:WORKER_PASSWORD@127.0.0.1:{port}/0"
    for restarted in (False, True):
        with (tmp_path / "log").open("ab") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                wait_for(lambda: _lets_in(url), 30)
                with open_ledger(url) as ledger:
                    if not restarted:
                        list(submit_each(articles(3), ledger=ledger))
                    assert (ledger.status().accepted, ledger.status().queued) == (3, 3)
                with pytest.raises(redis.AuthenticationError):
                    redis.Redis(port=port, username="default", password="").ping()
            finally:
                process.terminate()
                process.wait(30)


@pytest.mark.parametrize(("user", "command"), [
    ("producer", ("GET", "wiredesk:result:n-0")),
    ("producer", ("XRANGE", "wiredesk:intake", "-", "+")),
    ("producer", ("LRANGE", "wiredesk.intake", "0", "-1")),
    ("producer", ("LPUSH", "wiredesk.normal", "x")),
    ("producer", ("EVAL", "return 1", "0")),
    ("producer", ("DEL", "wiredesk:intake")),
    ("consumer", ("SET", "wiredesk:result:n-0", "x")),
    ("consumer", ("XADD", "wiredesk:results", "*", "id", "x")),
    ("consumer", ("XTRIM", "wiredesk:results", "MAXLEN", "0")),
    ("consumer", ("DEL", "wiredesk:results")),
    ("consumer", ("GET", "wiredesk:article:n-0")),
    ("consumer", ("LPUSH", "wiredesk.normal", "x")),
    ("consumer", ("CLIENT", "KILL", "TYPE", "normal")),
    ("flower", ("LPUSH", "wiredesk.normal", "x")),
    ("flower", ("BRPOP", "wiredesk.normal", "1")),
    ("flower", ("GET", "wiredesk:result:n-0")),
    ("flower", ("XADD", "wiredesk:results", "*", "id", "x")),
    ("worker", ("FLUSHALL",)),
    ("worker", ("CONFIG", "SET", "maxmemory", "1")),
    ("worker", ("SHUTDOWN",)),
    ("worker", ("KEYS", "*")),
    ("operator", ("SHUTDOWN",)),
    ("operator", ("ACL", "SETUSER", "flower", "+@all")),
], ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]))
def test_what_a_role_may_not_do(guarded: Guarded, user: str, command: tuple[str, ...]) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        guarded.client(user).execute_command(*command)


def test_every_role_does_its_work(guarded: Guarded) -> None:
    """An article goes in by the producer, is read by the worker, comes out by the consumer; Flower sees it; the operator looks after it."""
    gateway = Gateway(guarded.url("worker"))
    worker = Worker(guarded.url("worker"), "-E", concurrency=1)
    port = free_port()
    environment = {**os.environ, "WIREDESK_REDIS_URL": guarded.url("flower"), "WIREDESK_HOME": tempfile.mkdtemp(prefix="wd")}
    command = [sys.executable, "-m", "worker", "flower", "--port", str(port)]
    flower = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _page(port, "/healthcheck"), 60)
        (article,) = articles(1)
        guarded.client("producer").xadd(keys.INTAKE_STREAM, {"article": json.dumps(article)})
        wait_for(lambda: guarded.client("worker").exists(keys.RESULT + "n-0"), 90)
        consumer = connect(load_settings(), guarded.url("consumer"))
        delivery = next(results(group="search", ledger=consumer))
        delivery.acknowledge()
        assert (delivery.id, delivery.result is not None) == ("n-0", True)
        # Flower sees what happens from its subscription on, which may come after the first article is read.
        more, sent = articles(60, prefix="later"), 1

        def seen() -> bool:
            nonlocal sent
            guarded.client("producer").xadd(keys.INTAKE_STREAM, {"article": json.dumps(next(more))})
            sent += 1
            return "wiredesk.extract" in _page(port, "/tasks/datatable?draw=1&start=0&length=10&search[value]=&columns[0][data]=name"
                                                     "&order[0][column]=0&order[0][dir]=asc")

        wait_for(seen, 55, pause=1)
        wait_for(lambda: guarded.client("worker").exists(f"{keys.RESULT}later-{sent - 2}"), 30)
        status = _wiredesk(guarded, "operator", "status", "--json")
        assert json.loads(status.stdout)["done"] == sent, status.stderr
        with tempfile.TemporaryDirectory() as folder:
            assert _wiredesk(guarded, "operator", "backup", f"{folder}/b").returncode == 0
        assert worker.alive()
    finally:
        flower.kill()
        flower.wait(10)
        worker.close()
        gateway.close()


def _wiredesk(guarded: Guarded, user: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WIREDESK_REDIS_URL": guarded.url(user)}
    return subprocess.run([sys.executable, "-m", "worker", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=120, check=False)


def _page(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError):
        return ""


def _lets_in(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url).ping())
    except redis.RedisError:
        return False


def _answers(guarded: Guarded) -> bool:
    try:
        return bool(guarded.client("operator").ping())
    except redis.RedisError:
        return False
