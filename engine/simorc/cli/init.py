"""simorc init: a small project that runs as made."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from simorc.cli.tables import note
from simorc.display import plain
from simorc.errors import UsageError

TEMPLATES = ("minimal",)


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--template",
    type=click.Choice(TEMPLATES),
    default="minimal",
    show_default=True,
    help="What to start from.",
)
def command(directory: Path, template: str) -> None:
    """Make a new project in DIRECTORY (default: here). No file that is there is overwritten."""
    source = resources.files("simorc.cli") / "new_project" / template
    files = sorted(_files(source, Path()))
    there = [path for path, _ in files if (directory / path).exists()]
    if there:
        raise UsageError(
            f"{directory / there[0]} is there already", remedy="name another directory: simorc init DIR"
        )
    for path, text in files:
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        click.echo(plain(str(target)))
    where = "" if directory == Path() else f"cd {plain(str(directory))} && "
    note(f"made; now: {where}simorc run corners")


def _files(source: Traversable, path: Path) -> list[tuple[Path, str]]:
    """Every file below `source` as (path, text)."""
    found: list[tuple[Path, str]] = []
    for entry in source.iterdir():
        below = path / entry.name
        found += _files(entry, below) if entry.is_dir() else [(below, entry.read_text(encoding="utf-8"))]
    return found
