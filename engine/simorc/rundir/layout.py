"""The paths of a run directory, and finding a run by name.

Nothing is read here but directory entries and the beginnings of manifests: `simorc status` must stay light.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from simorc.errors import RunNotFound
from simorc.regular_files import read_regular
from simorc.rundir.instants import age_key
from simorc.waveforms.compression import present

SIMULATIONS = "simulations"
_STAMPED = re.compile(r"(?P<sweep>.+)_(?P<stamp>\d{14})(?:_\d+)?")


class RunLayout:
    """The paths of one run directory (``simulations/<sweep>_<YYYYmmddHHMMSS>``)."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"RunLayout({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunLayout) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def name(self) -> str:
        """The run's id, which is its directory's name."""
        return self.path.name

    @property
    def sweep(self) -> str:
        """The sweep's name, taken from the directory's name."""
        stamped = _STAMPED.fullmatch(self.name)
        return stamped["sweep"] if stamped else self.name

    @property
    def root(self) -> Path:
        """The project's directory."""
        return self.path.parent.parent

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    @property
    def database(self) -> Path:
        return self.path / "run.sqlite"

    @property
    def metadata_csv(self) -> Path:
        return self.path / "metadata.csv"

    @property
    def trace(self) -> Path:
        return self.path / "trace.jsonl"

    @property
    def inputs(self) -> Path:
        return self.path / "inputs"

    @property
    def results(self) -> Path:
        return self.path / "results"

    @property
    def status_dir(self) -> Path:
        return self.path / ".status"

    @property
    def requests(self) -> Path:
        return self.path / ".requests"

    @property
    def runner_json(self) -> Path:
        return self.path / "runner.json"

    @property
    def runner_lock(self) -> Path:
        return self.path / "runner.lock"

    @property
    def cluster(self) -> Path:
        """What belongs to the job arrays of a cluster."""
        return self.path / ".cluster"

    @property
    def runner_log(self) -> Path:
        return self.path / "runner.log"

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    def case_dir(self, case_id: int) -> Path:
        return self.results / str(case_id)

    def deck(self, case_id: int) -> Path:
        return self.case_dir(case_id) / "netlist.spice"

    def raw(self, case_id: int) -> Path:
        """The waveforms of a case, ``results.raw.gz`` where they were compressed."""
        return present(self.case_dir(case_id) / "results.raw")

    @property
    def lock_json(self) -> Path:
        return self.path / "locked.json"

    @property
    def remarks(self) -> Path:
        return self.path / "remarks.json"

    def log(self, case_id: int) -> Path:
        return self.case_dir(case_id) / "simulator.log"

    def status_file(self, case_id: int) -> Path:
        return self.status_dir / f"case_{case_id}.json"

    def exists(self) -> bool:
        return self.manifest.is_file()

    def written_by_runners(self) -> tuple[Path, ...]:
        """What a runner changes, whether it exists or not: the files, and the folders it makes files in."""
        folders = self.path, self.results, self.status_dir, self.requests
        files = self.database, self.metadata_csv, self.trace, self.runner_json, self.runner_lock
        return *folders, *files, self.runner_log


def find_runs(root: Path) -> list[RunLayout]:
    """The runs of the project at `root`, the one built last first; one that is being built is no run yet."""
    try:
        entries = [entry for entry in os.scandir(root / SIMULATIONS) if entry.is_dir()]
        entries = [entry for entry in entries if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    runs = [RunLayout(Path(entry.path)) for entry in entries]
    return sorted((run for run in runs if run.exists()), key=lambda run: age_key(run.path), reverse=True)


def find_run(root: Path, name: str) -> RunLayout:
    """The run called `name`: an id, a unique beginning of one, a label with or without the sweep before
    it, a path, a sweep's name (its newest run), or ``last``.
    """
    direct = RunLayout(Path(name).resolve())
    if direct.exists():
        return direct
    runs = find_runs(root)
    if name == "last" and runs:
        return runs[0]
    by_id = [run for run in runs if run.name == name]
    by_sweep = [run for run in runs if run.sweep == name]
    by_start = [run for run in runs if run.name.startswith(name)]
    for candidates in (by_id, by_id or labelled(runs, name), by_sweep[:1], by_start):
        if len(candidates) == 1:
            return candidates[0]
    if len(by_start) > 1:
        raise RunNotFound(
            f"{name!r} matches {len(by_start)} runs",
            remedy="name one of: " + ", ".join(run.name for run in by_start[:5]),
        )
    raise _not_found(root, name, runs)


def labelled(runs: Iterable[RunLayout], *names: str) -> list[RunLayout]:
    """The runs whose label, alone or after their sweep, is one of the names (see `simorc.rundir.notes`)."""
    found = []
    for run in runs:
        try:
            label = json.loads(read_regular(run.remarks)).get("label")
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        if label and (label in names or f"{run.sweep}_{label}" in names):
            found.append(run)
    return found


def _not_found(root: Path, name: str, runs: list[RunLayout]) -> RunNotFound:
    if not runs:
        return RunNotFound(
            f"no run {name!r}: {root / SIMULATIONS} contains no runs", remedy="start one: simorc run SWEEP"
        )
    near = difflib.get_close_matches(name, [run.name for run in runs] + [run.sweep for run in runs], n=3)
    hint = f"did you mean {', '.join(dict.fromkeys(near))}?" if near else "list the runs: simorc status"
    return RunNotFound(f"no run {name!r} in {root / SIMULATIONS}", remedy=hint)
