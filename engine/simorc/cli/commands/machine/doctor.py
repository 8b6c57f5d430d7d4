"""simorc doctor: check that this machine has what simorc needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from simorc.cli.context import Scope, scoped
from simorc.cli.doctor.machine import (
    Finding,
    cpus_finding,
    disk_finding,
    file_system_finding,
    locale_finding,
    plugin_findings,
    program_finding,
    python_finding,
    terminal_finding,
)
from simorc.cli.doctor.simulator import foreign_simulator_findings, ngspice_findings
from simorc.cli.errors import ExitCode
from simorc.cli.output.case_rows import dumps
from simorc.config.models.execution import SimulatorSettings
from simorc.errors import ConfigError, SimorcError
from simorc.text import plain

SIGNS = {"good": "ok  ", "note": "note", "bad": "BAD "}
COLOURS = {"good": "green", "note": "yellow", "bad": "red"}


@click.command("doctor")
@click.option("--json", "json_form", is_flag=True, help="Machine-readable.")
@click.option("--executor", metavar="NAME", help="Also check this cluster with a small job: slurm, lsf, sge.")
@scoped
def command(scope: Scope, json_form: bool, executor: str | None) -> int:
    """Check that this machine has what simorc needs. Exit code 5: the simulator is missing."""
    others = list(foreign_simulator_findings(scope))
    findings = list(_findings(scope, others))
    if executor is not None and executor != "local":
        findings += _cluster(scope, executor)
    if json_form:
        click.echo(dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            _show(finding)
    needed = {finding.name for finding in others} or {"ngspice"}
    needed.add("min version")
    missing = any(finding.name in needed and finding.state == "bad" for finding in findings)
    return ExitCode.TOOL_MISSING if missing else ExitCode.GOOD


def _findings(scope: Scope, others: list[Finding]) -> Iterator[Finding]:
    """`others`: what is found of the project's simulator, if that is not ngspice."""
    project, settings, netlister = _project(scope)
    simulator = str(settings.executable)
    yield python_finding()
    yield program_finding("ngspice", "ngspice" if others else simulator, needed=not others)
    yield from others or ngspice_findings(settings)
    yield program_finding("xschem", netlister, needed=False)
    yield program_finding("iverilog", "iverilog", needed=False)
    yield terminal_finding(sys.stdout.isatty())
    yield locale_finding()
    yield cpus_finding()
    place = scope.root() if scope.inside() else Path.cwd()
    yield file_system_finding(place)
    yield disk_finding(place)
    yield from plugin_findings()
    yield project


def _cluster(scope: Scope, executor: str) -> list[Finding]:
    from simorc.cli.doctor.cluster import cluster_findings
    from simorc.config.execution_record import Site

    settings = scope.load().settings()
    site = Site.of(settings.execution.cluster.model_dump())
    return list(cluster_findings(executor, site, scope.root(), str(settings.simulator.executable)))


def _project(scope: Scope) -> tuple[Finding, SimulatorSettings, str]:
    """How the project is, its settings of the simulator, and the netlister it names."""
    none = SimulatorSettings(), "xschem"
    if not scope.inside():
        return Finding(
            "project", "note", "no project in this directory", "create one: simorc init DIR"
        ), *none
    try:
        project = scope.load()
    except ConfigError as error:
        message = f"{len(error.problems)} problems"
        return Finding("project", "bad", message, "list them: simorc validate"), *none
    except SimorcError as error:
        return Finding("project", "bad", error.message, error.remedy or ""), *none
    settings = project.settings()
    finding = Finding("project", "good", f"{project.name} in {project.root}")
    return finding, settings.simulator, str(settings.netlister.executable)


def _show(finding: Finding) -> None:
    sign = click.style(SIGNS[finding.state], fg=COLOURS[finding.state])
    click.echo(f"{sign}  {finding.name:12} {plain(finding.text)}")
    if finding.remedy:
        click.echo(f"{'':19}{plain(finding.remedy)}")
