"""The problems of benchmarks/digital.py in short: right designs pass, wrong ones do not."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pyslang")

from benchmarks.digital import STYLES, attempts, measure_style, problems
from simorc.config.validate.contract_checks import load_contract

pytestmark = pytest.mark.iverilog
EVERY = {problem.name: problem for problem in problems()}


def test_each_problem_has_two_designs_and_six_bugs() -> None:
    assert len(EVERY) == 10
    for problem in EVERY.values():
        assert load_contract(problem.directory / "contract.yaml").oracle in ("model", "rules")
        assert problem.design("plain") != problem.design("other")
        assert len({design for _, design in problem.bugs()}) == 6


@pytest.mark.parametrize("style", STYLES)
def test_mutants_of_a_right_design_are_noticed(style: str, tmp_path: Path) -> None:
    found = measure_style(EVERY["pwm"], style, tmp_path, seeds=1, mutants=30)
    assert found.metrics["score"] >= 0.95 and found.false_alarms == 0
    assert found.metrics["stubs"] == found.metrics["stubs_noticed"]


def test_survivors_that_do_the_same_are_not_counted(needs: Callable[..., None], tmp_path: Path) -> None:
    needs("yosys", "yosys-abc")
    found = measure_style(EVERY["skid_buffer"], "plain", tmp_path, seeds=0, mutants=80)
    # The word of an empty buffer is not compared, so its value after a reset does not matter.
    assert found.metrics["equivalent"] >= 2 and found.survivors == []


@pytest.mark.parametrize("name", ["gray_counter", "skid_buffer"])
def test_a_violation_of_the_spec_is_found(name: str, tmp_path: Path) -> None:
    problem = EVERY[name]
    bug, design = random.Random(1).choice(list(problem.bugs()))
    line = attempts(problem, design, tmp_path)[-1]
    assert line["kind"] == "test_failed" and "counterexample" in line["artefacts"], bug
