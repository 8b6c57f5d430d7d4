"""simorc init: create a small project that is ready to run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from simorc.cli.output.tables import note
from simorc.config.schema.files import FOLDER, NAMES, schema_line, schema_text
from simorc.errors import UsageError
from simorc.rundir.layout import SIMULATIONS
from simorc.text import plain

TEMPLATES = {
    "minimal": "corners",
    "ota": "pvt_dc",
    "rc": "corners",
    "sky130": "pvt",
    "gf180": "pvt",
    "ihp": "pvt",
}
"""Template -> the sweep to run first."""
KITS = ("sky130", "gf180", "ihp")
"""Templates that need a process kit."""
_NOT_COPIED = frozenset({"simulations", ".simorc", "__pycache__", ".pytest_cache"})


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--template",
    type=click.Choice(list(TEMPLATES)),
    default="minimal",
    show_default=True,
    help="Template of the project; sky130, gf180 and ihp find their PDK with PDK_ROOT and PDK.",
)
def command(directory: Path, template: str) -> None:
    """Create a project in DIRECTORY (default: current directory). Existing files are never overwritten."""
    source = resources.files("simorc.cli") / "new_project" / template
    files = [*sorted(_files(source, Path())), *_schemas()]
    there = [path for path, _ in files if (directory / path).exists()]
    if there:
        raise UsageError(
            f"{directory / there[0]} already exists", remedy="choose another directory: simorc init DIR"
        )
    for path, text in files:
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(schema_line(path) + text, encoding="utf-8")
        click.echo(plain(str(target)))
    (directory / SIMULATIONS).mkdir(exist_ok=True)
    _what_now(directory, template)


def _what_now(directory: Path, template: str) -> None:
    unset = [name for name in ("PDK_ROOT", "PDK") if template in KITS and not os.environ.get(name)]
    if unset:
        note(f"first set {' and '.join(unset)}: the directory and the name of the PDK")
    where = "" if directory == Path() else f"cd {plain(str(directory))} && "
    note(f"created; next: {where}simorc run {TEMPLATES[template]}")


def _files(source: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    """Every file below `source` as (path, text)."""
    for entry in source.iterdir():
        below = path / entry.name
        if entry.name in _NOT_COPIED:
            continue
        if entry.is_dir():
            yield from _files(entry, below)
        else:
            yield below, entry.read_text(encoding="utf-8")


def _schemas() -> list[tuple[Path, str]]:
    return [(Path(FOLDER) / f"{name}.json", schema_text(name)) for name in NAMES]
