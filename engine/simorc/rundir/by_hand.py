"""The shell command that repeats a case with the simulator alone, in a separate directory."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path

from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest

_FOLDER = "by_hand"


def by_hand(layout: RunLayout, case_id: int, manifest: Manifest) -> str:
    """The shell commands that simulate the deck of a case as a cold run does; the run is only read.

    The directory is next to the run and at the same depth as the case's own, so that relative paths in the
    deck stay valid; if the run's parent is not writable, it is in the directory for temporary files. Files
    that an earlier call left there are removed first.
    """
    run = place_beside(layout) / f"{_FOLDER}_{layout.name}"
    directory = run / "results" / str(case_id)
    case = layout.case_dir(case_id).resolve()
    steps = [
        ["rm", "-rf", str(directory)],
        ["mkdir", "-p", str(directory)],
        ["ln", "-sfn", str(layout.inputs.resolve()), str(run / "inputs")],
        ["cp", str(case / layout.deck(case_id).name), str(directory)],
    ]
    if (case / ".spiceinit").is_symlink():
        steps.append(["cp", "-P", str(case / ".spiceinit"), str(directory)])
    steps.append(["cd", str(directory)])
    return " && ".join([*map(shlex.join, steps), _simulation(layout.deck(case_id).name, manifest)])


def place_beside(layout: RunLayout) -> Path:
    """Where a directory beside a run can be made, in which relative paths of its decks stay valid: next to it
    or, if that is not writable, in the directory for temporary files.
    """
    parent = layout.path.parent.resolve()
    return parent if os.access(parent, os.W_OK) else Path(tempfile.gettempdir())


def _simulation(deck: str, manifest: Manifest) -> str:
    simulator = manifest.simulator
    argv = [simulator.executable, *simulator.args, "-b", deck]
    return f"OMP_THREAD_LIMIT={manifest.execution.threads} {shlex.join(argv)}"
