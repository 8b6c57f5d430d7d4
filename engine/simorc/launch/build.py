"""Builds a run: resolves and stores everything that its cases need, without simulating.

The run directory is made beside its final name and renamed into place, so that no half-built run is ever
seen.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from simorc.config.definitions import plot_sources
from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project, Testbench
from simorc.durability import sync_directory, sync_file_system
from simorc.errors import RunError, SimorcError, UsageError
from simorc.launch.case_plan import plan_of
from simorc.launch.project_checks import refuse_findings, refuse_problems
from simorc.launch.pytest_plan import write_pytest_plan
from simorc.netlist.deck.includes import refuse_unreadable_includes
from simorc.rundir import checksums
from simorc.rundir.circuit.freezing import HOOKS, freeze_hooks, hook_files
from simorc.rundir.circuit.record import Circuit
from simorc.rundir.instants import next_instant, written
from simorc.rundir.layout import SIMULATIONS, RunLayout, find_runs
from simorc.rundir.manifest import Manifest
from simorc.rundir.manifest_records import Declared, Hooks, Origin
from simorc.rundir.metadata_csv import swept_columns, write_metadata
from simorc.rundir.new_manifest import new_manifest
from simorc.rundir.provenance import describe_host, describe_tools, digests_of, git_state
from simorc.rundir.store import connection as database
from simorc.rundir.store.columns import declare_columns
from simorc.rundir.store.writer import Store
from simorc.runner.accepting import frozen
from simorc.schematics.digests import Digests
from simorc.schematics.staleness import refuse_stale, schematic_inputs
from simorc.simulators.versions import program_of, require_version
from simorc.sweeps.plan import Plan

DEFERRED_METADATA = 50_000
FIRST_ROWS = 5_000
"""Rows of the case table that are there as soon as the run is; the runner writes the others."""


def build_run(
    project: Project,
    sweep: str,
    *,
    corners: Sequence[str] | None = None,
    where: str | None = None,
    command_line: Sequence[str] = (),
    allow_stale: bool = False,
    reuse: Sequence[RunLayout] = (),
) -> RunLayout:
    """Build a run of the sweep called `sweep`; raises `UsageError` for an unknown or empty one."""
    found = project.sweep(sweep)
    return build_run_from(
        project,
        found.definition,
        found.name,
        source=found.path,
        corners=corners,
        where=where,
        command_line=command_line,
        allow_stale=allow_stale,
        reuse=reuse,
    )


def build_run_from(
    project: Project,
    definition: SweepDefinition,
    name: str,
    *,
    source: Path | None = None,
    corners: Sequence[str] | None = None,
    where: str | None = None,
    command_line: Sequence[str] = (),
    allow_stale: bool = False,
    reuse: Sequence[RunLayout] = (),
) -> RunLayout:
    """Build a run of a definition that need not be saved; `source` is the sweep file it came from.

    The runner takes completed cases over from the runs in `reuse` where nothing differs.
    """
    refuse_problems(project, definition, source, name)
    plan = plan_of(project, definition, corners=corners or (), where=where, source=source)
    if not len(plan):
        raise UsageError(f"sweep {name} has no cases", remedy="check exclude, --corner and --where")
    refuse_findings(project, definition, source, name)
    _refuse_old_simulator(project, definition.testbench, name)
    if not allow_stale:
        refuse_stale(project, definition.testbench)
    refuse_unreadable_includes(project, project.testbenches[definition.testbench], plan)
    with _new_directory(project, name) as (making, final):
        testbench = project.testbenches[definition.testbench]
        origin = _origin(project, testbench, name, final.name, command_line)
        declared = _declared(project, testbench, definition, name)
        begun = new_manifest(making.manifest, origin, plan, declared)
        _copy_configuration(making, project, source, begun)
        reused = [os.path.relpath(earlier.path, final.path) for earlier in reuse]
        manifest = _with_circuit(making, project, testbench, source, begun, reused)
        manifest.write()
        checksums.record(making.manifest)
        _make_store(making, manifest, plan)
        write_pytest_plan(making, name, len(plan))
    return final


@contextmanager
def _new_directory(project: Project, name: str) -> Iterator[tuple[RunLayout, RunLayout]]:
    """A directory to build in, renamed to the run's name when all went well, removed otherwise."""
    simulations = project.root / SIMULATIONS
    simulations.mkdir(exist_ok=True)
    final = _free_name(simulations, f"{name}_{time.strftime('%Y%m%d%H%M%S')}")
    making = RunLayout(simulations / f".{final.name}.building")
    making.path.mkdir()
    try:
        for directory in (making.inputs, making.results, making.status_dir, making.requests):
            directory.mkdir()
        yield making, RunLayout(final)
        sync_file_system(making.path)
        making.path.rename(final)
        sync_directory(simulations)
    except BaseException as error:
        shutil.rmtree(making.path, ignore_errors=True)
        _name_run(error, making.path.name, final.name)
        raise


def _name_run(error: BaseException, temporary: str, name: str) -> None:
    """Name the run in an error, not the directory that it was built in and that is removed by now."""
    if isinstance(error, SimorcError):
        error.message = error.message.replace(temporary, name)
        error.remedy = error.remedy and error.remedy.replace(temporary, name)
    if isinstance(error, OSError):
        for attribute in ("filename", "filename2"):
            if path := getattr(error, attribute):
                setattr(error, attribute, str(path).replace(temporary, name))
    error.args = tuple(
        each.replace(temporary, name) if isinstance(each, str) else each for each in error.args
    )


def _free_name(simulations: Path, wanted: str) -> Path:
    for number in range(1, 10_000):
        name = wanted if number == 1 else f"{wanted}_{number}"
        if not (simulations / name).exists() and not (simulations / f".{name}.building").exists():
            return simulations / name
    raise RunError(f"{simulations}: more than ten thousand runs named {wanted}", remedy="simorc clean")


def _refuse_old_simulator(project: Project, testbench: str, sweep: str) -> None:
    """Raise `ToolMissing` for a simulator of this machine older than ``simulator.min_version``; one that is
    not here, or runs elsewhere, is looked at where it is started.
    """
    settings = project.settings(testbench, sweep if sweep in project.sweeps else None)
    simulator = settings.simulator
    program = program_of(simulator.name, simulator.executable)
    if settings.execution.executor == "local" and shutil.which(program) is not None:
        require_version(simulator.name, program, simulator.min_version)


def _origin(
    project: Project, testbench: Testbench, name: str, run: str, command_line: Sequence[str]
) -> Origin:
    settings = project.settings(testbench.name, name if name in project.sweeps else None)
    return Origin(
        run=run,
        sweep=name,
        testbench=testbench.name,
        project=project.name,
        project_root=project.root,
        created=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        created_utc=written(next_instant(run.path for run in find_runs(project.root))),
        command_line=list(command_line) or sys.argv,
        git=git_state(project.root),
        tools=describe_tools(settings.simulator.executable),
        host=describe_host(),
    )


def _declared(project: Project, testbench: Testbench, definition: SweepDefinition, name: str) -> Declared:
    measurements = {**testbench.config.measurements, **definition.measurements}
    specs = {**testbench.config.specs, **definition.specs}
    return Declared(
        template=testbench.template.name,
        template_directory=_relative(testbench.template.parent, project.root),
        dut_netlist=_relative(project.dut_netlist, project.root),
        settings=project.settings(testbench.name, name if name in project.sweeps else None),
        measurements={name: each.definition() for name, each in measurements.items()},
        specs={name: each.definition(name) for name, each in specs.items()},
        plot_specs=plot_sources(testbench.config.plot_specs, definition.plot_specs),
        definition=definition,
        save=testbench.config.save,
        statistical_corners={
            name: {variable: float(value) for variable, value in saved.definition.variables.items()}
            for name, saved in project.statistical_corners.items()
        },
        statistical_seeds={
            name: saved.definition.seed
            for name, saved in project.statistical_corners.items()
            if saved.definition.seed is not None
        },
    )


def _relative(path: Path | None, root: Path) -> str:
    """A path as decks name it from the project's directory; empty where there is none."""
    if path is None:
        return ""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _input_files(project: Project, testbench: Testbench, source: Path | None) -> list[Path]:
    setup = project.root / "sim_setup.yaml"
    maybe = (project.dut_netlist, source, *schematic_inputs(project, testbench.name))
    return [setup, testbench.config_path, testbench.template, *(path for path in maybe if path is not None)]


def _with_circuit(
    making: RunLayout,
    project: Project,
    testbench: Testbench,
    source: Path | None,
    manifest: Manifest,
    reuse: Sequence[str],
) -> Manifest:
    """Copy the circuit and the hooks; the manifest with every input by its content."""
    begun = Circuit(template=testbench.template.name, simulator=manifest.tools.simulator)
    circuit = frozen(making, manifest, begun, project.root, testbench.template)
    hooks = freeze_hooks(making.path / HOOKS, project.root, hook_files(manifest.measurements))
    digests = Digests.load(project.root)
    others = digests_of(project.root, _input_files(project, testbench, source), digests)
    digests.save(project.root)
    present = {name: digest for name, digest in circuit.inputs.items() if digest}
    inputs = dict(sorted({**others, **present, **hooks}.items()))
    return manifest.with_circuit(circuit, Hooks(HOOKS, hooks), inputs, reuse)


def _copy_configuration(making: RunLayout, project: Project, source: Path | None, manifest: Manifest) -> None:
    """Copy the files that configure the run."""
    testbench = project.testbenches[manifest.testbench]
    shutil.copyfile(testbench.config_path, making.inputs / "config.yaml")
    shutil.copyfile(project.root / "sim_setup.yaml", making.inputs / "sim_setup.yaml")
    if source is not None:
        shutil.copyfile(source, making.inputs / "sweep.yaml")
    for name in (each.file for each in manifest.plot_specs if each.file):
        if (project.root / name).is_file():
            (making.inputs / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(project.root / name, making.inputs / name)


def _make_store(making: RunLayout, manifest: Manifest, plan: Plan) -> None:
    total = len(plan)
    meta = {
        "state": "pending",
        "sweep": manifest.sweep,
        "testbench": manifest.testbench,
        "total": str(total),
        "run": manifest.run,
    }
    database.create(making.database, {**meta, "created": str(time.time())})
    declared = {name: what.shown for name, what in manifest.case_measurements.items()}
    declare_columns(making, swept_columns(plan), declared, total)
    with Store(making, plan) as store:
        store.fill(FIRST_ROWS)
    if total <= DEFERRED_METADATA:
        write_metadata(making, plan, bytes(total + 1), {})
