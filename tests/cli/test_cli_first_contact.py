"""What somebody meets who makes a first project: mistakes told before anything starts, values as written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Said

Simorc = Callable[..., Said]


def config_of(project: Path) -> Path:
    return project / "testbenches" / "ac" / "config.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_one_testbench_is_one(simorc: Simorc, project: Path) -> None:
    assert "1 testbench, 2 sweeps: no problems" in simorc("validate", "--project", project).out


def test_a_measurement_no_card_makes_is_warned_of(simorc: Simorc, project: Path) -> None:
    edit(config_of(project), "meas: f_3db", "meas: f_3bd")
    printed = simorc("validate", "--project", project)
    assert printed.code == 0
    assert "config.yaml:11:1: warning: no .meas of tb_ac.spice.j2 is called 'f_3bd'" in printed.out
    assert "did you mean 'f_3db'" in printed.out
    edit(project / "testbenches" / "ac" / "tb_ac.spice.j2", ".end\n", "* F_3BD comes from an include\n.end\n")
    assert "warning" not in simorc("validate", "--project", project).out


def test_a_function_that_is_not_in_its_file(simorc: Simorc, project: Path) -> None:
    hook = project / "testbenches" / "ac" / "hook.py"
    hook.write_text(
        "raise SystemExit('never run by validate')\n\ndef delay(waves, parameters):\n    return 1\n"
    )
    edit(config_of(project), "specs:", "  late: {python: hook.py:dealy}\n\nspecs:")
    printed = simorc("validate", "--project", project)
    assert printed.code == 2
    assert "measurements.late: hook.py has no function dealy (did you mean 'delay'?)" in printed.err
    edit(config_of(project), "dealy", "delay")
    assert simorc("validate", "--project", project).code == 0
    hook.write_text("def delay(:\n")
    assert "hook.py: invalid syntax" in simorc("validate", "--project", project).err


def test_a_missing_simulator_leaves_no_run_behind(
    simorc: Simorc, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project))
    printed = simorc("run", "corners", "--project", project)
    assert printed.code == 5
    assert "ngspice not found" in printed.err
    assert not any((project / "simulations").iterdir())


@pytest.mark.ngspice
def test_nothing_to_retry_is_said(simorc: Simorc, project: Path) -> None:
    assert simorc("run", "corners", "--project", project).code == 0
    printed = simorc("retry", "corners", "--project", project)
    assert printed.code == 0
    assert "no failed cases in corners_" in printed.err
    assert not list((project / "simulations").glob("corners_*/.requests/*"))


@pytest.mark.ngspice
def test_values_stand_as_written_and_plots_say_what_is_missing(simorc: Simorc, project: Path) -> None:
    edit(config_of(project), "max: 25k", "max: 18k")
    assert simorc("run", "corners", "--project", project, "--corner", "fast,slow").code == 3
    printed = simorc("results", "corners", "--project", project).out
    assert "r=9k c=0.95n corner=fast" in printed
    shown = simorc("show", "corners", 1, "--project", project).out
    assert "11k" in shown and "1.05n" in shown
    for raw in (project / "simulations").rglob("results.raw"):
        raw.unlink()
    printed = simorc("plot", "corners", 1, "--project", project)
    assert printed.code == 1
    assert "case 1 of corners_" in printed.err and "is completed and has no waveforms" in printed.err
    assert "no case 99 in corners_" in simorc("plot", "corners", 99, "--project", project).err
