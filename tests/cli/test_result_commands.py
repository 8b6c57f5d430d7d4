"""The commands over results: measure, report, compare, baseline, archive."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simorc.cli.commands.results import archive, baseline, compare, measure, report
from simorc.errors import SimorcError, UsageError
from simorc.rundir.layout import RunLayout

MakeRun = Callable[..., RunLayout]
ROWS: list[Any] = [("completed", {"temp": t}, {"gain": 40.0 + t}) for t in (1, 2)]


def call(module: Any, *arguments: object) -> Result:
    result = CliRunner().invoke(module.command, [str(each) for each in arguments])
    if isinstance(result.exception, SimorcError):
        raise result.exception
    return result


def test_report_writes_three_files(make_run: MakeRun) -> None:
    layout = make_run(ROWS, specs={"gain": {"min": 41.5}})
    assert call(report, layout.path).exit_code == 0
    assert {path.name for path in layout.reports.iterdir()} == {"report.html", "datasheet.md", "junit.xml"}
    assert call(report, layout.path, "--check").exit_code == 3


def test_report_to_a_file(make_run: MakeRun, tmp_path: Path) -> None:
    layout = make_run(ROWS)
    call(report, layout.path, "--format", "md", "--out", tmp_path / "sheet.md")
    assert (tmp_path / "sheet.md").read_text().startswith("# pvt (dc)")
    assert not layout.reports.exists()


def test_compare_tells_what_moved(make_run: MakeRun) -> None:
    old = make_run(ROWS, name="a_20260101000000")
    new = make_run([ROWS[0], ("completed", {"temp": 2}, {"gain": 44.0})], name="b_20260101000000")
    same = call(compare, old.path, old.path)
    assert (same.exit_code, same.output) == (0, "2 matching cases, 0 values changed\n")
    differs = call(compare, old.path, new.path)
    assert differs.exit_code == 1
    assert "gain" in differs.output and "+4.76 %" in differs.output and "temp=2" in differs.output
    reported = json.loads(call(compare, old.path, new.path, "--json").output)
    assert (reported["same"], reported["moved"][0]["new"]) == (False, 44.0)
    assert call(compare, old.path, new.path, "--rel", "0.1").exit_code == 0


def test_baseline_set_and_check(make_run: MakeRun) -> None:
    old = make_run(ROWS, name="a_20260101000000", specs={"gain": {"max": 43}})
    assert call(baseline, "set", old.path, "--tolerance", "gain=1%").exit_code == 0
    assert (old.root / "baselines" / "pvt.json").exists()
    near = make_run(
        [ROWS[0], ("completed", {"temp": 2}, {"gain": 42.1})], name="b_1", specs={"gain": {"max": 43}}
    )
    assert call(baseline, "check", near.path).exit_code == 0
    worse = make_run(
        [ROWS[0], ("completed", {"temp": 2}, {"gain": 44.0})], name="c_1", specs={"gain": {"max": 43}}
    )
    assert call(baseline, "check", worse.path).exit_code == 3
    with pytest.raises(UsageError, match="NAME=VALUE"):
        call(baseline, "set", old.path, "--tolerance", "gain")
    with pytest.raises(UsageError, match="no measurement gian"):
        call(baseline, "set", old.path, "--tolerance", "gian=1%")


def test_archive_and_restore(make_run: MakeRun, tmp_path: Path) -> None:
    layout = make_run(ROWS)
    packed = tmp_path / "run.tar.gz"
    assert call(archive, layout.path, "--out", packed).exit_code == 0
    other = tmp_path / "other"
    other.mkdir()
    (other / "sim_setup.yaml").write_text("")
    restored = call(archive, packed, "--restore", "--project", other)
    assert restored.output == f"{layout.name}\n"
    assert (other / "simulations" / layout.name / "run.sqlite").exists()


PROJECT = {
    "sim_setup.yaml": "dut: {netlist: dut.spice}\ntestbenches: {dc: dc}\nsweeps: {pvt: pvt.yaml}\n",
    "dut.spice": "* dut\n",
    "dc/tb.spice.j2": "* {{ parameters.temp }}\n",
    "dc/config.yaml": (
        "parameters: {temp: 27}\n"
        "measurements:\n  gain: {meas: gain}\n  twice: {expr: 2*gain, unit: dB}\n"
        "specs:\n  twice: {min: 83}\n"
    ),
    "pvt.yaml": "testbench: dc\nparameters: {temp: [1, 2]}\n",
}


def test_measure_takes_what_the_project_declares_now(make_run: MakeRun) -> None:
    layout = make_run(ROWS, measurements={"gain": {"meas": "gain"}})
    for name, text in PROJECT.items():
        (layout.root / name).parent.mkdir(exist_ok=True)
        (layout.root / name).write_text(text)
    done = call(measure, layout.path, "--project", layout.root, "--jobs", 1)
    assert done.exit_code == 0
    assert "twice; 2 cases, 0 values missing" in done.output
    checked = call(report, layout.path, "--format", "md", "--check")
    assert checked.exit_code == 3
    assert "82 dB" in (layout.reports / "datasheet.md").read_text()
