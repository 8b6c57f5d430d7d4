"""The commands of analyses, on a divider whose spread is known."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.analysis.failure_probability.normal import tail
from simorc.analysis.stored_analyses import stored_analyses
from simorc.config.project import Project
from simorc.errors import ConfigError
from tests.analysis.projects import divider_project, vout
from tests.cli.conftest import Said

Called = Callable[..., Said]

ANALYSIS = """testbench: tb
corners: {typical: {}, high: {vdda: 2.02}}
mismatch: {specs: [vout]}
worst_case_distance: {specs: [vout], target: 2, at: worst_corner}
monte_carlo: {samples: 60, seed: 3}
"""


@pytest.fixture
def called(simorc: Callable[..., Said], analysed: Path) -> Called:
    """Run a command on the project of `analysed`."""
    return lambda *words: simorc(words[0], "--project", analysed, "--jobs", "1", *words[1:])


@pytest.fixture
def analysed(tmp_path: Path) -> Path:
    divider_project(tmp_path)
    (tmp_path / "analyses").mkdir()
    (tmp_path / "analyses" / "out.yaml").write_text(ANALYSIS)
    setup = "testbenches: {tb: tb}\nsweeps: {s: s.yaml}\nanalyses: {out: analyses/out.yaml}\n"
    (tmp_path / "sim_setup.yaml").write_text(setup)
    return tmp_path


@pytest.mark.ngspice
def test_mismatch_names_the_share_of_each_device(called: Called, analysed: Path) -> None:
    """The slopes of the divider are 1 V * 0.5 * s: the variances are as 1 to 4."""
    found = json.loads(called("mismatch", "out", "--corner", "typical", "--json").out)
    assert [each["condition"] for each in found] == ["typical"]
    only = found[0]
    assert only["devices"] == pytest.approx({"xl.xb": 0.8, "xa": 0.2, "xc": 0.0}, abs=0.001)
    assert only["sigma"] == pytest.approx(math.hypot(0.005, 0.01), rel=0.001)
    assert only["r_squared"] > 0.999 and only["simulations"] == 7
    (kept,), lost = stored_analyses(analysed)
    assert (kept.name, kept.kind, kept.testbench, lost) == ("out", "mismatch", "tb", [])
    assert kept.found["contributions"] == found and "tb/config.yaml" in kept.inputs
    counted = called("mismatch", "out", "--corner", "typical", "--progress").err.splitlines()
    assert counted[-7:] == [f"{count} simulations" for count in range(1, 8)]
    text = called("mismatch", "out", "--corner", "high", "--samples", "60").out
    assert "60 simulations" in text and "xl.xb dr" in text and "█" in text


def test_analyses_shows_costs_and_what_is_stored(simorc: Callable[..., Said], analysed: Path) -> None:
    kept = {
        "analysis": "out", "kind": "mismatch", "testbench": "tb", "environment": None, "inputs": {},
        "created_utc": "2026-11-21T11:00:00", "found": {},
    }  # fmt: skip
    path = analysed / "simulations" / "analyses" / "out.mismatch.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(kept))
    rows = json.loads(simorc("analyses", "--project", analysed, "--json").out)
    assert [row["kind"] for row in rows] == ["mismatch", "sensitivity", "wcd", "yield"]
    assert (rows[0]["least"], rows[0]["most"], rows[0]["stored_utc"]) == (14, 14, "2026-11-21T11:00:00")
    text = simorc("analyses", "--project", analysed, "out", "tb").out
    assert "3 random variables at 2 conditions" in text and "2026-11-21 11:00 UTC" in text
    assert "not possible" in text
    refused = simorc("analyses", "--project", analysed, "ot")
    assert refused.code == 2 and "did you mean 'out'" in refused.err


@pytest.mark.ngspice
def test_wcd_names_the_distance_of_each_limit_in_the_worst_corner(called: Called, analysed: Path) -> None:
    result = called("wcd", "out", "--json", "--verify", "400")
    assert result.code == 0, result.err
    body = json.loads(result.out)
    low, high = body["limits"]
    assert (low["condition"], low["limit"]) == ("typical", "vout > 0.97")
    assert (high["condition"], high["limit"]) == ("high", "vout < 1.04")
    assert low["distance"] == pytest.approx(2.637, abs=0.01) and low["normal"] is True
    point = {name.split()[0].rpartition(".")[2]: value for name, value in low["point"].items()}
    assert vout(2.0, point["xa"], point["xb"]) == pytest.approx(0.97, abs=1e-4)
    assert low["estimate"]["low"] < tail(low["distance"]) < low["estimate"]["high"]
    strict = called("wcd", "out", "--target", "2.9", "--save", "near")
    saved = Project.load(analysed).statistical_corners["near"].definition
    assert saved.testbench == "tb" and len(saved.variables) == 2
    assert saved.description.startswith("worst-case point of vout > 0.97 at typical, 2.6")
    assert strict.code == 3 and "vout > 0.97" in strict.out
    assert "vout > 0.97 at typical: nearer than the target of 2.9 sigma" in strict.err


@pytest.mark.ngspice
def test_yield_has_samples_beside_distances(called: Called) -> None:
    body = json.loads(called("yield", "out", "--json").out)
    rows = {(row["condition"], row["measurement"]): row for row in body["rows"]}
    assert set(rows) == {
        *(("typical", "vout"), ("high", "vout"), ("typical", "total"), ("high", "total"), ("total", "total")),
    }
    total = rows["total", "total"]
    assert total["samples"] == 60 and total["passed"] <= rows["typical", "vout"]["passed"]
    assert total["yield_low"] < 1 - total["violation_probability"] < total["yield_high"]
    text = called("yield", "out", "--samples", "50").out
    assert "/50" in text and "worst-case point" in text


@pytest.mark.ngspice
def test_a_sweep_can_be_analysed_too(called: Called) -> None:
    found = json.loads(called("mismatch", "s", "--json", "--spec", "squared").out)
    assert [each["condition"] for each in found] == ["vdda=2", "vdda=3"]
    # (v - 1)² has no linear part at vdda = 2: the quadratic terms are what there is.
    assert found[0]["r_squared"] < 0.1 and found[0]["quadratic_terms"]
    assert found[1]["r_squared"] > 0.99 and not found[1]["quadratic_terms"]


RC = """low-pass
V1 in 0 ac 1
R1 in out {{ parameters.r }}
C1 out 0 {{ parameters.c }} m={{ parameters.m }}
.ac dec 50 10 10meg
.meas ac bandwidth when vdb(out)=-3.0103
.end
"""
RC_CONFIG = """template: rc.spice.j2
parameters: {r: 1k, c: 1n, m: 2, kind: plain}
measurements: {bandwidth: {meas: bandwidth, unit: Hz}}
"""


@pytest.fixture
def low_pass(simorc: Callable[..., Said], tmp_path: Path) -> Called:
    """Run `simorc sensitivity` on a project of one RC low-pass."""
    (tmp_path / "rc").mkdir()
    (tmp_path / "rc" / "rc.spice.j2").write_text(RC)
    (tmp_path / "rc" / "config.yaml").write_text(RC_CONFIG)
    (tmp_path / "pvt.yaml").write_text("testbench: rc\ncorners: {typical: {}, slow: {r: 2k}}\n")
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {rc: rc}\nsweeps: {pvt: pvt.yaml}\n")
    return lambda *words: simorc("sensitivity", "--project", tmp_path, "--jobs", "1", *words)


@pytest.mark.ngspice
def test_sensitivity_names_what_each_parameter_does(low_pass: Called) -> None:
    """The bandwidth is 1 / (2 pi r c m): minus 1 % per %; m is stepped from 2 to 1 and 3."""
    (found,) = json.loads(low_pass("pvt", "--corner", "slow", "--json").out)
    assert found["condition"] == "slow" and found["simulations"] == 7 and not found["gaps"]
    assert found["nominal"] == pytest.approx(1 / (2 * math.pi * 2e3 * 2e-9), rel=1e-3)
    normalised = {each["parameter"]: each["percent_per_percent"] for each in found["parameters"]}
    assert normalised == pytest.approx({"r": -1, "c": -1, "m": -4 / 3}, rel=0.01)
    text = low_pass("rc", "--parameter", "m")
    assert text.code == 0 and "bandwidth at nominal: 79.58 kHz; 3 simulations" in text.out
    assert "note: m is a whole number: stepped by 1" in text.out and "█│" in text.out


@pytest.mark.ngspice
def test_a_failed_simulation_is_a_missing_sensitivity(low_pass: Called) -> None:
    result = low_pass("rc", "--parameter", "c", "--step", "c=0.999n", "--parameter", "r", "--json")
    (found,) = json.loads(result.out)
    assert result.code == 1 and [each["parameter"] for each in found["parameters"]] == ["r"]
    assert found["gaps"][0]["parameter"] == "c" and "at c=1e-12: " in found["gaps"][0]["reason"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rd",), "no sweep or testbench 'rd'"),
        (("rc", "--measurement", "bandwith"), "no measurement 'bandwith' (did you mean 'bandwidth'?)"),
        (("rc", "--parameter", "rr"), "testbench 'rc' has no parameter 'rr'"),
        (("rc", "--parameter", "kind"), "kind is 'plain', not a number"),
        (("rc", "--step", "r"), "--step r: "),
        (("rc", "--step", "r=0"), "a step must be greater than zero"),
        (("rc", "--corner", "slow"), "unknown corner slow"),
    ],
)
def test_what_has_no_sensitivity_is_a_usage_error(
    low_pass: Called, words: tuple[str, ...], message: str
) -> None:
    result = low_pass(*words)
    assert result.code == 2 and message in result.err, result.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("mismatch", "outt"), "no analysis or sweep 'outt' (did you mean 'out'?)"),
        (("mismatch", "out", "--spec", "vot"), "testbench 'tb' has no measurement 'vot'"),
        (("wcd", "out", "--spec", "squared"), "no spec 'squared'"),
        (("wcd", "out", "--corner", "cold"), "unknown corner cold"),
    ],
)
def test_unknown_names_are_usage_errors(called: Called, words: tuple[str, ...], message: str) -> None:
    result = called(*words)
    assert result.code == 2 and message in result.err


def test_a_deck_without_random_variables_is_an_error(called: Called, analysed: Path) -> None:
    (analysed / "tb" / "kit.lib").write_text(
        ".lib mm\n.subckt rpoly a b r=1k s=0\nR1 a b {r}\n.ends\n.endl\n"
    )
    result = called("mismatch", "out")
    assert result.code == 2
    assert "testbench 'tb' has no random variables at typical" in result.err
    assert "choose the section of the kit" in result.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("testbench: tc", "out.yaml:1:12: testbench: no testbench 'tc'"),
        ("testbench: tb\nparameters: {vdaa: [1]}", "out.yaml:2:20: parameters.vdaa: "),
        (
            "testbench: tb\nmismatch: {specs: [vuot]}",
            "out.yaml:2:20: mismatch.specs[0]: no measurement 'vuot'",
        ),
        ("testbench: tb\nworst_case_distance: {specs: [squared]}", "no spec 'squared'"),
        ("testbench: tb\nmismatch: {method: regression}", "regression needs the samples of monte_carlo"),
        ("testbench: tb\nmismatch: {methd: x}", "methd"),
        ("testbench: tb\nmonte_carlo: {samples: 3}", "out.yaml:2:24: monte_carlo.samples: "),
    ],
)
def test_mistakes_in_an_analysis_file_have_their_place(analysed: Path, text: str, message: str) -> None:
    (analysed / "analyses" / "out.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        Project.load(analysed)
    assert message in "\n".join(map(str, caught.value.problems))
