"""What `deploy/` holds is checked by the tools it is made for; a tool that this machine lacks is named and its check skipped."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers import ROOT

DEPLOY = ROOT / "deploy"
#: Not part of Kubernetes itself.
FOREIGN_KINDS = {"ScaledObject", "TriggerAuthentication", "Kustomization", "Component"}
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
COMPONENTS = sorted((DEPLOY / "kubernetes").glob("*/*.yaml"))


def tool(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))))
    if not found:
        pytest.skip(f"{name} is not installed here: its check of deploy/ is left out")
    return found


def passes(*command: str, folder: Path = DEPLOY) -> str:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    return said


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def test_yaml_is_well_written() -> None:
    passes(sys.executable, "-m", "yamllint", "--strict", "-c", ".yamllint", ".")


def test_alert_rules_fire_when_they_must_and_keep_quiet_otherwise() -> None:
    promtool = tool("promtool")
    folder = DEPLOY / "prometheus"
    passes(promtool, "check", "rules", "rules.yml", folder=folder)
    passes(promtool, "check", "config", "--syntax-only", "prometheus.yml", folder=folder)
    assert "SUCCESS" in passes(promtool, "test", "rules", "rules_test.yml", folder=folder)


@pytest.mark.parametrize("path", [*MANIFESTS, *COMPONENTS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_manifests_are_what_kubernetes_takes(path: Path) -> None:
    if importlib.util.find_spec("kubernetes_validate") is None:
        pytest.skip("kubernetes-validate is not installed here: manifests are not checked against Kubernetes' schema")
    import kubernetes_validate

    for document in documents(path):
        if document["kind"] not in FOREIGN_KINDS:
            kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def test_kustomize_builds_everything_into_one_namespace() -> None:
    kubectl = tool("kubectl")
    built = list(yaml.safe_load_all(passes(kubectl, "kustomize", "kubernetes")))
    assert len(built) == sum(len(documents(path)) for path in MANIFESTS) - 1
    assert {document["metadata"]["namespace"] for document in built} == {"wiredesk"}


def test_rabbitmq_is_a_component_that_everything_hears_of(tmp_path: Path) -> None:
    kubectl = tool("kubectl")
    folder = tmp_path / "kubernetes"
    shutil.copytree(DEPLOY / "kubernetes", folder)
    with (folder / "kustomization.yaml").open("a", encoding="utf-8") as kustomization:
        kustomization.write("components: [rabbitmq]\n")
    built = list(yaml.safe_load_all(passes(kubectl, "kustomize", str(folder))))
    deployments = [document for document in built if document["kind"] == "Deployment"]
    assert len(deployments) == 3
    for deployment in deployments:
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert "WIREDESK_BROKER__URL" in {variable["name"] for variable in container["env"]}
    kinds = {document["kind"] for document in built if document["metadata"]["name"] == "rabbitmq"}
    assert kinds == {"Service", "StatefulSet", "NetworkPolicy"}


def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    """The programs that units start are not installed where tests run: a stand-in takes their place."""
    analyze = tool("systemd-analyze")
    stand_in = shutil.which("true")
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={stand_in}", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text, encoding="utf-8")
    said = passes(analyze, "verify", "--man=no", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert "wiredesk" not in said


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    # DL3008 wants Debian's versions pinned, which the next security update takes out of its archive.
    passes(tool("hadolint"), "--ignore", "DL3008", "Dockerfile")
