"""simorc note, simorc rename: what people say about a run."""

from __future__ import annotations

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note as tell
from simorc.errors import UsageError
from simorc.rundir.notes import notes_of, set_label, set_note, shown_name
from simorc.text import plain


@click.command("note")
@click.argument("run", shell_complete=RUNS)
@click.argument("text", required=False)
@click.option("--remove", is_flag=True, help="Take the note away.")
@scoped
def command(scope: Scope, run: str, text: str | None, remove: bool) -> None:
    """Keep TEXT with RUN, or print the note there is."""
    layout = scope.run(run)
    if remove and text is not None:
        raise UsageError("either a text or --remove")
    if remove:
        set_note(layout, "")
        tell(f"{plain(shown_name(layout))}: no note")
    elif text is not None:
        tell(f"{plain(shown_name(layout))}: {plain(set_note(layout, text).note)}")
    elif said := notes_of(layout).note:
        click.echo(plain(said))
    else:
        tell(f"{plain(shown_name(layout))} has no note")


@click.command("rename")
@click.argument("run", shell_complete=RUNS)
@click.argument("label", required=False)
@click.option("--remove", is_flag=True, help="Show it by its time stamp again.")
@scoped
def rename(scope: Scope, run: str, label: str | None, remove: bool) -> None:
    """Show and accept RUN by LABEL in place of its time stamp; its directory and its id stay."""
    layout = scope.run(run)
    if remove == (label is not None):
        raise UsageError("either a label or --remove")
    remarks = set_label(layout, label or "")
    tell(f"{plain(layout.name)} is shown as {plain(shown_name(layout, remarks))}")
