"""Numbers that mean what the user meant, in projects of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.engine import Refusal, run_deck
from tests.conformance.made_projects import DIVIDER, measured, refusal, write_made

pytestmark = pytest.mark.ngspice

HOT = DIVIDER.replace("R1 a b {r}", "R1 a b 1k tc1=1m").replace(".tran", "TEMPERATURE\n.tran")


def same_or_refused(root: Path, sweep: str, plain: str, template: str) -> None:
    """The value spelt as in `sweep` gives what `plain` gives, fails or is refused: never another number."""
    wanted = measured(write_made(root / "plain", template, sweep=plain), "y")
    got = run_deck(write_made(root / "spelt", template, sweep=sweep), "auto")
    if isinstance(got, Refusal):
        return
    assert all(case.status == "failed" or [case.measurements.get("y")] == wanted for case in got[0].values())


@pytest.mark.parametrize("card", [".option temp={{ parameters.r }}", ".temp {{ parameters.r }}"])
@pytest.mark.parametrize("spelling", ["85C", "85degC", "85 °C", "85℃", "85c", "+85", "358.15K"])
def test_a_temperature_with_a_unit_is_that_temperature(tmp_path: Path, card: str, spelling: str) -> None:
    template = HOT.replace("TEMPERATURE", card).replace(".param r={{ parameters.r }}\n", "")
    same_or_refused(tmp_path, f'parameters: {{r: ["{spelling}"]}}', "parameters: {r: [85]}", template)


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        ("400000µ", "400000u"),
        ("0.4\u00a0", "0.4"),
        ("\uff14k", "4k"),
        ("4\u043a", "4k"),
        ("\u22124", "-4"),
        ("4kΩ", "4k"),
    ],
)
def test_a_look_alike_is_what_it_looks_like_or_refused(tmp_path: Path, spelling: str, plain: str) -> None:
    same_or_refused(
        tmp_path, f'parameters: {{r: ["{spelling}"]}}', f'parameters: {{r: ["{plain}"]}}', DIVIDER
    )


@pytest.mark.parametrize("limit", ["min: 1MHz", "max: 5MOhm", "min: 3M"])
def test_a_limit_in_capital_m_is_refused_with_both_readings(tmp_path: Path, limit: str) -> None:
    config = f"parameters: {{r: 1k}}\nmeasurements: {{y: {{meas: y}}}}\nspecs: {{y: {{{limit}}}}}"
    message = refusal(write_made(tmp_path / "p", config=config))
    assert "meg" in message


@pytest.mark.parametrize(
    "span",
    ["{start: 0.5, stop: 2, step: 0.4}", "{start: 10k, stop: 1k, step: -4k}", "{start: 1, stop: 8, step: 2}"],
)
def test_a_range_that_misses_its_end_is_refused_with_a_remedy(tmp_path: Path, span: str) -> None:
    message = refusal(write_made(tmp_path / "p", sweep=f"parameters: {{r: {span}}}"))
    assert "num" in message


def test_a_range_that_meets_its_end_is_run(tmp_path: Path) -> None:
    values = measured(
        write_made(tmp_path / "p", sweep="parameters: {r: {start: 1k, stop: 7k, step: 3k}}"), "y"
    )
    assert values == pytest.approx([1 / 2, 1 / 5, 1 / 8], rel=1e-6)
