"""What of a sweep is refused or warned of before a run, with file, line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError, UsageError
from simorc.launch.build import build_run
from simorc.launch.case_plan import plan_of
from simorc.launch.sweep_checks import sweep_problems, sweep_warnings
from simorc.launch.sweep_checks import testbench_warnings as bench_warnings
from tests.cli.conftest import Said

CONFIG = "parameters: {r: 1k, c: 1p, m: nch, corner: tt}\nmeasurements: {y: {meas: y}}\n"


def made(root: Path, sweep: str, config: str = CONFIG) -> Project:
    bench = root / "tb"
    bench.mkdir()
    (bench / "config.yaml").write_text(config)
    (bench / "tb.spice").write_text("* t\nv1 a 0 1\n.op\n.meas op y find v(a)\n.end\n")
    if sweep.startswith("corners:"):
        config = config.replace(", corner: tt", "")
        (bench / "config.yaml").write_text(config)
    (root / "s.yaml").write_text(f"testbench: tb\n{sweep}\n")
    (root / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    return Project.load(root)


def problems(found: Project) -> list[str]:
    sweep = found.sweep("s")
    return [
        f"{each.line}:{each.column}: {each.key}: {each.message}"
        for each in sweep_problems(found, sweep.definition, sweep.path)
    ]


def warnings(found: Project) -> list[str]:
    sweep = found.sweep("s")
    plan = plan_of(found, sweep.definition, source=sweep.path)
    return [
        f"{each.line}:{each.column}: {each.message}"
        for each in sweep_warnings(sweep.definition, plan, sweep.path)
    ]


@pytest.mark.parametrize(
    ("sweep", "problem"),
    [
        ("parameters: {r: [10k, 10000]}", "2:23: parameters.r[1]: r=10000 is listed twice, first as 10k"),
        ("parameters: {r: [1.0, 2, 1]}", "2:26: parameters.r[2]: r=1 is listed twice, first as 1.0"),
        ('parameters: {r: ["1k", 1kOhm]}', "2:24: parameters.r[1]: r=1kOhm is listed twice, first as 1k"),
        ("parameters: {m: [a, b, a]}", "2:24: parameters.m[2]: m=a is listed twice"),
        ("parameters:\n  r:\n  - 0\n  - -0", "5:5: parameters.r[1]: r=-0 is listed twice, first as 0"),
        ("zip: {r: [1, 2, 1], c: [1p, 2p, 1p]}", "2:17: zip.r[2]: r=1, c=1p is listed twice"),
        ("zip: [{r: [1, 1k, 1000m], c: [3, 4, 3]}]", "2:19: zip[0].r[2]: r=1000m, c=3 is listed twice"),
        ("sensitivity: {r: [2k, 2000]}", "2:23: sensitivity.r[1]: r=2000 is listed twice, first as 2k"),
        (
            "parameters: {r: [1, 1k5]}",
            (
                "2:21: parameters.r[1]: '1k5' is not a number, and the values of r are "
                "numbers (did you mean 1.5k?)"
            ),
        ),
        (
            'parameters: {r: ["1,5"]}',
            (
                "2:18: parameters.r[0]: '1,5' is not a number, and the values of r are "
                "numbers (did you mean 1.5?)"
            ),
        ),
        (
            "corners: {hot: {r: 0x10}}",
            "2:20: corners.hot.r: '0x10' is not a number, and the values of r are numbers (did you mean 0?)",
        ),
        (
            "parameters: {r: [.inf]}",
            "2:18: parameters.r[0]: '.inf' is not a number, and the values of r are numbers",
        ),
        (
            "corners: {hot: {r: 2k}}\nspecs: {y: {min: 0, corners: {hto: {min: 1}}}}",
            "3:31: specs.y.corners.hto: no corner 'hto' in this sweep (did you mean 'hot'?); known: hot",
        ),
        (
            "parameters: {corner: [tt, ff]}\nspecs: {y: {min: 0, corners: {ss: {min: 1}}}}",
            "3:31: specs.y.corners.ss: no corner 'ss' in this sweep; known: ff, tt",
        ),
    ],
)
def test_refused_before_a_run(tmp_path: Path, simorc: Callable[..., Said], sweep: str, problem: str) -> None:
    found = made(tmp_path, sweep)
    assert problems(found) == [problem]
    with pytest.raises(ConfigError, match=r"s\.yaml"):
        build_run(found, "s")
    assert not (tmp_path / "simulations").exists()
    for command in (["validate"], ["build", "s"], ["run", "s"]):
        shown = simorc(*command, "--project", tmp_path)
        assert shown.code == 2
        assert f"s.yaml:{problem}" in shown.err


@pytest.mark.parametrize(
    "sweep",
    [
        "parameters: {r: [1k, 2*c, '{c*2}', 3k]}",
        "parameters: {m: [2n3904, 2n2222, 1v8]}",
        "zip: {r: [1, 1, 2], c: [1p, 2p, 2p]}",
        "corners: {a: {r: 1k}, b: {r: 1k}}",
        "parameters: {m: [A, a]}",
        'parameters: {r: ["1k", "2k"]}\nexclude: r > 1.5k',
        "parameters: {corner: [tt, ff]}\nexclude: \"corner == 'ff' and r < 2k\"",
        "corners: {hot: {r: 2k}, cold: {r: 3k}}\nexclude: \"corner in ['hot'] or corner != 'cold'\"",
    ],
)
def test_nothing_is_said_of_what_is_meant(tmp_path: Path, sweep: str) -> None:
    found = made(tmp_path, sweep)
    assert problems(found) == []
    assert warnings(found) == []


@pytest.mark.parametrize(
    ("sweep", "warning"),
    [
        ("parameters: {r: [1k, 2k]}\nexclude: r > 5k", "3:10: r > 5k: matches no case"),
        ("parameters: {r: [1k, 2k]}\ninclude: r < 5k", "3:10: r < 5k: keeps every case"),
        (
            "corners: {hot: {r: 2k}, cold: {r: 3k}}\nexclude: [\"corner == 'hto'\"]",
            "3:11: corner == 'hto': corner is never 'hto' (did you mean 'hot'?); it is cold, hot",
        ),
        (
            "parameters: {corner: [tt, ff]}\nexclude: [r < 5, \"corner in ['ss', 'ff']\"]",
            "3:18: corner in ['ss', 'ff']: corner is never 'ss'; it is ff, tt",
        ),
        (
            "parameters: {r: [1M, 2k]}",
            "2:18: r: ngspice reads 1M as 0.001; write 1meg (or 1m)",
        ),
        (
            "parameters: {r: {start: 1MHz, stop: 2, num: 3}}",
            "2:25: r: ngspice reads 1MHz as 0.001; write 1meg (or 1m)",
        ),
        ("corners: {hot: {c: 10F}}", "2:20: c: ngspice reads 10F as 1e-14; write 10f (or 10)"),
    ],
)
def test_warned_before_a_run(tmp_path: Path, simorc: Callable[..., Said], sweep: str, warning: str) -> None:
    found = made(tmp_path, sweep)
    assert warning in warnings(found)
    for command in (["validate"], ["build", "s"]):
        shown = simorc(*command, "--project", tmp_path)
        place, _, message = warning.partition(" ")
        assert f"s.yaml:{place} warning: {message}" in shown.out + shown.err
        assert shown.code == 0


def test_limits_of_a_testbench_for_a_corner_that_no_sweep_has(tmp_path: Path) -> None:
    config = f"{CONFIG}specs: {{y: {{min: 0, corners: {{hot: {{min: 1}}, hto: {{min: 1}}}}}}}}\n"
    found = made(tmp_path, "corners: {hot: {r: 2k}}", config)
    assert [f"{each.line}:{each.column}: {each.message}" for each in bench_warnings(found)] == [
        "3:46: no sweep of testbench 'tb' has a corner 'hto' (did you mean 'hot'?)"
    ]


def test_a_grid_beyond_any_run_is_refused_without_counting_it_out(tmp_path: Path) -> None:
    axis = "{start: 1, stop: 100000, step: 1}"
    found = made(tmp_path, f"parameters: {{r: {axis}, c: {axis}, m: {axis}}}")
    with pytest.raises(UsageError, match="1,000,000,000,000,000 combinations"):
        build_run(found, "s")


def test_a_condition_over_two_long_axes_is_refused_before_it_needs_memory(tmp_path: Path) -> None:
    axis = "{start: 1, stop: 30000, step: 1}"
    found = made(tmp_path, f"parameters: {{r: {axis}, c: {axis}}}\nexclude: r > c")
    with pytest.raises(UsageError, match="900,000,000 combinations are too many to filter"):
        build_run(found, "s")
