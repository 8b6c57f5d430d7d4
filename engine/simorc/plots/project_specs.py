"""The plot specs that a project declares, looked at before a run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simorc.config.definitions import PlotSource, plot_sources
from simorc.config.names import did_you_mean, listed
from simorc.config.project import Project, Sweep, Testbench
from simorc.config.validate.cross_checks import known_measurements
from simorc.config.yaml.source import read_yaml
from simorc.errors import ConfigError, Problem, UsageError
from simorc.plots.spec import PlotSpec, read_plot_specs

_ALWAYS_KNOWN = ("corner", "sample")


@dataclass(frozen=True)
class _Known:
    """What the plot specs of one testbench may name."""

    root: Path
    measurements: Collection[str]
    parameters: Collection[str]


def plot_problems(project: Project) -> Iterator[Problem]:
    """What is wrong with the plot specs of every testbench and sweep."""
    for testbench in project.testbenches.values():
        known = _known(project, testbench, ())
        yield from _in_file(testbench.config_path, testbench.config.plot_specs, known)
    for sweep in project.sweeps.values():
        testbench = project.testbenches[sweep.definition.testbench]
        known = _known(project, testbench, sweep.definition.measurements)
        yield from _in_file(sweep.path, sweep.definition.plot_specs, known)


def refuse_plot_problems(project: Project, sweep: Sweep) -> None:
    """Raise ConfigError for plot specs of a sweep, or of its testbench, that cannot be drawn."""
    testbench = project.testbenches[sweep.definition.testbench]
    known = _known(project, testbench, sweep.definition.measurements)
    problems = [
        *_in_file(testbench.config_path, testbench.config.plot_specs, known),
        *_in_file(sweep.path, sweep.definition.plot_specs, known),
    ]
    if problems:
        raise ConfigError(problems)


def _known(project: Project, testbench: Testbench, more: Collection[str]) -> _Known:
    declared = known_measurements({*testbench.config.measurements, *more}, testbench.template)
    of_sweeps = {
        name
        for sweep in project.sweeps.values()
        if sweep.definition.testbench == testbench.name
        for name in sweep.definition.measurements
    }
    return _Known(project.root, declared | of_sweeps, {*testbench.parameters, *_ALWAYS_KNOWN})


def _in_file(path: Path, written: Sequence[Any], known: _Known) -> Iterator[Problem]:
    if not written:
        return
    source = read_yaml(path)
    for index, each in enumerate(plot_sources(written)):
        for message in _wrong(each, known):
            yield source.problem(("plot_specs", index), message)


def _wrong(source: PlotSource, known: _Known) -> Iterator[str]:
    file = f"{source.file}: " if source.file else ""
    try:
        specs = read_plot_specs(known.root / source.file if source.file else source.written)
    except UsageError as error:
        yield error.message.removeprefix("plot spec: ").replace(f"{known.root}/", "")
        return
    for spec in specs:
        yield from (f"{file}{message}" for message in _unknown_names(spec, known))


def _unknown_names(spec: PlotSpec, known: _Known) -> Iterator[str]:
    if spec.kind == "waves":
        return
    for name in (strip.measurement for strip in spec.strips):
        if name not in known.measurements:
            near = did_you_mean(name, known.measurements)
            yield f"no measurement '{name}'{near}; known: {listed(known.measurements)}"
    if spec.kind == "measurement" and spec.x not in known.parameters:
        yield f"x: no parameter '{spec.x}'{did_you_mean(spec.x, known.parameters)}"
