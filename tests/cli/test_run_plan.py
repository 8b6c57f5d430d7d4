"""Several sweeps in one command: their order, what waits for what, one sheet and one exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.commands.running import run as run_command
from simorc.cli.errors import ExitCode
from simorc.cli.run_plan import Step, ordered
from simorc.config.project import Project
from simorc.errors import ConfigError, UsageError
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import FailureKind, Outcome

Simorc = Callable[..., Any]
GOOD = Outcome.completed({"f_3db": 15e3, "gain_1k": -0.1})
SLOW = Outcome.completed({"f_3db": 1e3, "gain_1k": -0.1})
BROKEN = Outcome.failed(FailureKind.CRASHED, "no")


def names(steps: list[Step]) -> list[str]:
    return [step.sweep for step in steps]


def test_a_step_runs_behind_the_one_it_waits_for() -> None:
    steps = [Step("a", "c passed"), Step("b"), Step("c", "b"), Step("d", "elsewhere")]
    assert names(ordered(steps)) == ["b", "c", "a", "d"]


def test_steps_that_wait_for_each_other() -> None:
    with pytest.raises(UsageError, match="a after b, b after a"):
        ordered([Step("a", "b"), Step("b", "a passed")])


class Ran(list[str]):
    """The sweeps that were started, in order."""


@pytest.fixture
def results() -> dict[str, Outcome]:
    """What every case of a sweep comes to; by default it is good."""
    return {}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, results: Mapping[str, Outcome]) -> Ran:
    """Runs end at once, each case as `results` says."""
    found = Ran()

    def start(layout: RunLayout, **_: object) -> None:
        found.append(layout.sweep)
        plan = load_manifest(layout).plan
        outcome = results.get(layout.sweep, GOOD)
        with Store(layout, plan) as store:
            for case in range(1, len(plan) + 1):
                store.attempt_finished(Finished(case, 1, outcome, "done", True, 0.0, "here"))
            store.set_meta(state="finished")
            store.flush()

    monkeypatch.setattr(run_command, "start_runner", start)
    monkeypatch.setattr(run_command, "require_simulator", lambda *_: None)
    return found


def test_sweeps_run_in_order_with_one_sheet(simorc: Simorc, project: Path, ran: Ran) -> None:
    printed = simorc("run", "spread", "corners", "--project", project)
    assert printed.code == ExitCode.GOOD, printed.err
    assert ran == ["spread", "corners"]
    header, *rows = printed.out.splitlines()
    assert header.split()[:3] == ["testbench", "run", "spec"]
    assert [row.split()[:3:2] for row in rows] == [["ac", "f_3db"], ["ac", "f_3db"]]
    assert "one report of all: simorc report spread_" in printed.err


def test_all_sweeps(simorc: Simorc, project: Path, ran: Ran) -> None:
    assert simorc("run", "--all", "--project", project).code == 0
    assert ran == list(Project.load(project).sweeps)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (GOOD, SLOW, ExitCode.SPEC_VIOLATED),
        (SLOW, BROKEN, ExitCode.CASES_FAILED),
        (BROKEN, GOOD, ExitCode.CASES_FAILED),
    ],
)
def test_one_exit_code(
    simorc: Simorc,
    project: Path,
    ran: Ran,
    results: dict[str, Outcome],
    first: Outcome,
    second: Outcome,
    code: int,
) -> None:
    results.update(spread=first, corners=second)
    assert simorc("run", "spread", "corners", "--project", project).code == code
    assert ran == ["spread", "corners"]


def with_plan(root: Path, plan: str) -> None:
    setup = root / "sim_setup.yaml"
    setup.write_text(
        f"{setup.read_text()}environments: {{farm: {{execution: {{jobs: 7}}}}}}\nplans: {plan}\n"
    )


def test_a_named_plan_with_conditions_and_environments(
    simorc: Simorc, project: Path, ran: Ran, results: dict[str, Outcome]
) -> None:
    with_plan(project, "{signoff: [{sweep: corners, after: spread passed, env: farm}, spread]}")
    assert simorc("run", "signoff", "--project", project).code == 0
    assert ran == ["spread", "corners"]
    jobs = {run.sweep: load_manifest(run).execution.jobs for run in find_runs(project)}
    assert jobs == {"corners": 7, "spread": None}
    results["spread"] = SLOW
    printed = simorc("run", "signoff", "--project", project)
    assert (printed.code, ran) == (ExitCode.CASES_FAILED, ["spread", "corners", "spread"])
    assert "skipped corners: " in printed.err and "a spec is violated" in printed.err


def test_a_plan_in_json(simorc: Simorc, project: Path, ran: Ran, results: dict[str, Outcome]) -> None:
    results["corners"] = SLOW
    printed = simorc("run", "spread", "corners", "--json", "--project", project)
    plan = json.loads(printed.out.splitlines()[-1])["plan"]
    assert [run["exit_code"] for run in plan["runs"]] == [0, 3]
    assert plan["exit_code"] == printed.code == 3
    assert [spec["verdict"] for spec in plan["specs"]] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["spread", "corner"], "no sweep or plan 'corner' (did you mean 'corners'?)"),
        (["spread", "--all"], "not both"),
        ([], "no sweep or run given"),
        (["spread", "corners", "--detach"], "--detach"),
        (["spread", "corners", "--case", "1"], "--case"),
        (["spread", "corners", "--where", "temp > 999"], "has no cases"),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(
    simorc: Simorc, project: Path, ran: Ran, arguments: list[str], reason: str
) -> None:
    printed = simorc("run", *arguments, "--project", project)
    assert printed.code == 2 and reason in printed.err
    assert not ran


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ("{p: [corner]}", "plans.p[0]: no sweep 'corner' (did you mean 'corners'?)"),
        ("{p: [{sweep: corners, env: frm}]}", "plans.p[0].env: no environment 'frm' (did you mean 'farm'?)"),
        ("{p: [{sweep: corners, after: spread done}]}", "expected 'SWEEP finished' or 'SWEEP passed'"),
        ("{corners: [corners]}", "plans.corners: also the name of a sweep"),
    ],
)
def test_mistakes_in_plans(project: Path, plan: str, reason: str) -> None:
    with_plan(project, plan)
    with pytest.raises(ConfigError) as reported:
        Project.load(project)
    assert reason in str(reported.value)


def test_one_report_of_all(simorc: Simorc, project: Path, ran: Ran, results: dict[str, Outcome]) -> None:
    results["corners"] = SLOW
    simorc("run", "spread", "corners", "--project", project)
    printed = simorc("report", "spread", "corners", "--check", "--project", project)
    assert printed.code == 3, printed.err
    page, sheet, junit = (Path(line) for line in printed.out.splitlines())
    assert page.parent == project / "simulations" / "reports"
    assert "1 of 2 specs not met in 2 runs" in sheet.read_text()
    assert sheet.read_text().count("| ac | f_3db |") == 2
    assert page.read_text().count('<td class="fail">') == 1 and "1 of 2 specs not met" in page.read_text()
    assert junit.read_text().count("<testsuite ") == 2
