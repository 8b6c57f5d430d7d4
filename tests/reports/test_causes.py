"""What stored analyses say in the reports of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.analysis.stored_analyses import stored_analyses
from simorc.reports.causes import Cause, run_causes
from simorc.reports.datasheet import datasheet
from simorc.reports.html import html_report
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout

ESTIMATE = {"sigma": 6.191, "sigma_low": 6.175, "sigma_high": None}
LIMIT = {
    "condition": "slow", "measurement": "gain", "limit": "gain > 42.5", "distance": 6.2, "settled": True,
    "reason": "", "normal_distance": 10.68, "normal": False, "point": {"xo.xm2 vth": -3.5, "process w": 0.0},
    "estimate": ESTIMATE,
}  # fmt: skip
FOUND: dict[str, Any] = {
    "mismatch": {
        "contributions": [
            {
                "measurement": "gain", "condition": "slow", "sigma": 2.0, "r_squared": 0.7,
                "variables": [{"variable": "xo.xm<4> vth", "share": 0.263, "slope": -1.5}],
            }
        ]
    },
    "sensitivity": {
        "sensitivities": [
            {
                "measurement": "gain", "condition": "nominal",
                "parameters": [
                    {"parameter": "xo.xm5.w", "kind": "dimension", "value": 1, "step": 0.01, "change": -0.5,
                     "percent_per_percent": -1.2, "linear": False},
                    {"parameter": "vb", "kind": "parameter", "value": 0, "step": 0.01, "change": 0.25,
                     "percent_per_percent": None, "linear": True},
                ],
            }
        ]
    },
    "wcd": {"limits": [LIMIT]},
    "yield": {
        "rows": [
            {"measurement": "gain", "condition": "slow", "yield": 0.92, "yield_low": 0.87, "yield_high": 0.95,
             "passed": 184, "samples": 200}
        ],
        "limits": [],
    },
}  # fmt: skip
Written = Callable[..., None]


@pytest.fixture
def run(make_run: Callable[..., RunLayout]) -> OpenRun:
    cases = [("completed", {"temp": temp}, {"gain": 40 + temp / 10}) for temp in range(0, 100, 10)]
    inputs = {"tb.j2": "one", "models.lib": "two"}
    return OpenRun(make_run(cases, units={"gain": "dB"}, specs={"gain": {"min": 42.5}}, inputs=inputs))


@pytest.fixture
def stored(run: OpenRun) -> Written:
    """Write an analysis as its command does."""
    root = run.layout.root
    (root / "sim_setup.yaml").write_text("")

    def write(kind: str, **other: Any) -> None:
        head = {
            "analysis": "offset", "kind": kind, "testbench": str(run.manifest.testbench), "environment": None,
            "simorc": "1", "inputs": {"tb.j2": "one"}, "created_utc": "2026-01-01", "found": FOUND[kind],
        }  # fmt: skip
        path = root / "simulations" / "analyses" / f"offset.{kind}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({**head, **other}))

    return write


def rows_of(run: OpenRun, kind: str) -> list[Cause]:
    (spec,) = run_causes(run).specs
    return [each for each in spec.causes if each.kind == kind]


def test_a_run_alone_names_its_worst_case_and_what_it_depends_on(run: OpenRun) -> None:
    found = run_causes(run)
    assert not found.analysed and not found.remarks
    (spec,) = found.specs
    worst, driver = spec.causes
    assert (worst.case, worst.where, spec.status) == (1, "temp=0", "fail") and "40 dB" in worst.value
    assert driver.what == "temp" and driver.share == pytest.approx(1)
    assert "Causes" not in html_report(run) and "Causes" not in datasheet(run)


def test_each_analysis_has_rows_with_its_doubts(run: OpenRun, stored: Written) -> None:
    for kind in FOUND:
        stored(kind)
    (device,) = rows_of(run, "device")
    assert (device.device, device.share, device.where) == ("xo.xm<4>", 0.263, "slow")
    assert device.value == "26.3 %, -1.5 dB per sigma"
    assert rows_of(run, "spread")[0].value == "2 dB; linear model explains 70 %"
    width, bias = rows_of(run, "parameter")
    assert (width.device, width.share, bias.device, bias.share) == ("xo.xm5", -1.0, "", 0.5)
    assert width.value == "-0.5 dB for 1 % (-1.2 %/%), not linear" and bias.value == "0.25 dB for 10m"
    distance = rows_of(run, "distance")[0]
    assert distance.value == "6.191 sigma (99 %: 6.175 … –), not normal: a normal fit says 10.680"
    assert [each.device for each in rows_of(run, "worst point")] == ["xo.xm2", ""]
    assert rows_of(run, "yield")[0].value == "92 % (95 %: 87 … 95 %), 184 of 200"
    assert run_causes(run).remarks == ()
    page, sheet = html_report(run), datasheet(run)
    assert "<h2>Causes" in page and "xo.xm&lt;4&gt; vth" in page and "xo.xm<4>" not in page
    assert "## Causes" in sheet and "xo.xm&lt;4> vth" in sheet


@pytest.mark.parametrize(
    ("other", "remark"),
    [
        ({"inputs": {"tb.j2": "changed", "x": "y"}}, "is about other inputs than this run: tb.j2 differ"),
        ({"inputs": {"elsewhere": "one"}}, "not known whether it is about the circuit of this run"),
        ({"environment": "lab"}, "was made in the environment lab"),
    ],
)
def test_an_analysis_of_another_circuit_says_so(
    run: OpenRun, stored: Written, other: dict[str, Any], remark: str
) -> None:
    stored("wcd", **other)
    assert remark in " ".join(run_causes(run).remarks)
    assert remark in html_report(run) and remark in datasheet(run)


def test_analyses_of_other_testbenches_are_left_out(run: OpenRun, stored: Written) -> None:
    stored("wcd", testbench="another")
    assert not run_causes(run).analysed


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "else"}', "[" * 100_000])
def test_a_damaged_file_is_named(run: OpenRun, stored: Written, text: str) -> None:
    stored("wcd")
    path: Path = run.layout.root / "simulations" / "analyses" / "broken.wcd.json"
    path.write_text(text)
    found, lost = stored_analyses(run.layout.root)
    assert len(found) == 1 and "broken.wcd.json: not a stored analysis" in lost[0]
    assert "broken.wcd.json" in html_report(run)


def test_rows_of_another_form_are_named(run: OpenRun, stored: Written) -> None:
    stored("wcd", found={"limits": [{"measurement": "gain"}]})
    assert "offset.wcd.json: not a stored analysis" in " ".join(run_causes(run).remarks)
