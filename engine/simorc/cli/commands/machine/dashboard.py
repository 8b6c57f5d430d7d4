"""simorc dashboard: show the runs of several projects in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from simorc.cli.number_options import CountOption


@click.command("dashboard")
@click.argument("directories", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--port",
    type=CountOption(0, 65535),
    default=8001,
    show_default=True,
    help="Port on 127.0.0.1; 0 for a free one.",
)
@click.option("--token", metavar="TEXT", help="Access token (default: a random token).")
@click.option(
    "--public-url", metavar="URL", default="", help="Address that a proxy on this machine gives it."
)
def command(directories: tuple[Path, ...], port: int, token: str | None, public_url: str) -> None:
    """Show the runs of all projects in DIRs (default: here) in a browser, until Ctrl-C. Read-only.

    Prints the address, with its token. From another machine: ssh -L 8001:localhost:8001 SERVER. For a team,
    let a web server on this machine forward an address with https, and name that address with --public-url.
    """
    from simorc.dashboard.projects import find_projects
    from simorc.dashboard.server import serve

    projects = find_projects(directories or (Path.cwd(),))
    serve(projects, port, say=click.echo, token=token, public_url=public_url)
