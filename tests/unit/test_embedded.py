"""The embedded server is real, private, durable and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis

from worker import embedded, processes
from worker.errors import ConfigurationError, ServerUnavailableError
from worker.settings import SERVER_FILE, Settings, load_settings, server_url


def settings_at(home: Path) -> Settings:
    return load_settings().model_copy(update={"home": home, "redis_url": ""})


def test_it_keeps_what_was_written_over_a_restart(tmp_path: Path) -> None:
    """A second start in the same home finds the first one's keys."""
    settings = settings_at(tmp_path)
    for expected in (None, b"1"):
        with embedded.server(settings) as server:
            client = redis.Redis.from_url(server.url)
            assert client.get("kept") == expected
            client.set("kept", "1")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            client.close()


def test_other_commands_find_it_through_home(tmp_path: Path) -> None:
    """server.json names it while it runs, is private, and is gone afterwards."""
    settings = settings_at(tmp_path)
    with embedded.server(settings) as server:
        assert server_url(settings) == server.url
        assert stat.S_IMODE((tmp_path / SERVER_FILE).stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "server.sock").stat().st_mode) == 0o600
    with pytest.raises(ServerUnavailableError, match="wiredesk up"):
        server_url(settings)


def test_a_long_path_falls_back_to_loopback_with_a_password(tmp_path: Path) -> None:
    """Where no socket fits, a stranger on loopback is refused."""
    home = tmp_path / ("deep" * 25)
    with embedded.server(settings_at(home)) as server:
        assert server.url.startswith("redis://:")
        redis.Redis.from_url(server.url).ping()
        port = int(server.url.rsplit(":", 1)[1].split("/")[0])
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()


def test_two_servers_never_share_a_home(tmp_path: Path) -> None:
    """The second one is refused with what to do."""
    settings = settings_at(tmp_path)
    with embedded.server(settings), pytest.raises(ConfigurationError, match="WIREDESK_HOME"), embedded.server(settings):
        pass


def test_it_can_be_started_again_where_it_was(tmp_path: Path) -> None:
    """One that was killed comes back at the same address with what it had written, by socket and by port."""
    for home in (tmp_path / "near", tmp_path / ("deep" * 25)):
        with embedded.server(settings_at(home)) as server:
            client = redis.Redis.from_url(server.url)
            client.config_set("appendfsync", "always")
            client.set("kept", "1")
            assert server.process is not None
            server.process.kill()
            server.process.wait()
            server.start()
            assert server_url(settings_at(home)) == server.url
            assert client.get("kept") == b"1"
            client.close()


def owner_of(home: Path) -> subprocess.Popen[bytes]:
    """A process that runs a server in `home`."""
    program = ("import sys, time; from pathlib import Path; from worker import embedded; from worker.settings import load_settings\n"
               "s = load_settings().model_copy(update={'home': Path(sys.argv[1])})\n"
               "with embedded.server(s) as server: print('up', flush=True); time.sleep(60)")
    owner = subprocess.Popen([sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"up\n"
    owner.stdout.close()
    return owner


def await_end(pid: int) -> None:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its parent")


def test_it_dies_with_its_parent_however_that_dies(tmp_path: Path) -> None:
    """SIGKILL of the owner takes the server along."""
    owner = owner_of(tmp_path)
    url = server_url(settings_at(tmp_path))
    pid = int(redis.Redis.from_url(url).info("server")["process_id"])
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    await_end(pid)


def test_a_server_that_outlives_its_parent_keeps_its_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No second server on its file while it lives, and the sentence names it; the next one waits for its end."""
    settings = settings_at(tmp_path)
    owner = owner_of(tmp_path)
    pid = int(redis.Redis.from_url(server_url(settings)).info("server")["process_id"])
    try:
        os.kill(pid, signal.SIGSTOP)
        owner.kill()
        owner.wait()
        with monkeypatch.context() as impatient:
            impatient.setattr(embedded, "_HANDOVER_SECONDS", 0.3)
            with pytest.raises(ConfigurationError, match=rf"earlier Wiredesk \(process {pid}\)"), embedded.server(settings):
                pass
        waking = threading.Timer(0.5, os.kill, (pid, signal.SIGCONT))
        waking.start()
        with embedded.server(settings) as server:
            redis.Redis.from_url(server.url).ping()
            await_end(pid)
            assert (tmp_path / "server.sock").exists()
        waking.join()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_a_child_that_does_not_stop_is_killed() -> None:
    """Asking comes first, then SIGKILL."""
    child = processes.start([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"])
    time.sleep(0.5)
    assert processes.stop(child, seconds=0.5) == -signal.SIGKILL
