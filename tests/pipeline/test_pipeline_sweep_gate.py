"""A sweep as a gate of a pipeline, with the real ngspice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simorc.pipeline.loop import conduct
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.tools import Unwatched
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.ngspice, pytest.mark.iverilog]

Make = Callable[..., Any]

TEMPLATE = """* a divider
v1 in 0 1
r1 in out 1k
r2 out 0 {{ parameters.r }}
.op
.tran 1u 10u
.meas tran level find v(out) at=5u
.end
"""


def with_sweep(work: Any, least: float, values: str = "[1k, 2k]") -> Any:
    """The project of a loop, with a testbench, a sweep of two cases and a gate on it."""
    testbench = work.root / "testbenches" / "divider"
    testbench.mkdir(parents=True)
    (testbench / "tb.spice.j2").write_text(TEMPLATE)
    (testbench / "config.yaml").write_text(
        f"parameters: {{r: 1k}}\nmeasurements: [level]\nspecs: {{level: {{min: {least}}}}}\n"
    )
    (work.root / "levels.yaml").write_text(f"testbench: divider\nparameters:\n  r: {values}\n")
    setup = json.loads((work.root / "sim_setup.yaml").read_text())
    setup |= {"testbenches": {"divider": "testbenches/divider"}, "sweeps": {"levels": "levels.yaml"}}
    setup["pipelines"]["toggle"]["stages"]["analog"] = {
        "kind": "sweep",
        "sweep": "levels",
        "timeout": PATIENCE,
    }
    (work.root / "sim_setup.yaml").write_text(json.dumps(setup))
    return work


def test_analog_verification_is_a_gate_as_well(loop: Make) -> None:
    work = with_sweep(loop(), 0.4)
    last = work.run()[-1]
    assert (last["stage"], last["status"]) == ("analog", "passed"), last
    assert last["metrics"]["cases"] == 2 and last["metrics"]["specs"] == 1
    assert (work.root / "simulations" / last["metrics"]["run"] / "run.sqlite").is_file()


def test_a_violated_spec_closes_the_gate(loop: Make) -> None:
    work = with_sweep(loop(), 0.6)
    last = work.run()[-1]
    assert (last["status"], last["kind"]) == ("failed", "spec_violated")
    assert "level" in last["message"] and last["decision"]["action"] == "abort"


def test_a_failed_case_closes_the_gate(loop: Make) -> None:
    work = with_sweep(loop(), 0.4, "[1k, 'nonsense']")
    last = work.run()[-1]
    assert (last["status"], last["kind"]) == ("failed", "cases_failed")
    assert "1 of 2 cases failed" in last["message"]


def test_a_sweep_begun_before_a_kill_is_gone_on_with(loop: Make) -> None:
    work = with_sweep(loop(), 0.4)
    first = work.run()[-1]
    trace = work.layout.trace
    trace.write_text("".join(f"{line}\n" for line in trace.read_text().splitlines()[:-1]))
    conduct(work.opened, Unwatched())
    again = read_trace(trace)[-1]
    assert (again["stage"], again["status"]) == ("analog", "passed")
    assert again["metrics"]["run"] == first["metrics"]["run"]
    assert len(list((work.root / "simulations").glob("levels_*"))) == 1
