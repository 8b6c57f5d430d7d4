"""A baseline: reviewed results of a run, stored in the project (``baselines/<sweep>.json``).

It contains one line per case, sorted by case, so that a version control diff shows which values changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from simorc.errors import UsageError
from simorc.files import write_whole
from simorc.results.compare import Comparison, Tolerance, compare_frames
from simorc.results.frame import Frame, column_of, numbers_of, plain_value, texts_of
from simorc.results.open_run import OpenRun

FORMAT = 1


def baseline_path(root: Path, sweep: str) -> Path:
    """The path of a sweep's baseline."""
    return root / "baselines" / f"{sweep}.json"


def write_baseline(run: OpenRun, path: Path, tolerances: Mapping[str, Tolerance] | None = None) -> int:
    """Keep the results of a run; returns the number of cases. Every case of the run must have been run."""
    frame = run.frame
    if len(frame) < run.manifest.total or not np.all(frame.completed | frame.failed):
        raise UsageError(f"{run.name} has pending cases", remedy=f"simorc run {run.name}")
    head = {
        "format": FORMAT,
        "run": run.name,
        "sweep": run.manifest.sweep,
        "parameters": list(frame.parameters),
        "measurements": list(frame.measurements),
        "specs": {result.spec.measurement: result.status for result in run.spec_results},
        "tolerances": {
            name: {"relative": each.relative, "absolute": each.absolute}
            for name, each in (tolerances or {}).items()
        },
    }
    lines = ",\n".join(json.dumps(_case(frame, place), ensure_ascii=False) for place in range(len(frame)))
    text = json.dumps(head, indent=1, ensure_ascii=False)[:-2]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f'{text},\n "cases": [\n{lines}\n ]\n}}\n')
    return len(frame)


def _case(frame: Frame, place: int) -> list[Any]:
    """[case id, status, [parameters], [measurements]]; repr keeps every digit of a float."""
    values = [float(frame.values_at(name, place)) for name in frame.measurements]
    return [
        *(int(frame.ids[place]), str(frame.status[place])),
        [plain_value(column[place]) for column in frame.parameters.values()],
        [value if np.isfinite(value) else None for value in values],
    ]


def read_baseline(path: Path) -> tuple[Frame, dict[str, Tolerance], dict[str, str]]:
    """The cases of a baseline, its tolerances and its specs' statuses."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] > FORMAT:
            raise UsageError(f"{path}: written by a newer simorc")
        frame = _frame(data)
        tolerances = {name: Tolerance(**each) for name, each in data["tolerances"].items()}
        return frame, tolerances, dict(data["specs"])
    except FileNotFoundError:
        raise UsageError(f"{path} not found", remedy="simorc baseline set RUN") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UsageError(f"{path}: not a baseline: {error}") from error


def _frame(data: Mapping[str, Any]) -> Frame:
    cases = data["cases"]
    return Frame(
        ids=np.array([case[0] for case in cases], dtype=np.int64),
        status=texts_of([case[1] for case in cases]),
        parameters={p: column_of([case[2][i] for case in cases]) for i, p in enumerate(data["parameters"])},
        measurements={
            m: numbers_of([case[3][i] for case in cases]) for i, m in enumerate(data["measurements"])
        },
    )


def check_baseline(run: OpenRun, path: Path, tolerance: Tolerance | None = None) -> Comparison:
    """Compare a run with a baseline; the baseline's own tolerances win over ``tolerance``."""
    frame, tolerances, specs = read_baseline(path)
    found = compare_frames(frame, run.frame, tolerance=tolerance, tolerances=tolerances)
    after = {result.spec.measurement: result.status for result in run.spec_results}
    names = dict.fromkeys((*specs, *after))
    changes = [(name, specs.get(name, "none"), after.get(name, "none")) for name in names]
    found.spec_changes.extend(change for change in changes if change[1] != change[2])
    return found
