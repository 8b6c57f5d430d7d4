"""simorc serve: serve the terminal interface to a browser on this machine."""

from __future__ import annotations

import click

from simorc.cli.context import Scope, scoped
from simorc.cli.number_options import CountOption


@click.command("serve")
@click.option(
    "--port", type=CountOption(1, 65535), default=8000, show_default=True, help="Port on 127.0.0.1."
)
@click.option("--token", metavar="TEXT", help="Access token (default: a random token).")
@scoped
def command(scope: Scope, port: int, token: str | None) -> None:
    """Show the terminal interface in a browser, until Ctrl-C. Prints the address, with its token.

    From another machine: ssh -L 8000:localhost:8000 SERVER, then open the address there.
    """
    from simorc.cli.interface import serve_interface

    click.get_current_context().exit(serve_interface(scope, port, token))
