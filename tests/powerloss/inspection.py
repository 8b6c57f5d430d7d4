"""What is left of a project after a power loss, compared with what was reported before it."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from simorc.analysis.sizing.record import find_sizings
from simorc.errors import SimorcError
from simorc.maintenance.archive import check_archive
from simorc.maintenance.finding import Finding
from simorc.maintenance.fsck import check_run
from simorc.pipeline.rundir.layout import PIPELINE_RUNS, PipelineLayout
from simorc.pipeline.rundir.manifest import open_pipeline_run
from simorc.rundir.layout import RunLayout, find_runs
from simorc.rundir.store.reader import RunReader
from simorc.waveforms.rawfile import RawFile
from tests.powerloss.history import History

Problems = Iterator[str]


def problems_of(root: Path, history: History, moment: int, originals: Path, *, resume: bool) -> list[str]:
    """Everything that a power loss at `moment` undid or damaged; `originals` is the project as it was at the
    end of the recording. With `resume`, every run is continued to its end as well.
    """
    looks: list[Callable[[], Problems]] = [
        lambda: _missing(root, history, moment),
        lambda: _halves(root, history),
        lambda: _archives(root),
        lambda: _sizings(root),
        lambda: _pipelines(root),
    ]
    for layout in find_runs(root):
        looks.append(lambda layout=layout: _run(layout, history, moment, originals))  # type: ignore[misc]
    found = [problem for look in looks for problem in _safely(look)]
    if resume and not found:
        found = [problem for layout in find_runs(root) for problem in _resumed(layout)]
    return found


def _safely(look: Callable[[], Problems]) -> Problems:
    try:
        yield from look()
    except Exception:  # noqa: BLE001 - whatever a damaged file makes of a reader is what is looked for
        yield traceback.format_exc()


def _missing(root: Path, history: History, moment: int) -> Problems:
    for since, name in history.exists:
        if since <= moment and not (root / name).exists():
            yield f"{name}: was reported as written and is missing"


def _halves(root: Path, history: History) -> Problems:
    for name, digests in history.contents.items():
        path = root / name
        if not _grows(name) and path.is_file() and _digest(path) not in digests:
            yield f"{name}: has a content that it never had ({path.stat().st_size} bytes)"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _grows(name: str) -> bool:
    """Whether a file is written line by line, or anew while a command runs: its readers judge it."""
    return name.startswith(("sizing_runs/", PIPELINE_RUNS))


def _archives(root: Path) -> Problems:
    for path in root.glob("*.tar.gz"):
        assert check_archive(path).sealed
    yield from ()


def _sizings(root: Path) -> Problems:
    for record in find_sizings(root):
        record.inputs_then()
        record._lines()
    yield from ()


def _pipelines(root: Path) -> Problems:
    for path in root.glob(f"{PIPELINE_RUNS}/[!.]*"):
        progress = open_pipeline_run(PipelineLayout(path)).progress()
        for name in progress.files.values():
            if not (path / name).is_file() or not (path / name).stat().st_size:
                yield f"{path.name}: {name} of a finished stage is missing or empty"
    yield from ()


def _run(layout: RunLayout, history: History, moment: int, originals: Path) -> Problems:
    with RunReader(layout) as view:
        completed = set(view.ids_with("completed"))
    lost = history.promised(layout.name, moment) - completed
    if lost:
        yield f"{layout.name}: cases {sorted(lost)} were reported as completed and are not"
    for case_id in sorted(completed):
        yield from _case(layout, case_id, originals)
    yield from _values(layout, history)
    yield from (f"{layout.name}: {finding}" for finding in _grave(check_run(layout, waveforms=True)))
    left = [each for each in check_run(layout, repair=True) if each.open and not each.lasting]
    left += [each for each in check_run(layout) if each.open and not each.lasting]
    yield from (f"{layout.name}: after a repair: {finding}" for finding in left)


def _grave(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if each.grave]


def _case(layout: RunLayout, case_id: int, originals: Path) -> Problems:
    there = RunLayout(originals / "simulations" / layout.name)
    RawFile.open(layout.raw(case_id))
    for path, original in ((layout.deck(case_id), there.deck(case_id)), (layout.log(case_id), None)):
        content = path.read_bytes() if path.is_file() else b""
        if not content or b"\0" in content or (original is not None and content != original.read_bytes()):
            yield f"{layout.name}: {path.name} of completed case {case_id} is not whole"


def _values(layout: RunLayout, history: History) -> Problems:
    db = sqlite3.connect(layout.database)
    try:
        names = sorted(row[0] for row in db.execute("SELECT name FROM columns WHERE role='measurement'"))
        wanted = ", ".join(f'"{name}"' for name in ("id", *names))
        rows = db.execute(f"SELECT {wanted} FROM cases WHERE status='completed'").fetchall()
    finally:
        db.close()
    for case_id, *values in rows:
        if (tuple(names), *values) not in history.values[layout.name, case_id]:
            yield f"{layout.name}: case {case_id} has values that it never had: {values}"


def _resumed(layout: RunLayout) -> Problems:
    command = [sys.executable, "-m", "simorc", "run", layout.name]
    done = subprocess.run(command, cwd=layout.root, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        yield f"{layout.name}: cannot be resumed: {done.stdout}{done.stderr}"
        return
    with RunReader(layout) as view:
        counts = view.counts()
    if {status for status, number in counts.items() if number} != {"completed"}:
        yield f"{layout.name}: after it was resumed: {counts}"
    try:
        yield from (f"{layout.name}: after it was resumed: {each}" for each in _grave(check_run(layout)))
    except SimorcError as error:
        yield f"{layout.name}: after it was resumed: {error.message}"
