"""Foreign systems' articles reach the ledger whole: from a Celery list and a Redis stream, whatever is killed or malformed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import venv
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.servers import ROOT, Gateway, Server, open_ledger, server_binaries, wait_for
from worker.gateway import intake
from worker.gateway.envelopes import EnvelopeError, from_entry, from_message
from worker.gateway.intake import IntakeReader
from worker.ledger import Ledger, keys

ENVELOPES = sorted((Path(__file__).parents[1] / "envelopes").glob("*.json"))
TEXT = "Rain fell on the coast on Monday."
GARBAGE = [
    b"", b"{", b"\xff\xfe", b"null", b"5", b'"text"', b"[]", b"{}", b'{"body": 5}', b'{"body": "[["}', b'{"body": "null", "headers": 5}',
    b'{"headers": {"task": "wiredesk.submit"}, "body": "%%%", "properties": {"body_encoding": "base64"}}',
    b'{"headers": {"task": "other"}, "body": "[[{}], {}, {}]"}', b'{"headers": {"task": "wiredesk.submit"}, "body": "[[1, 2], {}, {}]"}',
    b'{"headers": {"task": "wiredesk.submit"}, "body": "[[{}], {\\"a\\": 1}, {}]"}',
    b'{"headers": {"task": "wiredesk.submit"}, "body": "x", "content-type": "application/x-python-serialize"}',
    b'{"headers": {"task": "wiredesk.submit", "compression": "gzip"}, "body": "[[{}], {}, {}]"}',
    b'{"headers": {"task": "wiredesk.submit"}, "body": "[[{\\"text\\": \\"\\"}], {}, {}]"}',
    b'{"headers": {"task": "wiredesk.submit"}, "body": "[[7], {}, {}]"}',
]


def message(article: object) -> bytes:
    return json.dumps({"headers": {"task": "wiredesk.submit"}, "body": json.dumps([[article], {}, {}])}).encode()


@pytest.mark.parametrize("path", ENVELOPES, ids=lambda path: path.stem)
def test_messages_of_other_languages_are_read(path: Path, ledger: Ledger) -> None:
    """A golden envelope of each client becomes the article that it carries."""
    ledger.client.lpush(keys.INTAKE_QUEUE, path.read_bytes())
    IntakeReader(ledger).read_list()
    job = ledger.jobs.state("from-foreign")
    assert job is not None
    assert (job.state, job.source) == ("queued", "celery")
    stored = ledger.results.article("from-foreign")
    assert stored is not None
    assert json.loads(stored)["title"] == "Café ☕"


@pytest.mark.parametrize("raw", GARBAGE)
def test_what_holds_no_article_is_dead_lettered(ledger: Ledger, raw: bytes) -> None:
    """With its bytes and a reason; nothing stays in hand and what follows is read."""
    ledger.client.lpush(keys.INTAKE_QUEUE, raw, message({"id": "after", "text": TEXT}))
    reader = IntakeReader(ledger)
    reader.read_list()
    [letter] = ledger.dead.list()
    assert (letter.body, letter.source) == (raw, "celery")
    assert letter.error
    assert ledger.jobs.state("after") is not None
    assert not list(ledger.client.scan_iter(f"{keys.INTAKE_PENDING}*"))


def test_the_stream_is_acknowledged_after_acceptance(ledger: Ledger) -> None:
    """Entries are gone once they are in the ledger; poison is dead-lettered."""
    ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": "a", "text": TEXT})})
    ledger.client.xadd(keys.INTAKE_STREAM, {"article": "{"})
    ledger.client.xadd(keys.INTAKE_STREAM, {"other": "x"})
    ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": "b"})})
    IntakeReader(ledger).read_stream()
    assert ledger.jobs.state("a") is not None
    assert [letter.reason for letter in ledger.dead.list()] == ["not_json", "no_article", "invalid"]
    assert ledger.client.xlen(keys.INTAKE_STREAM) == 0
    assert ledger.client.xpending(keys.INTAKE_STREAM, intake.GROUP)["pending"] == 0


def test_a_takedown_removes_what_intake_refused(ledger: Ledger) -> None:
    """Other content under a known id is kept as bytes; whoever takes the article down means that text, too."""
    for way, text in enumerate((TEXT, "Other text.", "")):
        ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": "a", "text": text})})
        ledger.client.lpush(keys.INTAKE_QUEUE, message({"id": "a", "text": f"{text} {way}"}))
    ledger.client.lpush(keys.INTAKE_QUEUE, message({"id": "b", "text": ""}))
    reader = IntakeReader(ledger)
    reader.read_stream()
    reader.read_list()
    assert sorted(letter.reason for letter in ledger.dead.list()) == ["conflict"] * 4 + ["invalid"] * 2
    assert ledger.jobs.delete("a")
    [letter] = ledger.dead.list()
    assert b'\\"b\\"' in letter.body


def test_the_same_article_by_all_ways_runs_once(ledger: Ledger) -> None:
    """Repeats are duplicates, not second jobs and not dead letters."""
    for _ in range(3):
        ledger.client.lpush(keys.INTAKE_QUEUE, message({"id": "a", "text": TEXT}))
        ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": "a", "text": TEXT})})
    reader = IntakeReader(ledger)
    reader.read_list()
    reader.read_stream()
    assert (ledger.status().accepted, ledger.dead.count()) == (1, 0)


def test_what_a_dead_reader_had_in_hand_is_taken_over(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both from its pending list and from the stream's group."""
    monkeypatch.setattr(intake, "DEAD_SECONDS", 0.2)
    ledger.client.rpush(f"{keys.INTAKE_PENDING}dead", message({"id": "b", "text": TEXT}), message({"id": "a", "text": TEXT}))
    ledger.client.zadd(keys.INTAKE_READERS, {"dead": 1})
    reader = IntakeReader(ledger)
    reader._create_group()
    ledger.client.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": "c", "text": TEXT})})
    ledger.client.xreadgroup(intake.GROUP, "dead", {keys.INTAKE_STREAM: ">"})
    monkeypatch.setattr(intake, "DEAD_SECONDS", 1)
    time.sleep(1.1)
    reader.read_list()
    reader.read_stream()
    assert [ledger.jobs.state(name) is not None for name in "abc"] == [True, True, True]
    assert ledger.client.zrange(keys.INTAKE_READERS, 0, -1) == [reader.name.encode()]


def test_a_full_ledger_loses_nothing(server: Server, ledger: Ledger) -> None:
    """What finds no room stays in hand until there is some."""
    with open_ledger(server.url, limits={"backlog": 2}) as full:
        reader = IntakeReader(full)
        for number in range(4):
            ledger.client.lpush(keys.INTAKE_QUEUE, message({"id": str(number), "text": TEXT}))
        assert reader.read_list() == 10
        assert full.status().accepted == 2
        assert full.client.llen(reader._pending) == 2
        for article_id in ("0", "1"):
            full.jobs.delete(article_id)
        assert reader.read_list() == 0
        assert full.status().accepted == 4
        assert full.client.llen(reader._pending) == 0


def test_kills_lose_nothing(server: Server, ledger: Ledger) -> None:
    """The gateway is killed with SIGKILL while it reads: every article is in the ledger afterwards, once."""
    number, kills = 3_000, 3
    half = [(f"list-{at}", f"stream-{at}") for at in range(number // 2)]
    environment = {"WIREDESK_LIMITS__BACKLOG": "1000000"}
    pipeline = ledger.client.pipeline(transaction=False)
    for by_list, by_stream in half:
        pipeline.lpush(keys.INTAKE_QUEUE, message({"id": by_list, "text": TEXT}))
        pipeline.xadd(keys.INTAKE_STREAM, {"article": json.dumps({"id": by_stream, "text": TEXT})})
    pipeline.execute()
    accepted = 0
    for kill in range(1, kills + 1):
        gateway = Gateway(server.url, environment=environment)
        wait_for(lambda target=kill * number // (kills + 2): ledger.status().accepted >= target, 60, pause=0.001)
        gateway.process.send_signal(signal.SIGKILL)
        gateway.process.wait(10)
        accepted = ledger.status().accepted
        gateway.close()
    assert accepted > 0
    last = Gateway(server.url, environment=environment)
    try:
        wait_for(lambda: ledger.status().accepted == number, 60)
        assert all(ledger.jobs.state(name) is not None for pair in half[::50] for name in pair)
        wait_for(lambda: not list(ledger.client.scan_iter(f"{keys.INTAKE_PENDING}*")), 30)
    finally:
        last.close()
    assert ledger.dead.count() == 0


@pytest.fixture
def tcp_server() -> Iterator[Server]:
    """A server that foreign clients reach over TCP on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Server(server_binaries()["valkey"], port=port)
    yield running
    running.close()


def test_a_plain_celery_client_submits(tcp_server: Server, tmp_path: Path) -> None:
    """The program of `deploy/clients` in a virtual environment of its own, which holds Celery and Redis' client and nothing of Wiredesk."""
    python = foreign_environment(tmp_path / "venv", "celery[redis]")
    foreign = ("worker", "spacy", "structlog", "pydantic")
    look = f"import importlib.util, sys; sys.exit(any(map(importlib.util.find_spec, {foreign})))"
    subprocess.run([python, "-c", look], cwd=tmp_path, check=True, timeout=60)
    lines = "\n".join(json.dumps({"id": f"plain-{number}", "text": "Rain fell on the coast."}) for number in range(20))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([python, str(ROOT / "deploy/clients/submit_by_celery.py"), tcp_server.url], cwd=tmp_path, input=lines, text=True,
                   env=environment, check=True, timeout=60)
    with open_ledger(tcp_server.url) as ledger:
        IntakeReader(ledger).read_list()
        assert ledger.status().accepted == 20
        assert ledger.dead.count() == 0


def foreign_environment(folder: Path, *packages: str) -> str:
    """Make a virtual environment of the packages and what they need, linked from those installed here; gives its Python."""
    venv.create(folder, symlinks=True)
    python = str(folder / "bin" / "python")
    site = next((folder / "lib").glob("*/site-packages"))
    wanted, seen = [Requirement(package) for package in packages], set()
    while wanted:
        asked = wanted.pop()
        found = distribution(asked.name)
        if canonicalize_name(asked.name) not in seen:
            for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
                (site / top).symlink_to(str(found.locate_file(top)))
        fresh = {canonicalize_name(asked.name), *(f"{canonicalize_name(asked.name)}[{extra}]" for extra in asked.extras)} - seen
        seen |= fresh
        needed = map(Requirement, found.requires or () if fresh else ())
        wanted += [one for one in needed if one.marker is None or any(one.marker.evaluate({"extra": name}) for name in ("", *asked.extras))]
    return python


NODE_CLIENT = """
const celery = require("celery-node");
const client = celery.createClient(process.argv[2], process.argv[2], "wiredesk.intake");
const task = client.createTask("wiredesk.submit");
for (let number = 0; number < 20; number++) task.applyAsync([{id: `node-${number}`, text: "Rain fell on the coast. \\u2615"}]);
setTimeout(() => process.exit(0), 1500);
"""


def test_the_celery_client_of_node_submits(tcp_server: Server, tmp_path: Path) -> None:
    """celery-node from npm, as it is."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("needs node and npm")
    install = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "celery-node@0.5.9"], cwd=tmp_path, check=False,
                             capture_output=True, timeout=180)
    if install.returncode:
        pytest.skip("npm cannot fetch celery-node here")
    (tmp_path / "client.js").write_text(NODE_CLIENT, encoding="utf-8")
    subprocess.run(["node", "client.js", tcp_server.url], cwd=tmp_path, check=True, timeout=60)
    with open_ledger(tcp_server.url) as ledger:
        IntakeReader(ledger).read_list()
        assert ledger.status().accepted == 20
        assert ledger.dead.count() == 0


def test_an_entry_needs_its_field() -> None:
    """The reason names what to write."""
    with pytest.raises(EnvelopeError, match="XADD wiredesk:intake"):
        from_entry({b"data": b"{}"})
    with pytest.raises(EnvelopeError, match=r"takes .wiredesk\.submit. only"):
        from_message(b'{"headers": {"task": "x"}, "body": "[[], {}, {}]"}')
