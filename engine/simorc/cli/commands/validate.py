"""simorc validate: every file of the project checked, every problem reported at once."""

from __future__ import annotations

import click

from simorc.cli.context import Scope, scoped
from simorc.cli.errors import ExitCode
from simorc.errors import ConfigError
from simorc.text import plain


@click.command("validate")
@scoped
def command(scope: Scope) -> None:
    """Check every file of the project. Nothing is created or started."""
    from simorc.launch.build import unmeasurable
    from simorc.launch.case_plan import plan_of
    from simorc.launch.sweep_checks import sweep_problems, sweep_warnings, testbench_warnings
    from simorc.netlist.deck.includes import lint_includes
    from simorc.netlist.deck.lint_definitions import lint_definitions
    from simorc.netlist.deck.lint_literals import lint_literals
    from simorc.netlist.deck.lint_random import lint_random
    from simorc.netlist.deck.lint_title import lint_titles
    from simorc.netlist.deck.lint_values import lint_values
    from simorc.schematics.lint import lint_project

    project = scope.load()
    problems = [
        problem
        for sweep in project.sweeps.values()
        for check in (unmeasurable, sweep_problems)
        for problem in check(project, sweep.definition, sweep.path)
    ]
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    plans = {
        name: plan_of(project, sweep.definition, source=sweep.path) for name, sweep in project.sweeps.items()
    }
    checks = (
        *(lint_project, lint_includes, lint_definitions, lint_literals, lint_titles, lint_values),
        lint_random,
    )
    findings = sorted(
        {finding for check in checks for finding in check(project)}
        | set(testbench_warnings(project))
        | {
            finding
            for name, sweep in project.sweeps.items()
            for finding in sweep_warnings(sweep.definition, plans[name], sweep.path)
        }
    )
    for finding in findings:
        click.echo(plain(str(finding)), err=not finding.warning)
    if not all(finding.warning for finding in findings):
        raise SystemExit(ExitCode.BAD_USAGE)
    for name, plan in plans.items():
        click.echo(f"sweep {plain(name)}: {len(plan)} cases")
    testbenches = _number(len(project.testbenches), "testbench", "es")
    sweeps = _number(len(project.sweeps), "sweep", "s")
    click.echo(f"{plain(project.name)}: {testbenches}, {sweeps}: no problems")


def _number(count: int, word: str, plural: str) -> str:
    return f"{count} {word}{'' if count == 1 else plural}"
