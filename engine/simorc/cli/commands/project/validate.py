"""simorc validate: check every file of the project and report all problems at once."""

from __future__ import annotations

import click

from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.errors import ConfigError, Problem
from simorc.text import plain

NO_CASES = "the sweep has no cases: check exclude and include"


@click.command("validate")
@scoped
def command(scope: Scope) -> int:
    """Check every file of the project. Nothing is created or started."""
    from simorc.config.sizing_files import sizing_problems
    from simorc.launch.case_plan import plan_of
    from simorc.launch.project_checks import findings_of, problems_of, problems_of_testbench
    from simorc.launch.sweep_checks import sweep_warnings, testbench_warnings
    from simorc.plots.project_specs import plot_problems

    project = scope.load()
    problems = [
        problem
        for name, sweep in project.sweeps.items()
        for problem in problems_of(project, sweep.definition, sweep.path, name)
    ]
    problems += [
        each
        for testbench in project.testbenches.values()
        for each in problems_of_testbench(project, testbench)
    ]
    problems += plot_problems(project)
    problems += sizing_problems(project)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    plans = {
        name: plan_of(project, sweep.definition, source=sweep.path) for name, sweep in project.sweeps.items()
    }
    if empty := [Problem(project.sweeps[name].path, 0, 0, "", NO_CASES) for name in plans if not plans[name]]:
        raise ConfigError(empty)
    of_sweeps = (
        finding
        for name, sweep in project.sweeps.items()
        for finding in sweep_warnings(sweep.definition, plans[name], sweep.path)
    )
    findings = sorted({*findings_of(project), *testbench_warnings(project), *of_sweeps})
    for finding in findings:
        click.echo(plain(str(finding)), err=not finding.warning)
    if not all(finding.warning for finding in findings):
        return ExitCode.BAD_USAGE
    for name, plan in plans.items():
        click.echo(f"sweep {plain(name)}: {len(plan)} cases")
    testbenches = _number(len(project.testbenches), "testbench", "es")
    count = _number(len(project.sweeps), "sweep", "s")
    click.echo(f"{plain(project.name)}: {testbenches}, {count}: no problems")
    return ExitCode.GOOD


def _number(count: int, word: str, plural: str) -> str:
    return f"{count} {word}{'' if count == 1 else plural}"
