"""Information about a case besides its raw file: plot specs, parameters, why there is no waveform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simorc.config.definitions import PlotSource
from simorc.config.yaml.source import read_yaml
from simorc.errors import RunError, SimorcError
from simorc.plots.backends.terminal.expressions import Numbers, as_numbers
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.connection import DatabaseError
from simorc.rundir.store.reader import RunReader


def numbers_of(layout: RunLayout, case_id: int) -> Numbers:
    """The case's parameters and measurements that are numbers; read on first use."""
    known: list[Numbers] = []

    def number(name: str) -> float | None:
        if not known:
            known.append(as_numbers(_values(layout, case_id)))
        return known[0](name)

    return number


def _values(layout: RunLayout, case_id: int) -> dict[str, object]:
    try:
        with RunReader(layout) as view:
            case, columns = view.case(case_id), view.columns()
    except (RunError, DatabaseError):
        return {}
    return {} if case is None else {column.label: case[column.name] for column in columns}


def specs_of(layout: RunLayout) -> list[Mapping[str, Any]]:
    """The run's plot specs: as frozen with the run, else those of the project."""
    try:
        manifest = load_manifest(layout)
    except RunError:
        return []
    return plot_specs_in(manifest.plot_specs, (layout.inputs, layout.root))


def plot_specs_in(sources: Sequence[PlotSource], places: Sequence[Path]) -> list[Mapping[str, Any]]:
    """The content of plot specs; a file is looked for in each of `places` in turn."""
    found: list[Mapping[str, Any]] = []
    for spec in sources:
        content = _spec_file(spec.file, places) if spec.file else spec.written
        found += [content] if isinstance(content, Mapping) else []
    return found


def _spec_file(name: str, places: Sequence[Path]) -> Any:
    path = next((place / name for place in places if (place / name).is_file()), None)
    return None if path is None else read_yaml(path).data


def why_none(layout: RunLayout, case_id: int, error: SimorcError) -> str:
    """Why a case has no waveform, as text: its status is more informative than a missing file."""
    try:
        with RunReader(layout) as view:
            case = view.case(case_id)
    except (RunError, DatabaseError):
        return error.message
    if case is None:
        return f"case {case_id} is pending"
    match case["status"]:
        case "pending":
            return f"case {case_id} is pending"
        case "in_progress":
            return f"case {case_id} is running, no waveform yet"
        case "failed":
            why = case["message"] or case["kind"] or "see its log"
            return f"case {case_id} failed without waveforms: {why}"
        case _:
            return error.message
