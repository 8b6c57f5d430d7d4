"""The label of a run, shown in place of its time stamp, and its note.

Both are in ``remarks.json`` in the run directory, which no other module writes; therefore an active run can
be labelled too, and a run that is moved or archived keeps its label. The directory's name, by which
baselines, reused results and retention identify a run, is unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simorc.errors import UsageError
from simorc.files import write_json
from simorc.regular_files import read_regular
from simorc.rundir.layout import RunLayout, find_runs, labelled

_LABEL = re.compile(r"[A-Za-z0-9_][\w.+-]{0,63}", re.ASCII)
_MOST_NOTE = 2_000
_RESERVED = frozenset({"last", "all"})


@dataclass(frozen=True)
class RunNotes:
    """The label and the note of a run, '' where there is none."""

    label: str = ""
    note: str = ""

    def as_json(self) -> dict[str, str]:
        """The label and the note without empty ones."""
        record = {"label": self.label, "note": self.note}
        return {key: text for key, text in record.items() if text}


NO_NOTES = RunNotes()


def notes_of(layout: RunLayout) -> RunNotes:
    """The label and the note of a run; empty if the file is invalid."""
    try:
        record: Any = json.loads(read_regular(layout.remarks))
        label, note = record.get("label", ""), record.get("note", "")
    except (OSError, ValueError, AttributeError, RecursionError):
        return NO_NOTES
    fit = isinstance(label, str) and _LABEL.fullmatch(label) is not None
    return RunNotes(label if fit else "", note[:_MOST_NOTE] if isinstance(note, str) else "")


def shown_name(layout: RunLayout, remarks: RunNotes | None = None) -> str:
    """The run as people are shown it: ``pvt_ac_before_fix``, or its id without a label."""
    label = (notes_of(layout) if remarks is None else remarks).label
    return f"{layout.sweep}_{label}" if label else layout.name


def set_note(layout: RunLayout, note: str) -> RunNotes:
    """Keep a note with the run, '' for none. Raises UsageError for one that is no note but a text."""
    if len(note) > _MOST_NOTE:
        raise UsageError(f"a note has at most {_MOST_NOTE} characters")
    return _write(layout, replace(notes_of(layout), note=note.strip()))


def set_label(layout: RunLayout, label: str) -> RunNotes:
    """Give the run a label, '' takes it away.

    Raises UsageError for one that is no plain word, or by which another run or a sweep is known.
    """
    if label:
        _refuse(layout, label, find_runs(layout.root))
    return _write(layout, replace(notes_of(layout), label=label))


def _refuse(layout: RunLayout, label: str, runs: Iterable[RunLayout]) -> None:
    if not _LABEL.fullmatch(label) or label.lower() in _RESERVED:
        raise UsageError(
            f"invalid label {label!r}",
            remedy=("use at most 64 letters, digits and _ . + -; 'last' is reserved"),
        )
    others = [run for run in runs if run != layout]
    names = {label, f"{layout.sweep}_{label}"}
    for run in others:
        if any(run.name.startswith(name) for name in names) or labelled([run], *names):
            raise UsageError(f"label {label!r} is in use: it refers to {run.name}")
    if names & {layout.sweep, *(run.sweep for run in others), *_sweep_files(layout.root)}:
        raise UsageError(f"label {label!r} is in use: it is the name of a sweep")


def _sweep_files(root: Path) -> set[str]:
    """The names of the files below ``sweeps``, as a sweep that has no run yet is called as a rule."""
    return {path.stem for path in (root / "sweeps").glob("*.yaml")}


def _write(layout: RunLayout, remarks: RunNotes) -> RunNotes:
    record = remarks.as_json()
    if record:
        write_json(layout.remarks, record)
    else:
        layout.remarks.unlink(missing_ok=True)
    return remarks
