"""What a run would be measured and judged by now: the declarations of its testbench and its sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simorc.config.definitions import MeasurementDefinitions, PlotSource, Specs, plot_sources
from simorc.errors import UsageError
from simorc.rundir.manifest import Manifest

if TYPE_CHECKING:
    from simorc.config.project import Project


def declared(
    project: Project, manifest: Manifest
) -> tuple[MeasurementDefinitions, Specs, tuple[PlotSource, ...]]:
    """The measurements, specs and plot specs of the run's testbench and sweep as they are in the
    project now.
    """
    testbench = project.testbenches.get(manifest.testbench)
    if testbench is None:
        raise UsageError(f"testbench {manifest.testbench!r} no longer exists in the project")
    sweep = project.sweeps.get(manifest.sweep)
    of_sweep = sweep.definition if sweep else None
    measurements = {**testbench.config.measurements, **(of_sweep.measurements if of_sweep else {})}
    specs = {**testbench.config.specs, **(of_sweep.specs if of_sweep else {})}
    return (
        {name: each.definition() for name, each in measurements.items()},
        {name: each.definition(name) for name, each in specs.items()},
        plot_sources(testbench.config.plot_specs, of_sweep.plot_specs if of_sweep else ()),
    )
