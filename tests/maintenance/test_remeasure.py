"""Measuring a run again from the waveforms it left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simorc.config.definitions import measurements_of_json, specs_of_json
from simorc.errors import RunBusy, UsageError
from simorc.maintenance.remeasure import changed_measurements, remeasure
from simorc.results.frame import load_frame
from simorc.results.open_run import OpenRun
from simorc.rundir.attempts.attempt_log import recorded_definitions
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import RunnerLock
from simorc.rundir.store.reader import RunReader
from tests.waiting import PATIENCE

MakeRun = Callable[..., RunLayout]
RAW = """Title: t
Plotname: Transient Analysis
Flags: real
No. Variables: 2
No. Points: 5
Variables:
\t0\ttime\ttime
\t1\tv(out)\tvoltage
Values:
"""
OLD: dict[str, dict[str, Any]] = {"top": {"expr": "max(v(out))"}, "gain": {"meas": "gain"}}


@pytest.fixture
def layout(make_run: MakeRun) -> RunLayout:
    rows = [("completed", {"k": float(k)}, {"top": 4.0 * k, "gain": 1 / 3}) for k in (1, 2, 3)]
    made = make_run([*rows, ("failed", {"k": 4.0}, {})], measurements=OLD)
    for case in (1, 2, 3):
        made.case_dir(case).mkdir()
        points = "".join(f"{i}\t{i * 1e-6}\n\t{case * i}\n\n" for i in range(5))
        made.raw(case).write_text(RAW + points)
        made.log(case).write_text("gain                =  3.333333e-01\n")
    return made


def again(layout: RunLayout, definitions: dict[str, dict[str, Any]], **options: Any) -> Any:
    return remeasure(layout, measurements_of_json(definitions), {}, project_root=layout.root, **options)


def test_only_what_changed_is_computed(layout: RunLayout) -> None:
    for case in (1, 2, 3):
        layout.raw(case).write_text("nothing to read any more")
    done = again(layout, {**OLD, "thrice": {"expr": "3*gain"}})
    assert done.measurements == ("thrice",)
    frame = load_frame(layout)
    assert frame.values("thrice")[:3].tolist() == [3 * (1 / 3)] * 3
    assert frame.values("top")[:3].tolist() == [4, 8, 12]


def changed(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    return changed_measurements(measurements_of_json(old), measurements_of_json(new))


def test_what_changed() -> None:
    new = {
        "top": {"expr": "max(v(out))", "unit": "V"},
        "gain": {"meas": "Gain2"},
        "b": {"expr": "2*gain"},
        "c": {"expr": "b"},
    }
    assert changed(OLD, new) == ("gain", "b", "c")
    assert changed(OLD, OLD) == ()
    words = {"e": {"measure": "crossing", "args": {"signal": "v(out)", "level": "gain", "edge": "rise"}}}
    assert changed({**OLD, **words}, {"gain": {"expr": "1"}, **OLD, **words}) == ()


@pytest.mark.parametrize(
    ("definitions", "specs", "printed"),
    [
        (OLD, {}, ()),
        ({"top": OLD["top"]}, {}, ("no longer declared: gain",)),
        ({**OLD, "gain": {"meas": "gain", "unit": "dB"}}, {}, ("declared otherwise: gain",)),
        (
            {**OLD, "spread": {"across": {"of": "top", "reduce": "max", "over": ["k"]}}},
            {"top": {"max": 5}},
            ("declared otherwise: spread", "specs: top"),
        ),
        ({**OLD, "twice": {"expr": "2*gain"}}, {"gain": {"min": 0}}, ("twice", "specs: gain")),
    ],
)
def test_what_measuring_again_changed_is_said(
    layout: RunLayout, definitions: dict[str, dict[str, Any]], specs: dict[str, Any], printed: tuple[str, ...]
) -> None:
    done = remeasure(
        layout, measurements_of_json(definitions), specs_of_json(specs), project_root=layout.root
    )
    assert done.changed == printed
    with RunReader(layout) as view:
        reported = view.latest_events(1)[0]["message"]
    assert reported == f"measured again: {'; '.join(printed) or 'nothing changed'}"


@pytest.mark.parametrize("jobs", [1, 2])
def test_new_definitions_are_measured_and_kept(layout: RunLayout, jobs: int) -> None:
    new = {
        "top": {"expr": "k*max(v(out))", "unit": "V"},
        "half": {"measure": "crossing", "args": {"signal": "v(out)", "level": "k*2"}},
    }
    done = again(layout, new, jobs=jobs)
    assert (done.measurements, done.removed, done.cases, done.missing) == (("top", "half"), ("gain",), 3, 0)
    frame = OpenRun(layout).frame
    np.testing.assert_equal(frame.values("top"), [4, 16, 36, np.nan])
    np.testing.assert_allclose(frame.values("half")[:3], 2e-6)
    assert "gain" not in frame.measurements
    assert frame.units["top"] == "V"
    assert OpenRun(layout).manifest.measurements == measurements_of_json(new)


def test_a_missing_measurement_fails_its_case_and_a_found_one_completes_it(layout: RunLayout) -> None:
    done = again(layout, {"late": {"measure": "crossing", "args": {"signal": "v(out)", "level": 10}}})
    assert done.missing == 2
    assert "crossing" in done.reasons["late"]
    assert load_frame(layout).status.tolist() == ["failed", "failed", "completed", "failed"]
    with RunReader(layout) as view:
        assert view.counts() == {"pending": 0, "in_progress": 0, "completed": 1, "failed": 3}
    again(layout, {"late": {"measure": "crossing", "args": {"signal": "v(out)", "level": 1}}})
    assert load_frame(layout).status.tolist() == ["completed", "completed", "completed", "failed"]
    again(layout, {"late": {"expr": "cross(v(out), 99)", "optional": True}})
    assert load_frame(layout).status.tolist() == ["completed", "completed", "completed", "failed"]


def test_wrong_definitions_change_nothing(layout: RunLayout) -> None:
    with pytest.raises(UsageError, match=r"measurements\.x"):
        again(layout, {"x": {"measure": "no_such"}})
    assert OpenRun(layout).manifest.measurements == measurements_of_json(OLD)


def test_a_held_run_is_left_alone(layout: RunLayout, tmp_path: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys\nfrom pathlib import Path\nfrom simorc.rundir.lock import RunnerLock\n"
        "from simorc.rundir.layout import RunLayout\nlock = RunnerLock(RunLayout(Path(sys.argv[1])))\n"
        "lock.acquire()\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(layout.path)]
    paths = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=paths) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunBusy):
            again(layout, OLD)
        holder.communicate(b"", timeout=PATIENCE)
    with RunnerLock(layout):
        pass


@pytest.mark.parametrize("line", ['{"stage": "measure"', '{"stage": "measure", "seq": 4, "definitions": 3}'])
def test_definitions_that_cannot_be_read_leave_those_of_the_build(layout: RunLayout, line: str) -> None:
    with layout.trace.open("a") as trace:
        trace.write(line + "\n")
    assert recorded_definitions(layout.trace) is None
    again(layout, OLD)
    recorded = recorded_definitions(layout.trace)
    assert recorded is not None
    assert measurements_of_json(recorded["measurements"]) == measurements_of_json(OLD)
