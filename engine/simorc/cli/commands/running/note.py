"""simorc note, simorc rename: store a note and a label of a run."""

from __future__ import annotations

import click

from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note as print_note
from simorc.errors import UsageError
from simorc.rundir.notes import notes_of, set_label, set_note, shown_name
from simorc.text import plain


@click.command("note")
@click.argument("run", shell_complete=RUNS)
@click.argument("text", required=False)
@click.option("--remove", is_flag=True, help="Remove the note.")
@scoped
def command(scope: Scope, run: str, text: str | None, remove: bool) -> None:
    """Add the note TEXT to RUN, or print the note of RUN."""
    layout = scope.run(run)
    if remove and text is not None:
        raise UsageError("give a text or --remove, not both")
    if remove:
        set_note(layout, "")
        print_note(f"{plain(shown_name(layout))}: no note")
    elif text is not None:
        print_note(f"{plain(shown_name(layout))}: {plain(set_note(layout, text).note)}")
    elif note := notes_of(layout).note:
        click.echo(plain(note))
    else:
        print_note(f"{plain(shown_name(layout))} has no note")


@click.command("rename")
@click.argument("run", shell_complete=RUNS)
@click.argument("label", required=False)
@click.option("--remove", is_flag=True, help="Remove the label.")
@scoped
def rename(scope: Scope, run: str, label: str | None, remove: bool) -> None:
    """Give RUN the label LABEL, which replaces its time stamp. Its directory and id stay unchanged."""
    layout = scope.run(run)
    if remove == (label is not None):
        raise UsageError("give a label or --remove, not both")
    remarks = set_label(layout, label or "")
    print_note(f"{plain(layout.name)} is shown as {plain(shown_name(layout, remarks))}")
