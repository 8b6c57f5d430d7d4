"""simorc measure: measure a run again from its waveforms."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption
from simorc.cli.output.tables import note
from simorc.text import message_line, plain

if TYPE_CHECKING:
    pass


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
    from simorc.maintenance.declared import declared
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


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rmeasured {done} of {total}" + ("\n" if done == total else ""), err=True, nl=False)
