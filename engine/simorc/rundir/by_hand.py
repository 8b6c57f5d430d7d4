"""One shell command that repeats a case with the simulator alone, in a directory of its own."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.rundir.layout import RunLayout

_FOLDER = "by_hand"


def by_hand(layout: RunLayout, case_id: int, manifest: Mapping[str, Any]) -> str:
    """What to type in a shell to simulate the deck of a case as a cold run does; the run is only read.

    The directory stands beside the run and as deep as the case's own, so that relative paths in the deck
    mean the same; in the directory for temporary files where the run's parent cannot be written. Whatever
    an earlier call left there is removed first.
    """
    parent = layout.path.parent.resolve()
    place = parent if os.access(parent, os.W_OK) else Path(tempfile.gettempdir())
    run = place / f"{_FOLDER}_{layout.name}"
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


def _simulation(deck: str, manifest: Mapping[str, Any]) -> str:
    settings = manifest.get("settings") or {}
    simulator, execution = settings.get("simulator") or {}, settings.get("execution") or {}
    argv = [str(simulator.get("executable") or "ngspice"), *map(str, simulator.get("args") or ()), "-b"]
    return f"OMP_THREAD_LIMIT={int(execution.get('threads') or 1)} {shlex.join([*argv, deck])}"
