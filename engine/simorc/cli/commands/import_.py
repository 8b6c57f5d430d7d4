"""simorc import: create a project from the files of another tool and list what was not imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.output.tables import note
from simorc.errors import UsageError
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.importers.result import Carried

OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Directory of the new project (default: `simorc` beside the imported files).",
)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("import")
def command() -> None:
    """Create a project from files of another tool, which stay unchanged. List what cannot be imported."""


@command.command("cace")
@click.argument("datasheet", type=FILE)
@OUT
def cace(datasheet: Path, out: Path | None) -> None:
    """Import a CACE DATASHEET (format 5.2): ngspice parameters, conditions, specs, scripts, plots."""
    from simorc.importers.cace.datasheet import from_cace

    _made(from_cace(datasheet, out))


@command.command("cicsim")
@click.argument("testbenches", type=FILE, nargs=-1, required=True)
@OUT
def cicsim(testbenches: Sequence[Path], out: Path | None) -> None:
    """Import cicsim TESTBENCHES (tran.spi with tran.meas, tran.yaml, cicsim.yaml and Makefile beside it)."""
    from simorc.importers.cicsim.testbench import from_cicsim

    _made(from_cicsim(testbenches, out))


@command.command("ltspice")
@click.argument("circuit", type=FILE)
@OUT
def ltspice(circuit: Path, out: Path | None) -> None:
    """Import an LTspice CIRCUIT (.net, .cir, or .asc with its netlist beside it); .step becomes a sweep."""
    from simorc.importers.ltspice.netlist import from_ltspice

    _made(from_ltspice(circuit, out))


@command.command("plugin")
@click.argument("name")
@click.argument("source", type=FILE)
@OUT
def plugin(name: str, source: Path, out: Path | None) -> None:
    """Import SOURCE with the importer NAME of an installed package."""
    from simorc.importers.registry import GROUP, importer_called
    from simorc.plugin_loading import plugin_names

    importer = importer_called(name)
    if importer is None:
        known = ", ".join(plugin_names(GROUP)) or "none"
        raise UsageError(f"no importer {name!r}", remedy=f"importers of installed packages: {known}")
    _made(importer(source, out))


def _made(carried: Carried) -> None:
    for path in carried.write():
        click.echo(plain(str(path)))
    for remark in carried.left:
        note(f"not imported: {plain(remark)}")
    note(f"created; next: simorc validate --project {plain(str(carried.directory))}")
