"""Results in Python and as files for other programs."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import simorc
from simorc.errors import RunNotFound, ToolMissing, UsageError
from simorc.results.export import write_netcdf, write_parquet
from simorc.results.frame import load_frame
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan
from tests.waiting import PATIENCE

MakeRun = Callable[..., RunLayout]
ROWS: list[Any] = [
    ("completed", {"temp": 27.0, "corner": "tt"}, {"gain": 0.1 + 0.2}),
    ("failed", {"temp": 125.0, "corner": "ss"}, {}),
]


def plan(**columns: list[Any]) -> dict[str, Any]:
    """The plan of a manifest in which these parameters go in step."""
    return Plan.expand(
        {"zip": [columns]}, defaults={name: values[0] for name, values in columns.items()}
    ).to_json()


def test_open_run(make_run: MakeRun) -> None:
    layout = make_run(ROWS)
    run = simorc.open_run(layout.path)
    assert isinstance(run, simorc.OpenRun)
    assert run.frame.values("gain")[0] == 0.1 + 0.2
    assert run.layout.path == layout.path
    with pytest.raises(AttributeError, match="openrun"):
        _ = simorc.openrun  # type: ignore[attr-defined]


def test_open_run_by_name_inside_a_project(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = make_run(ROWS, name="pvt_20260101000000")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunNotFound, match="not a run directory") as told:
        simorc.open_run("pvt")
    assert "inside a project" in told.value.remedy
    (layout.root / "sim_setup.yaml").touch()
    monkeypatch.chdir(layout.root)
    assert simorc.open_run("pvt").name == simorc.open_run("last").name == layout.name
    with pytest.raises(RunNotFound, match="nothing"):
        simorc.open_run("nothing")


def test_importing_simorc_imports_nothing_heavy() -> None:
    code = "import sys, simorc; print('numpy' in sys.modules, 'simorc.results' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def call(*arguments: object, code: int = 0) -> str:
    from click.testing import CliRunner

    from simorc.cli.commands.results import results

    done = CliRunner().invoke(results.command, [str(each) for each in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_long_form_to_stdout_and_to_a_file(make_run: MakeRun, tmp_path: Path) -> None:
    layout = make_run(ROWS, units={"gain": "dB"})
    rows = list(csv.DictReader(io.StringIO(call(layout.path, "--format", "long"))))
    assert [row["measurement"] for row in rows] == ["gain", "gain"]
    assert float(rows[0]["value"]) == 0.1 + 0.2 and rows[1]["value"] == "" and rows[0]["unit"] == "dB"
    target = tmp_path / "some" / "long.csv"
    filtered = ("--filter", "corner=ss", "--out", target)
    assert call(layout.path, "--format", "long", *filtered) == f"{target}\n"
    assert len(target.read_text().splitlines()) == 2


def test_forms_that_need_a_file_say_so(make_run: MakeRun) -> None:
    layout = make_run(ROWS)
    with pytest.raises(UsageError, match="needs --out"):
        call(layout.path, "--format", "parquet")
    with pytest.raises(UsageError, match="--out needs --format"):
        call(layout.path, "--format", "csv", "--out", "x.csv")


def test_more_columns_on_request(make_run: MakeRun) -> None:
    layout = make_run(ROWS, plan=plan(temp=[27.0, 125.0], corner=["tt", "ss"]))
    header, first, *_ = call(layout.path, "--with", "warm,rung,attempts").splitlines()
    assert header.split()[-4:] == ["warm", "rung", "attempts", "message"]
    assert first.split()[-2:] == ["warm", "1"]
    table = csv.DictReader(io.StringIO(call(layout.path, "--format", "csv", "--with", "warm,attempts")))
    assert [(row["warm"], row["attempts"]) for row in table] == [("1", "1"), ("1", "1")]
    with pytest.raises(UsageError, match="'wram'"):
        call(layout.path, "--with", "wram")


def test_parquet_reads_back(make_run: MakeRun, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.parquet

    mixed: list[Any] = [*ROWS, ("completed", {"temp": "hot", "corner": "ff"}, {"gain": 2.0})]
    write_parquet(load_frame(make_run(mixed)), tmp_path / "r.parquet")
    read = pyarrow.parquet.read_table(tmp_path / "r.parquet").to_pydict()
    assert read["gain"] == [0.1 + 0.2, None, 2.0] and read["temp"] == ["27.0", "125.0", "hot"]


def test_xarray_reads_back(make_run: MakeRun, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    write_netcdf(load_frame(make_run(ROWS, units={"gain": "dB"})), tmp_path / "r.nc")
    with xarray.open_dataset(tmp_path / "r.nc") as read:
        assert float(read["gain"][0]) == 0.1 + 0.2 and read["gain"].attrs["units"] == "dB"
        assert read["corner"].values.tolist() == ["tt", "ss"]


def test_without_the_packages_the_remedy_is_told(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("pyarrow", "xarray"):
        monkeypatch.setitem(sys.modules, package, None)
    frame = load_frame(make_run(ROWS))
    with pytest.raises(ToolMissing, match="pyarrow"):
        write_parquet(frame, tmp_path / "r.parquet")
    with pytest.raises(ToolMissing, match="xarray"):
        write_netcdf(frame, tmp_path / "r.nc")


def test_specs_across_cases_stand_in_the_table(make_run: MakeRun) -> None:
    layout = make_run(
        [("completed", {"temp": t}, {"gain": g}) for t, g in ((1.0, 40.0), (2.0, 44.0))],
        plan=plan(temp=[1.0, 2.0]),
        measurements={
            "gain": {"meas": "gain", "unit": "dB"},
            "swing": {"across": {"of": "gain", "reduce": "spread", "over": "temp"}, "unit": "dB"},
        },
        specs={"swing": {"max": 3}},
    )
    line = next(line for line in call(layout.path).splitlines() if line.startswith("swing"))
    assert "┤" in line and "  3 dB " in line and "fail (1 of 1)" in line
