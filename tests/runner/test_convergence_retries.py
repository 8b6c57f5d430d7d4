"""Circuits that fail as they are and pass on a rung of the ladder, with the real simulator."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.cli import main as cli
from simorc.config.execution_record import ExecutionRecord
from simorc.config.fallback_steps import DEFAULT_STEPS
from simorc.config.models.convergence import RETRIED
from simorc.config.project import Project
from simorc.errors import ConfigError
from simorc.netlist.convergence_options import with_fallback_options, with_largest_step
from simorc.netlist.deck.deck import Deck
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc.runner.retry_policy import budgets_from
from simorc.simulators.job import Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.outcome import FailureKind, Outcome

CIRCUITS = Path(__file__).parent / "convergence_circuits"


async def simulated(directory: Path, deck: str) -> Outcome:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return await Ngspice().run_cold(Job(1, directory, deck, Limits(timeout=20)))


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("circuit", "rung"), [("tunnel", "iterations"), ("bistable", "stepping"), ("cycle", "stepping")]
)
async def test_it_fails_as_it_is_and_passes_on_a_rung(circuit: str, rung: str, tmp_path: Path) -> None:
    text = (CIRCUITS / f"{circuit}.spice").read_text()
    as_it_is = await simulated(tmp_path / "a" / "b", text)
    assert as_it_is.kind == FailureKind.TIMESTEP_TOO_SMALL
    verdicts = {}
    for name, lines in budgets_from(ExecutionRecord.of_json({})).ladder:
        verdicts[name] = (await simulated(tmp_path / "a" / "b", with_fallback_options(text, lines))).status
        if name == rung:
            break
    assert list(verdicts.values()) == ["failed"] * (len(verdicts) - 1) + ["completed"]


@pytest.mark.ngspice
def test_a_rung_is_marked_everywhere(
    make_project: Callable[..., Project],
    run_through: Callable[..., RunLayout],
    capfd: pytest.CaptureFixture[str],
) -> None:
    layout = run_through(make_project((CIRCUITS / "bistable.spice").read_text()))
    with RunReader(layout) as view:
        case = view.case(1)
        attempts = [dict(attempt) for attempt in view.attempts(1)]
    assert case is not None and (case["status"], case["rung"]) == ("completed", "stepping")
    assert [each["rung"] for each in attempts] == [None, "iterations", "gear", "stepping"]
    assert [each["action"] for each in attempts] == ["rung", "rung", "rung", "done"]
    traced = [json.loads(line)["rung"] for line in layout.trace.read_text().splitlines()]
    assert traced == [None, "iterations", "gear", "stepping"]
    assert ".option gminsteps=100" in layout.deck(1).read_text()
    project = ["--project", str(layout.root)]
    for arguments in (["results", layout.name], ["results", layout.name, "--format", "csv"]):
        assert cli.run([*project, *arguments]) == 0
        assert "stepping" in capfd.readouterr().out
    assert cli.run([*project, "results", layout.name, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)[0]["rung"] == "stepping"
    assert cli.run([*project, "show", layout.name, "1"]) == 0
    assert "converged with fallback step 'stepping'" in capfd.readouterr().out


@pytest.mark.ngspice
def test_a_ladder_that_does_not_help_is_told(
    make_project: Callable[..., Project], run_through: Callable[..., RunLayout]
) -> None:
    ladder = "convergence: {ladder: [gear, {name: tighter, options: {itl4: 50}, max_step: 0.5}]}"
    layout = run_through(make_project((CIRCUITS / "bistable.spice").read_text(), execution=ladder))
    with RunReader(layout) as view:
        case = view.case(1)
    assert case is not None and case["status"] == "failed"
    assert case["message"].endswith("; fallback steps without success: gear, tighter")


def test_rungs_change_only_what_they_name() -> None:
    deck = "title\nV1 a 0 1\n.tran 1n\n+ 1u\n.end\n"
    gear = dict(budgets_from(ExecutionRecord.of_json({})).ladder)["gear"]
    assert with_fallback_options(deck, []) == deck
    changed = Deck.parse(with_fallback_options(deck, gear))
    assert changed.options["method"] == "gear"
    assert [each.stop for each in changed.analyses] == [1e-6]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (".tran 1n 1u", ".tran 1n 1u 0 1e-10"),
        (".TRAN 1n 1u 0 2n UIC", ".tran 1n 1u 0 2e-10 uic"),
        (".tran 1u 10u 5u", ".tran 1u 10u 5u 1e-08"),
        (".tran {t/2} {t}", ".tran {t/2} {t}"),
        (".control\n  tran 1n 1u\n.endc", ".control\n  tran 1n 1u 0 1e-10\n.endc"),
    ],
)
def test_the_largest_step_is_a_part_of_what_it_would_be(card: str, expected: str) -> None:
    assert with_largest_step(f"title\n{card}\n.end\n", 0.1) == f"title\n{expected}\n.end\n"


def test_optran_comes_before_the_users_commands() -> None:
    optran = dict(budgets_from(ExecutionRecord.of_json({})).ladder)["optran"]
    deck = Deck.parse(with_fallback_options("title\nR1 a 0 1\n.control\nop\nquit\n.endc\n.end\n", optran))
    assert [command.word for command in deck.commands] == ["optran", "op"]
    assert deck.quit is not None
    alone = Deck.parse(with_fallback_options("title\nR1 a 0 1\n.op\n.end\n", optran))
    assert [command.word for command in alone.commands] == ["optran"] and not alone.runs_itself


def test_the_default_ladder_does_not_loosen() -> None:
    assert not any(rung.loosens for rung in DEFAULT_STEPS)
    loosened = budgets_from(ExecutionRecord.of_json({"convergence": {"loosen": True}})).ladder
    assert [name for name, _ in loosened][-2:] == ["loose", "looser"]


def test_every_kind_of_failure_may_have_its_own_retries() -> None:
    assert set(RETRIED) | {"cancelled"} == {str(kind) for kind in FailureKind}


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("ladder: [gaer]", "did you mean 'gear'"),
        ("ladder: [{name: x, options: {itl44: 3}}]", "not an option of a fallback step"),
        ("ladder: [{name: x, options: {method: euler}}]", "method must be one of gear"),
        ("ladder: [{name: x, options: {reltol: 1e-2}}]", "needs loosen: true"),
        ("ladder: [{name: x, max_step: 3}]", "less than or equal to 1"),
        ("ladder: [{name: x, opts: {}}]", "unknown key"),
        ("ladder: [gear, gear]", "is listed twice"),
    ],
)
def test_a_wrong_ladder_is_told_with_its_place(
    make_project: Callable[..., Project], written: str, printed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_project("* t\n", execution=f"convergence: {{{written}}}")
    problem = caught.value.problems[0]
    assert printed in problem.message
    assert (problem.file.name, problem.line) == ("sim_setup.yaml", 4)
