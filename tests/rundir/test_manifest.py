"""Manifests as typed records: those of older versions, invalid ones, and options of a runner."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.config.definitions import MeasurementDefinition, PlotSource, StopRule
from simorc.config.execution_record import ExecutionRecord, RetryRecord, SimulatorRecord, Site
from simorc.errors import StoreError
from simorc.rundir.circuit.circuits import settings_of
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest, load_manifest

OLD = sorted((Path(__file__).parent / "manifests").glob("*.json"))


def opened(directory: Path, body: dict[str, Any]) -> Manifest:
    layout = RunLayout(directory)
    layout.manifest.write_text(json.dumps(body))
    return load_manifest(layout, stored=False)


def old_body(name: str = "without_utc_time") -> dict[str, Any]:
    body: dict[str, Any] = json.loads((OLD[0].parent / f"{name}.json").read_text())
    return body


def change(body: dict[str, Any], section: str, **values: object) -> dict[str, Any]:
    body["settings"][section].update(values)
    return body


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_a_manifest_of_an_older_version_is_read(tmp_path: Path, file: Path) -> None:
    manifest = opened(tmp_path, json.loads(file.read_text()))
    assert (manifest.sweep, manifest.testbench, manifest.total) == ("load", "dc", 12)
    assert len(manifest.plan) == 12 and manifest.plan.case(1).parameters == {"r": 1000, "vdd": 3.0}
    assert manifest.simulator == SimulatorRecord("ngspice", "ngspice")
    assert manifest.measurements["vout"] == MeasurementDefinition(meas="y", unit="V", scale=1000)
    assert manifest.wanted_cards == (("y",), frozenset({"half"}))
    low, high = manifest.specs["vout"].limits_in("hot")
    assert (low, high) == (1.5, pytest.approx(1.7325))
    assert manifest.plot_specs == (
        PlotSource("testbenches/dc/curve.yaml"),
        PlotSource(
            written={"title": "In place", "x": {"signal": "v-sweep"}, "y": [{"signals": {"o": "v(out)"}}]}
        ),
    )
    assert [each.name for each in manifest.plot_specs] == ["testbenches/dc/curve.yaml", "In place"]
    assert not manifest.has_circuit and manifest.circuit.template == "tb.spice.j2"
    assert (manifest.git, manifest.hooks.inputs, manifest.after) == (None, {}, None)


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_settings_that_older_versions_lack_have_the_defaults_of_a_new_run(tmp_path: Path, file: Path) -> None:
    execution = opened(tmp_path, json.loads(file.read_text())).execution
    default = ExecutionRecord()
    assert (execution.jobs, execution.timeout, execution.retries) == (3, 90.0, 1)
    assert (execution.cut_kit, execution.log_limit) == (default.cut_kit, default.log_limit)
    assert execution.cluster == Site("batch", args=("--exclusive",), setup=("module load ngspice",))
    steps = {step.name: step for step in execution.convergence.steps()}
    assert list(steps) == ["gear", "patient", "optran"]
    assert steps["patient"].cards() == [".option itl1=500", ".option method=gear", ".maxstep 0.2"]
    assert steps["optran"].cards()[-1] == "optran 0 0 0 100n 10u 0"


def test_retries_and_stop_rule_are_records(tmp_path: Path) -> None:
    earlier = opened(tmp_path, old_body("without_retry_settings"))
    assert (earlier.execution.retry, earlier.stop_rule) == (RetryRecord(), None)
    manifest = opened(tmp_path, old_body())
    assert manifest.execution.retry == RetryRecord({"crashed": 5, "timeout": 1}, 2.0, 30.0)
    assert manifest.stop_rule == StopRule(width=0.1, least=2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"jobs": "three"}, "invalid value for jobs"),
        ({"jobs": True, "timeout": -1}, "invalid value for jobs, timeout"),
        ({"warm": "hot"}, "invalid value for warm"),
        ({"compress": "yes"}, "invalid value for compress"),
        ({"retry": []}, "invalid value for retry"),
        ({"retry": {"kinds": {"crashed": -1}}}, "crashed: -1 is not a number of at least zero"),
        ({"retry": {"delay": "soon"}}, "delay: 'soon' is not a number of at least zero"),
        ({"convergence": {"ladder": [{"options": {}}]}}, "invalid value for convergence: 'name'"),
        ({"convergence": {"ladder": ["gaer"]}}, "unknown fallback step 'gaer' (did you mean 'gear'?)"),
        ({"convergence": {"ladder": ["loose"]}}, "sets abstol, reltol, vntol, which needs loosen: true"),
        (
            {"convergence": {"ladder": [{"name": "x", "options": {"itl1": "1\n.control"}}]}},
            "itl1 takes a number",
        ),
        ({"convergence": {"ladder": [{"name": "x", "options": {"post": "2"}}]}}, "'post' is not an option"),
        ({"convergence": {"ladder": [{"name": "x", "optran": ["1", "2"]}]}}, "optran takes six numbers"),
        ({"convergence": {"ladder": [{"name": "x", "max_step": 2}]}}, "max_step must be above 0"),
    ],
)
def test_invalid_settings_are_refused_with_their_name(
    tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    manifest = opened(tmp_path, change(old_body(), "execution", **settings))
    with pytest.raises(StoreError) as refused:
        assert manifest.execution
    assert message in str(refused.value) and "settings.execution" in str(refused.value)


@pytest.mark.parametrize("value", [3, ["ngspice"], True])
def test_an_invalid_simulator_is_refused(tmp_path: Path, value: object) -> None:
    manifest = opened(tmp_path, change(old_body(), "simulator", executable=value))
    with pytest.raises(StoreError, match=r"settings\.simulator: invalid value for executable"):
        assert manifest.simulator


def test_a_flag_of_a_fallback_step_is_a_card_without_value(tmp_path: Path) -> None:
    """A manifest has '' for a flag, the settings of a project have true."""
    ladder = {"ladder": [{"name": "direct", "options": {"noopiter": "", "gminsteps": "100"}}]}
    manifest = opened(tmp_path, change(old_body(), "execution", convergence=ladder))
    (step,) = manifest.execution.convergence.steps()
    assert step.cards() == [".option noopiter", ".option gminsteps=100"]


def test_options_of_a_runner_replace_the_settings_of_the_manifest(tmp_path: Path) -> None:
    manifest = opened(tmp_path, old_body())
    options = {"jobs": 1, "warm": "off", "cases": [3, 4], "inputs": "keep", "unknown": 1}
    settings = settings_of(RunLayout(tmp_path), manifest, options)
    assert (settings.jobs, settings.warm, settings.timeout, settings.cases) == (1, "off", 90.0, (3, 4))
    assert (settings.simulator, settings.spiceinit) == ("ngspice", None)
    assert settings.retry == manifest.execution.retry
    with pytest.raises(StoreError, match="options of the runner: invalid value for jobs"):
        settings_of(RunLayout(tmp_path), manifest, {"jobs": "many"})


def test_a_built_run_has_the_settings_of_its_project(make_project: Callable[..., Any]) -> None:
    from simorc.launch.build import build_run

    execution = (
        "retry: {kinds: {crashed: 3}}, convergence: {ladder: [{name: x, options: {noopiter: true}}, optran]}"
    )
    project = make_project("* t\n.op\n.end\n", execution=execution, sweep="parameters: {r: [1, 2]}\n")
    layout = build_run(project, "s")
    record = load_manifest(layout).execution
    assert record.retry.kinds == {"crashed": 3}
    assert [step.cards()[0] for step in record.convergence.steps()] == [
        ".option noopiter",
        ".option itl1=1000",
    ]
    assert record.cluster == Site() and record.timeout is None
