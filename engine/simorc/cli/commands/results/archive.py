"""simorc archive: pack a run into one compressed file, and unpack it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from simorc.cli.case_ids import CASE_IDS
from simorc.cli.completion import RUNS
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note
from simorc.rundir.layout import SIMULATIONS
from simorc.text import plain


@click.command("archive")
@click.argument("run", shell_complete=RUNS)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Archive file (default: <run>.tar.gz in the current directory).",
)
@click.option(
    "--waves",
    type=click.Choice(["all", "failed", "none"]),
    default="all",
    show_default=True,
    help="Cases whose waveforms are archived.",
)
@click.option(
    "--case", "cases", type=CASE_IDS, default=None, help="Cases whose waveforms are always archived."
)
@click.option(
    "--without",
    type=click.Choice(["decks", "logs", "reports"]),
    multiple=True,
    help="Parts to exclude; state, measurements and inputs are always included.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--restore", is_flag=True, help="Unpack the archive RUN into this project.")
@click.option("--check", is_flag=True, help="Read the archive RUN to its last byte and report damage.")
@scoped
def command(
    scope: Scope,
    run: str,
    out: Path | None,
    waves: str,
    cases: Sequence[int] | None,
    without: Sequence[str],
    force: bool,
    restore: bool,
    check: bool,
) -> None:
    """Archive RUN in one file: state, inputs, decks, logs, reports and the selected waveforms."""
    from simorc.maintenance.archive import archive_run, check_archive, restore_run

    if check:
        found = check_archive(Path(run))
        click.echo(f"{plain(found.run)}: {found.files} files, nothing is damaged")
        if not found.sealed:
            note("written by an older simorc: only the checksum of gzip was checked")
        return
    if restore:
        click.echo(restore_run(Path(run), scope.root() / SIMULATIONS).name)
        return
    layout = scope.run(run)
    target = out or Path(f"{layout.name}.tar.gz")
    done = archive_run(layout, target, waves=waves, cases=cases or (), without=without, force=force)
    click.echo(plain(str(done.path)))
    note(f"{done.files} files, {done.bytes_before / 1e6:.1f} MB → {done.bytes_after / 1e6:.1f} MB")
