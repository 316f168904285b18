"""The README's Node program and the clients of `deploy/` work as they stand: nothing of Wiredesk is in them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from logstash_pipeline_parser import Pipeline
from logstash_pipeline_parser.tree import ParseError

from tests.servers import ROOT, Gateway, Server, Worker, open_ledger, server_binaries, wait_for
from worker.gateway.webhooks import RefusedError, post
from worker.ledger import Ledger
from worker.producer import submit
from worker.settings import load_settings

CLIENTS = ROOT / "deploy" / "clients"
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Ledger, Gateway]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(server_binaries()["valkey"], port=port)
    worker, gateway = Worker(server.url), Gateway(server.url)
    with open_ledger(server.url) as ledger:
        yield ledger, gateway
    gateway.close()
    worker.close()
    server.close()


def program_of_readme() -> str:
    [block] = re.findall(r"```js\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_node_program_of_the_readme(machine: tuple[Ledger, Gateway], tmp_path: Path) -> None:
    """Ten lines that submit an article and read its result."""
    assert len(program_of_readme().splitlines()) <= 10
    assert program_of_readme() == (CLIENTS / "submit_and_read.mjs").read_text(encoding="utf-8")
    (tmp_path / "program.mjs").write_text(program_of_readme(), encoding="utf-8")
    environment = {**os.environ, "WIREDESK": machine[1].address}
    done = subprocess.run([str(NODE), "program.mjs"], cwd=tmp_path, env=environment, check=True, timeout=120, capture_output=True,
                          text=True)
    assert "Monday 2024-10-21" in done.stdout


def follow(command: list[str], ledger: Ledger, folder: Path, article_id: str) -> None:
    """Start a program that follows results, and see that it tells of an article and acknowledges it."""
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, stdout=file)
    try:
        submit([{"id": article_id, "text": "Seoul said no on Monday."}], ledger=ledger)
        wait_for(lambda: article_id in output.read_text(encoding="utf-8"), 60)
        assert ledger.jobs.delete(article_id)
        wait_for(lambda: f"{article_id} was taken down: drop its versions up to 1\n" in output.read_text(encoding="utf-8"), 20)
        wait_for(lambda: all(group["pending"] == 0 for group in ledger.client.xinfo_groups("wiredesk:results")), 20)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def test_the_python_client_follows_results(machine: tuple[Ledger, Gateway], tmp_path: Path) -> None:
    """With redis-py alone."""
    follow([sys.executable, str(CLIENTS / "follow_results.py"), machine[0].url], machine[0], tmp_path, "to-python")


@pytest.mark.skipif(NODE is None or shutil.which("npm") is None, reason="needs node and npm")
def test_the_node_client_follows_results(machine: tuple[Ledger, Gateway], tmp_path: Path) -> None:
    """With the package redis from npm."""
    install = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "redis@5"], cwd=tmp_path, check=False, timeout=180,
                             capture_output=True)
    if install.returncode:
        pytest.skip("npm cannot fetch redis here")
    shutil.copy(CLIENTS / "follow_results.mjs", tmp_path)
    follow([str(NODE), "follow_results.mjs", machine[0].url], machine[0], tmp_path, "to-node")


def test_the_webhook_receiver_checks_signatures() -> None:
    """What is signed with another secret is not taken."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as output:
        receiver = subprocess.Popen([sys.executable, str(CLIENTS / "receive_webhook.py"), str(port)], stdout=output, stderr=output,
                                    env={**os.environ, "WIREDESK_WEBHOOKS__SECRET": "a secret of the desk"})
        try:
            settings = load_settings().webhooks.model_copy(update={"secret": "a secret of the desk", "allow_private": True})
            body = b'{"id": "a", "version": 1, "status": "done"}'

            def taken() -> bool:
                try:
                    post(f"http://127.0.0.1:{port}/", body, "1-1", settings)
                except RefusedError:
                    return False
                return True

            wait_for(taken, 20)
            with pytest.raises(RefusedError, match="answered 401"):
                post(f"http://127.0.0.1:{port}/", body, "1-1", settings.model_copy(update={"secret": "another secret altogether"}))
        finally:
            receiver.terminate()
            receiver.wait(10)


def test_the_vector_configuration_is_toml() -> None:
    """Its sinks name its own sources."""
    config = tomllib.loads((ROOT / "deploy" / "pipelines" / "vector.toml").read_text(encoding="utf-8"))
    assert all(set(sink["inputs"]) <= set(config["sources"]) for sink in config["sinks"].values())


def test_the_logstash_configuration_is_read_by_its_grammar() -> None:
    """Articles go to the gateway and nowhere else, results to the store."""
    text = (ROOT / "deploy" / "pipelines" / "logstash.conf").read_text(encoding="utf-8")
    parsed = str(Pipeline(text).parse())
    assert parsed.index("/v1/articles") < parsed.index("elasticsearch")
    with pytest.raises(ParseError):
        Pipeline(text.replace("port => 8901", "port =>")).parse()
