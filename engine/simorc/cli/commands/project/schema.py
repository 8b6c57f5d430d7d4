"""simorc schema: print or write JSON Schemas of the project files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from simorc.cli.output.tables import note
from simorc.config.schema.files import FOLDER, NAMES, schema_text, write_schemas
from simorc.text import plain


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES), required=False)
@click.option(
    "--write",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=f"Write all schemas into DIR, such as {FOLDER}.",
)
def command(name: str | None, directory: Path | None) -> None:
    """Print the JSON Schema of sim_setup.yaml (setup), config.yaml (testbench), a sweep file (sweep) or a
    sizing file (sizing), or a contract.yaml (contract).

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
        note(f"name one schema: {', '.join(NAMES)}; or write all: simorc schema --write {FOLDER}")
