"""Comparison of runs, baselines, export, archives."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simorc.errors import RunError, ToolMissing, UsageError
from simorc.maintenance.archive import archive_run, restore_run
from simorc.results.baseline import baseline_path, check_baseline, read_baseline, write_baseline
from simorc.results.compare import Tolerance, changed_inputs, changed_specs, compare_frames
from simorc.results.export import to_xarray, write_csv, write_json, write_parquet
from simorc.results.frame import load_frame
from simorc.results.open_run import OpenRun, open_run
from simorc.rundir.layout import RunLayout

MakeRun = Callable[..., RunLayout]
ROWS = [
    ("completed", {"vdda": v, "corner": c}, {"gain": 40 + v, "bw": 1e6 * v})
    for v in (3.0, 3.3)
    for c in ("ss", "tt")
]


def test_an_unchanged_run_is_the_same(make_run: MakeRun) -> None:
    frame = load_frame(make_run(ROWS))
    found = compare_frames(frame, frame)
    assert found.same
    assert found.matched == 4


def test_cases_match_by_parameters_not_by_number(make_run: MakeRun) -> None:
    old = load_frame(make_run(ROWS, name="a_20260101000000"))
    changed: list[Any] = [*reversed(ROWS[1:]), ("failed", {"vdda": 9.0, "corner": "ss"}, {})]
    changed[0] = ("completed", changed[0][1], {"gain": 44.0})
    new = load_frame(make_run(changed, name="b_20260101000000"))
    found = compare_frames(old, new)
    assert found.matched == 3
    assert found.only_old == [{"vdda": 3.0, "corner": "ss"}]
    assert found.only_new == [{"vdda": 9.0, "corner": "ss"}]
    moved = {each.measurement: each for each in found.moved}
    assert (moved["gain"].old_case, moved["gain"].new_case) == (4, 1)
    assert moved["gain"].difference == pytest.approx(0.7)
    assert moved["bw"].new is None
    fewer = load_frame(make_run([(s, p, {"gain": m["gain"]}) for s, p, m in ROWS], name="c_20260101000000"))
    assert compare_frames(old, fewer).gone == ("bw",)
    assert not compare_frames(old, fewer).same
    assert compare_frames(fewer, old).same
    assert found.largest["gain"].percent == pytest.approx(100 * 0.7 / 43.3)


def test_tolerances_decide_what_moved(make_run: MakeRun) -> None:
    old = load_frame(make_run(ROWS, name="a_20260101000000"))
    near = [(s, p, {"gain": m["gain"] * 1.001, "bw": m["bw"]}) for s, p, m in ROWS]
    new = load_frame(make_run(near, name="b_20260101000000"))
    assert len(compare_frames(old, new).moved) == 4
    assert compare_frames(old, new, tolerance=Tolerance(relative=0.01)).same
    assert compare_frames(old, new, tolerances={"gain": Tolerance(0, absolute=0.1)}).same


def test_specs_and_inputs_that_changed(make_run: MakeRun) -> None:
    specs = {"gain": {"min": 43.2}}
    a = OpenRun(make_run(ROWS, name="a_20260101000000", specs=specs, tools={"ngspice": "39"}))
    rows = [(s, p, {"gain": 50.0}) for s, p, _ in ROWS]
    b = OpenRun(make_run(rows, name="b_20260101000000", specs=specs, tools={"ngspice": "42"}))
    assert changed_specs(a.spec_results, b.spec_results) == [("gain", "fail", "pass")]
    assert changed_inputs(a.manifest, b.manifest) == [("tools.ngspice", "39", "42")]


def test_baseline_keeps_every_digit_and_finds_a_move(make_run: MakeRun, tmp_path: Path) -> None:
    rows = [
        ("completed", {"vdda": 0.1 + 0.2}, {"gain": 1 / 3, "tiny": 1e-300}),
        ("failed", {"vdda": 1.0}, {}),
    ]
    run = OpenRun(make_run(rows, specs={"gain": {"min": 0}}))
    path = baseline_path(tmp_path, "pvt")
    assert write_baseline(run, path, {"gain": Tolerance(relative=1e-3)}) == 2
    frame, tolerances, specs = read_baseline(path)
    assert frame.values("gain")[0] == 1 / 3
    assert frame.values("tiny")[0] == 1e-300
    assert frame.parameters["vdda"][0] == 0.1 + 0.2
    assert tolerances == {"gain": Tolerance(relative=1e-3)}
    assert specs == {"gain": "missing"}
    assert check_baseline(run, path).same
    moved: list[Any] = [("completed", rows[0][1], {"gain": 0.34, "tiny": 1e-300}), rows[1]]
    found = check_baseline(
        OpenRun(make_run(moved, name="b_20260101000000", specs={"gain": {"min": 0}})), path
    )
    assert [each.measurement for each in found.moved] == ["gain"]


def test_a_run_with_pending_cases_is_no_baseline(make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pending cases"):
        write_baseline(OpenRun(make_run([("pending", {"v": 1}, {})])), tmp_path / "b.json")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}', '{"format": 1, "cases": [[1]]}'])
def test_a_broken_baseline_is_an_error_of_the_user(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(UsageError):
        read_baseline(path)


def test_csv_and_json_are_lossless(make_run: MakeRun) -> None:
    rows = [("completed", {"v": 0.1, "c": "a,b"}, {"gain": 1 / 3}), ("failed", {"v": 0.2, "c": "µ"}, {})]
    frame = load_frame(make_run(rows, units={"gain": "dB"}))
    wide = io.StringIO()
    write_csv(frame, wide)
    read = list(csv.DictReader(io.StringIO(wide.getvalue())))
    assert float(read[0]["gain"]) == 1 / 3
    assert (read[1]["gain"], read[1]["c"], read[1]["error_message"]) == ("", "µ", "no_convergence")
    long = io.StringIO()
    write_csv(frame, long, long=True)
    assert next(csv.DictReader(io.StringIO(long.getvalue()))) == {
        "case_id": "1",
        "status": "completed",
        "v": "0.1",
        "c": "a,b",
        "measurement": "gain",
        "value": str(1 / 3),
        "unit": "dB",
    }
    out = io.StringIO()
    write_json(frame, out)
    assert json.loads(out.getvalue())[1]["gain"] is None


def test_optional_formats_say_what_they_need(make_run: MakeRun, tmp_path: Path) -> None:
    frame = load_frame(make_run(ROWS))
    try:
        write_parquet(frame, tmp_path / "x.parquet")
    except ToolMissing as error:
        assert "pyarrow" in str(error.remedy)
    try:
        assert to_xarray(frame)["gain"].shape == (4,)
    except ToolMissing as error:
        assert "xarray" in str(error.remedy)


@pytest.mark.parametrize(("waves", "kept"), [("all", {1, 2}), ("failed", {2}), ("none", set())])
def test_archive_and_restore(make_run: MakeRun, tmp_path: Path, waves: str, kept: set[int]) -> None:
    layout = make_run([("completed", {"v": 1}, {"g": 1.5}), ("failed", {"v": 2}, {})])
    for case in (1, 2):
        layout.case_dir(case).mkdir()
        layout.raw(case).write_bytes(b"raw" * 100)
        layout.log(case).write_text("log")
    done = archive_run(layout, tmp_path / "run.tar.gz", waves=waves)
    assert done.path.stat().st_size == done.bytes_after
    restored = restore_run(done.path, tmp_path / "elsewhere")
    assert {case for case in (1, 2) if restored.raw(case).exists()} == kept
    assert restored.log(1).read_text() == "log"
    assert open_run(restored.path).frame.values("g")[0] == 1.5
    with pytest.raises(UsageError, match="already"):
        restore_run(done.path, tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="already"):
        archive_run(layout, done.path)


def test_archives_that_are_none(tmp_path: Path) -> None:
    torn = tmp_path / "torn.tar.gz"
    torn.write_bytes(b"\x1f\x8b\x08\x00junk")
    with pytest.raises(RunError):
        restore_run(torn, tmp_path / "x")
    escaping = tmp_path / "escaping.tar.gz"
    with tarfile.open(escaping, "w:gz") as archive:
        entry = tarfile.TarInfo("run/../../outside")
        archive.addfile(entry, io.BytesIO())
    with pytest.raises(RunError):
        restore_run(escaping, tmp_path / "x")
    assert not (tmp_path / "outside").exists()


def test_an_empty_run_compares_and_exports(make_run: MakeRun) -> None:
    frame = load_frame(make_run([]))
    assert compare_frames(frame, frame).same
    out = io.StringIO()
    write_csv(frame, out)
    assert out.getvalue() == "case_id,status,kind,error_message\n"
    assert np.array_equal(frame.ids, [])
