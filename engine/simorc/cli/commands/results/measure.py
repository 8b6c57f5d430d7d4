"""simorc measure: measure a run again from its waveforms."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.tables import note
from simorc.config.definitions import MeasurementDefinitions, PlotSource, Specs, plot_sources
from simorc.errors import UsageError
from simorc.rundir.manifest import Manifest
from simorc.text import message_line, plain

if TYPE_CHECKING:
    from simorc.config.project import Project


@click.command("measure")
@click.argument("run", default="last", shell_complete=RUNS)
@click.option("--all", "everything", is_flag=True, help="Measure everything, not only what changed.")
@click.option(
    "--jobs", type=CountOption(1, 1024), help="Number of parallel processes (default: the usable CPUs)."
)
@click.option(
    "--keep-inputs",
    is_flag=True,
    help="If files of the circuit have changed: measure the existing waveforms of RUN.",
)
@scoped
def command(scope: Scope, run: str, everything: bool, jobs: int | None, keep_inputs: bool) -> None:
    """Measure RUN again with the current measurements and specs of the project. Nothing is simulated."""
    from simorc.cpus import usable_cpus
    from simorc.maintenance.remeasure import remeasure
    from simorc.rundir.circuit.input_changes import refuse_measuring
    from simorc.rundir.manifest import load_manifest

    layout = scope.run(run)
    project = scope.load()
    manifest = load_manifest(layout)
    if not keep_inputs:
        refuse_measuring(layout, manifest)
    definitions, specs, plot_specs = declared(project, manifest)
    done = remeasure(
        layout,
        definitions,
        specs,
        project_root=project.root,
        plot_specs=plot_specs,
        everything=everything,
        jobs=jobs or usable_cpus(),
        progress=_progress,
    )
    changed = message_line("; ".join(done.changed)) or "nothing changed"
    note(f"{plain(layout.name)}: {changed}; {done.cases} cases, {done.missing} values missing")
    for name, reason in done.reasons.items():
        note(f"  {plain(name)}: {message_line(reason)}")


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


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rmeasured {done} of {total}" + ("\n" if done == total else ""), err=True, nl=False)
