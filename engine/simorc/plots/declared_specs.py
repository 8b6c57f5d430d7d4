"""The plot specs of a run, found by name in the copies in the run."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.errors import SimorcError, UsageError
from simorc.plots.spec import PlotSpec, read_plot_specs
from simorc.results.open_run import OpenRun


@dataclass(frozen=True)
class Declared:
    """One entry of ``plot_specs``: what it may be called, and where its specs come from."""

    names: tuple[str, ...]
    source: Path | Mapping[str, Any]

    def read(self) -> list[PlotSpec]:
        """Its specs, one per YAML document. UsageError gives the error and its location."""
        return read_plot_specs(self.source)


def declared_specs(run: OpenRun) -> list[Declared]:
    """Every entry of the run's ``plot_specs``, in the order written."""
    found = []
    for each in run.manifest.plot_specs:
        if each.file:
            path = Path(each.file)
            found.append(Declared((each.file, path.name, path.stem), frozen(run, path)))
        else:
            found.append(Declared((each.name,), each.written))
    return found


def frozen(run: OpenRun, path: Path) -> Path:
    """The path of a plot spec file: frozen in the run, else in the project."""
    copy = run.layout.inputs / path
    if path.is_absolute() or copy.is_file():
        return path if path.is_absolute() else copy
    own = run.layout.root / path
    return own if own.is_file() else (run.manifest.project_root_if_known or run.layout.root) / path


def specs_named(run: OpenRun, name: str) -> list[PlotSpec] | None:
    """The specs called `name`: a file's name (with or without folder and ending), or a title; None if none
    is.
    """
    wanted = name.lower()
    for declared in declared_specs(run):
        if wanted in (each.lower() for each in declared.names):
            return declared.read()
    titled = [spec for spec in _readable(run) if spec.title.lower() == wanted]
    return titled or (read_plot_specs(Path(name)) if _is_spec_file(name) else None)


def _is_spec_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) and Path(name).is_file()


def _readable(run: OpenRun) -> Iterator[PlotSpec]:
    for declared in declared_specs(run):
        try:
            yield from declared.read()
        except SimorcError:
            # A file that cannot be read has no titles; selecting it by name reports the error.
            continue


def all_specs(run: OpenRun) -> list[PlotSpec]:
    """Every spec of the run. UsageError for one that cannot be read."""
    return [spec for declared in declared_specs(run) for spec in declared.read()]


def refuse_unknown_spec(run: OpenRun, name: str) -> None:
    """UsageError for what looks like a plot spec's name and is none."""
    known = [each.names[-1] for each in declared_specs(run)]
    titles = [spec.title for spec in _readable(run) if spec.title]
    near = difflib.get_close_matches(name, [*known, *titles], n=1, cutoff=0.75)
    if near or name.endswith((".yaml", ".yml")):
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        names = ", ".join(known) or "none"
        raise UsageError(f"no plot spec {name!r}{hint}", remedy=f"plot specs of {run.name}: {names}")


def names_of(run: OpenRun) -> Sequence[str]:
    """What the plot specs are called, for a list."""
    return [each.names[-1] for each in declared_specs(run)]
