"""The dashboard as far as it can be tried without Grafana: a real Prometheus answers its panels, Grafana's own types read its JSON."""

from __future__ import annotations

import contextlib
import copy
import json
import math
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.deploy.test_tools import DEPLOY, tool
from tests.servers import Gateway, Server, Worker, open_ledger, server_binaries, wait_for
from worker import processes
from worker.ledger import Ledger
from worker.ledger.access import ApiKeys
from worker.producer import submit

BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/dashboard.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = BOARD["panels"]
#: The version that compose starts.
GRAFANA = re.findall(r"image: grafana/grafana:(\S+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))[0]
#: Of Grafana's list of units, those that the panels may need (packages/grafana-data/src/valueFormats/categories.ts).
UNITS = {"short", "none", "percent", "percentunit", "s", "ms", "ops", "reqps", "bytes", "decbytes", "dtdurations"}
_VARIABLES = {"__rate_interval": "1m", "__interval": "15s", "__range": "1h"}

#: Grafana's types hold enumerations, JSON their values; and every option may be left out.
CHECK = """
import type { Dashboard, DataQuery, Panel } from "@grafana/schema";
import type { Options as Stat } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as Series from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type * as Table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Some<T> = T extends (infer U)[] ? U[] : T extends object ? { [K in keyof T]?: Some<T[K]> } : T;
interface Query extends DataQuery {
  expr: string; legendFormat?: string; instant?: boolean; range?: boolean; format?: "time_series" | "table";
}
interface Of<Type extends string, Options, Custom> {
  type: Type; options?: Some<Options>; fieldConfig?: { defaults: { custom?: Some<Custom> } }; targets: Query[];
}
type Known = Of<"stat", Stat, never> | Of<"timeseries", Series.Options, Series.FieldConfig> | Of<"table", Table.Options, Table.FieldConfig>;
"""


def expressions() -> list[str]:
    found = [target["expr"] for panel in PANELS for target in panel["targets"]]
    return [re.sub(r"\$\{?(\w+)\}?", lambda match: _VARIABLES[match[1]], expression) for expression in found]


def test_the_board_is_whole() -> None:
    """Panels have names and numbers of their own, lie beside one another on the grid, and ask the source that is provisioned."""
    assert len({panel["id"] for panel in PANELS}) == len({panel["title"] for panel in PANELS}) == len(PANELS)
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in PANELS)
    source = yaml.safe_load((DEPLOY / "grafana/datasource.yml").read_text(encoding="utf-8"))["datasources"][0]
    assert {(panel["datasource"]["uid"], panel["datasource"]["type"]) for panel in PANELS} == {(source["uid"], source["type"])}
    cells: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24, f"{panel['title']} lies beyond the grid of 24 columns"
        own = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not own & cells, f"{panel['title']} lies over another"
        cells |= own
    assert len(cells) == 24 * (1 + max(y for _, y in cells)), "the grid has holes"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_reads_as_it_should(panel: dict[str, Any]) -> None:
    """Each query has a letter of its own, several lines have a legend, what a query splits by is in it; the unit is one of Grafana's."""
    targets = panel["targets"]
    assert sorted(target["refId"] for target in targets) == list("ABCDEFGH"[: len(targets)])
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    for target in targets:
        split = {label.strip() for found in re.findall(r"\bby \(([^)]*)\)", target["expr"]) for label in found.split(",")} - {"le"}
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) == split
        assert target["legendFormat"] or panel["type"] == "stat"
        if "_total" in target["expr"]:
            assert re.search(r"\b(rate|increase)\(", target["expr"]), "a counter is shown by its growth"
            assert panel["fieldConfig"]["defaults"]["unit"] == "ops" or "increase(" in target["expr"]
    steps = panel["fieldConfig"]["defaults"].get("thresholds", {"steps": [{"value": None}]})["steps"]
    assert steps[0]["value"] is None
    values = [step["value"] for step in steps[1:]]
    assert values == sorted(values)


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Grafana's types, of the version that compose starts, and TypeScript."""
    npm = tool("npm")
    tool("node")
    folder = tmp_path_factory.mktemp("grafana")
    install = subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", f"@grafana/schema@{GRAFANA}", "typescript@5"],
                             cwd=folder, check=False, timeout=180, capture_output=True)
    if install.returncode:
        pytest.skip("npm cannot fetch @grafana/schema here: the dashboard is not checked against Grafana's types")
    return folder


def complaints(folder: Path, board: dict[str, Any]) -> str:
    """What the compiler says of the board."""
    (folder / "board.mts").write_text(
        f"{CHECK}export const board: Plain<Dashboard> = {json.dumps(board)};\n"
        f"export const panels: (Plain<Panel> & Plain<Known>)[] = {json.dumps(board['panels'])};\n", encoding="utf-8")
    ran = subprocess.run(
        [str(folder / "node_modules/.bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext",
         "--moduleResolution", "bundler", "board.mts"], cwd=folder, check=False, capture_output=True, text=True, timeout=120)
    return ran.stdout


def test_the_board_is_of_grafanas_types(compiler: Path) -> None:
    """Every field exists and has a value that Grafana knows; and a wrong one would be told."""
    assert complaints(compiler, BOARD) == ""
    for path, wrong in (
        (("gridPos", "w"), "4"), (("type",), "graph2"), (("fieldConfig", "defaults", "min"), "0"), (("fieldConfg",), {}),
        (("options", "colorMode"), "rainbow"), (("fieldConfig", "defaults", "thresholds", "mode"), "relative"), (("targets", 0, "expr"), 1),
        (("datasource", "id"), 1),
    ):
        board = copy.deepcopy(BOARD)
        *way, last = path
        place: Any = board["panels"][0]
        for step in way:
            place = place[step]
        place[last] = wrong
        assert "board.mts" in complaints(compiler, board), path


@contextlib.contextmanager
def prometheus(gateway: Gateway, key: str, folder: Path) -> Iterator[httpx.Client]:
    """Prometheus with deploy's own configuration; only addresses, the key's place and the pace are the test's."""
    configuration = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(DEPLOY / "prometheus" / name) for name in configuration["rule_files"]]
    [job] = configuration["scrape_configs"]
    (folder / "key").write_text(key, encoding="utf-8")
    job["authorization"]["credentials_file"] = str(folder / "key")
    job["static_configs"] = [{"targets": [gateway.address.removeprefix("http://")]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    address = f"127.0.0.1:{processes.free_port()}"
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([tool("prometheus"), f"--config.file={folder / 'prometheus.yml'}", f"--web.listen-address={address}",
                                    f"--storage.tsdb.path={folder / 'data'}"], stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://{address}", timeout=20) as client:
            yield client
    finally:
        running.terminate()
        running.wait(20)
        shutil.rmtree(folder / "data", ignore_errors=True)


def answered(client: httpx.Client, expression: str) -> list[float]:
    """The values that an expression has now; a fault of its own is the test's."""
    answer = client.get("/api/v1/query", params={"query": expression}).json()
    assert answer["status"] == "success", (expression, answer)
    assert "warnings" not in answer, (expression, answer)
    return [value for row in answer["data"]["result"] if math.isfinite(value := float(row["value"][1]))]


def test_every_panel_is_answered_by_prometheus(tmp_path: Path) -> None:
    """After a few articles each query of each panel has data, and each rule is evaluated."""
    tool("prometheus")
    server = Server(server_binaries()["valkey"])
    with contextlib.ExitStack() as stack:
        stack.callback(server.close)
        ledger = stack.enter_context(open_ledger(server.url))
        key = ApiKeys(ledger).create("prometheus", ["read"])
        gateway = Gateway(server.url)
        stack.callback(gateway.close)
        worker = Worker(server.url, concurrency=1)
        stack.callback(worker.close)
        client = stack.enter_context(prometheus(gateway, key, tmp_path))
        wait_for(lambda: _up(client), 60, pause=0.2)
        wait_for(ledger.workers.list, 90, pause=0.2)
        _news(ledger)
        without: list[str] = []

        def complete() -> bool:
            without[:] = [expression for expression in expressions() if not answered(client, expression)]
            return not without

        try:
            wait_for(complete, 60, pause=0.5)
        except AssertionError:
            raise AssertionError(f"no data for {without}") from None
        assert answered(client, "min(wiredesk_conservation)") == [1.0]
        assert answered(client, "max(wiredesk_alarm{name='held_intake'})") == [1.0]
        rules = client.get("/api/v1/rules").json()["data"]["groups"][0]["rules"]
        assert len(rules) > 5
        assert {rule["health"] for rule in rules} == {"ok"}, [rule.get("lastError") for rule in rules]
        assert (client.get("/api/v1/targets").json()["data"]["activeTargets"][0]["health"]) == "up"


def _up(client: httpx.Client) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return client.get("/-/ready").status_code == 200 and answered(client, "up") == [1.0]
    return False


def _news(ledger: Ledger) -> None:
    """Articles over some scrapes, one of them twice, one that is none; at the end intake is held, so that an alarm stands."""
    for number in range(4):
        submit([{"id": f"a{number}", "text": "Seoul said no on Monday."}, {"text": ""}, {"id": "a0", "text": "Seoul said no on Monday."}],
               ledger=ledger, source="test")
        wait_for(lambda: ledger.status().queued == ledger.status().in_flight == 0, 60)
        time.sleep(1.2)  # a scrape between two articles
    ledger.holds.hold("intake")
