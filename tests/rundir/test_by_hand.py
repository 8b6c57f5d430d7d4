"""The command that `show` prints repeats a case to the bit and touches nothing of the run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.rundir.by_hand import by_hand
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest, load_manifest
from tests.divider_projects import MakeProject
from tests.rundir.attempts.test_gather import everything
from tests.waiting import PATIENCE

STEP = """* a step through a resistor
.include "{{ dut.netlist }}"
V1 in 0 pulse(0 1 0 1n)
X1 in out part r={{ parameters.r }}
.tran 1u 20u
.end
"""
PART = ".subckt part a b r=1\nR1 a b {r}\nC1 b 0 1n\n.ends\n"
SWEEP = "parameters: {r: [1k, 2k, 3k, 4k, 5k, 6k, 7k, 8k, 9k, 10k]}\n"


def data_of(raw: Path) -> bytes:
    """A raw file without the line that holds the time of day."""
    return b"\n".join(line for line in raw.read_bytes().split(b"\n") if not line.startswith(b"Date:"))


@pytest.mark.parametrize("warm", ["off", "auto"])
def test_a_case_by_hand_equals_the_run_and_leaves_it_alone(
    make_project: MakeProject, run_through: Callable[..., RunLayout], warm: str
) -> None:
    project = make_project(STEP, sweep=SWEEP, execution=f"warm: {warm}")
    (project.root / "dut.spice").write_text(PART)
    layout = run_through(project)
    (project.root / "dut.spice").write_text(PART.replace("1n", "9n"))  # the run has its own copy
    before = everything(layout)
    for _ in range(2):
        command = by_hand(layout, 7, load_manifest(layout))
        subprocess.run(["sh", "-c", command], check=False, capture_output=True, timeout=PATIENCE)
        repeated = layout.path.parent / f"by_hand_{layout.name}" / "results" / "7" / "results.raw"
        assert b"\nBinary:\n" in repeated.read_bytes()
        assert data_of(repeated) == data_of(layout.raw(7))
    assert everything(layout) == before


def test_the_command_needs_no_simorc_and_quotes_what_a_shell_would_take_apart(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path / "a b;c" / "s_20260101000000")
    layout.case_dir(1).mkdir(parents=True)
    layout.inputs.mkdir()
    layout.deck(1).write_text("* t\n")
    settings = {"simulator": {"executable": "echo", "args": ["$HOME"]}}
    manifest = Manifest(Path("manifest.json"), {"settings": settings})
    done = subprocess.run(["sh", "-c", by_hand(layout, 1, manifest)], capture_output=True, text=True)
    assert done.stdout == "$HOME -b netlist.spice\n"
    assert "simorc" not in by_hand(RunLayout(Path("/x/s")), 1, manifest)


def test_a_run_whose_parent_cannot_be_written_is_repeated_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "elsewhere"))
    command = by_hand(
        RunLayout(tmp_path / "archive" / "s_20260101000000"), 3, Manifest(Path("manifest.json"), {})
    )
    assert f"cd {tmp_path}/elsewhere/by_hand_s_20260101000000/results/3 && " in command
