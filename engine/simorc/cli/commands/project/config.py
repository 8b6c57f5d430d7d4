"""simorc config show: print every effective setting and its source."""

from __future__ import annotations

import click

from simorc.cli.context import Scope, scoped
from simorc.cli.output.case_rows import dumps
from simorc.cli.output.tables import table, write
from simorc.text import plain


@click.group("config")
def command() -> None:
    """Show the settings of the project."""


@command.command("show")
@click.option("--testbench", metavar="NAME", help="Settings of this testbench.")
@click.option("--json", "json_form", is_flag=True, help="Machine-readable.")
@scoped
def show(scope: Scope, testbench: str | None, json_form: bool) -> None:
    """Print each effective setting and its source."""
    settings = scope.load().origins(testbench)
    if json_form:
        entries = [{"key": each.key, "value": each.value, "origin": str(each.origin)} for each in settings]
        click.echo(dumps(entries))
        return
    rows = [(each.key, _text(each.value), plain(str(each.origin))) for each in settings]
    write(table(("setting", "value", "from"), rows))


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return plain(" ".join(map(str, value))) or "-"
    return "-" if value is None else plain(str(value))
