"""simorc schema: JSON Schemas of the project's files, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from simorc.cli.tables import note
from simorc.display import plain

FOLDER = ".schemas"
"""Where `simorc init` puts them, named by the first line of the files it makes."""
NAMES = ("setup", "testbench", "sweep")


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES), required=False)
@click.option(
    "--write",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=f"Write all of them into DIR, such as {FOLDER}.",
)
def command(name: str | None, directory: Path | None) -> None:
    """Print the JSON Schema of sim_setup.yaml (setup), config.yaml (testbench) or a sweep file (sweep).

    Editors with the YAML language server use it to complete and to check; a file names its schema in its
    first line:
    # yaml-language-server: $schema=.schemas/setup.json
    """
    if directory is not None:
        for path in write_schemas(directory):
            click.echo(plain(str(path)))
    elif name is not None:
        click.echo(schema_text(name), nl=False)
    else:
        note(f"name one: {', '.join(NAMES)}; or write them all: simorc schema --write {FOLDER}")


def schema_text(name: str) -> str:
    """One schema as text."""
    from simorc.config.json_schemas import json_schema

    return json.dumps(json_schema(name), indent=1, ensure_ascii=False) + "\n"


def write_schemas(directory: Path) -> list[Path]:
    """Write every schema into a directory, over those that are there."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / f"{name}.json" for name in NAMES]
    for path in paths:
        path.write_text(schema_text(path.stem), encoding="utf-8")
    return paths
