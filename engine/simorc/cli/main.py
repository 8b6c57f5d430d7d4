"""Entry point of the ``simorc`` command. Imports nothing heavy, because `simorc status` must start
quickly."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from simorc import __version__
from simorc.cli import errors as failures
from simorc.cli.command_table import CommandGroup
from simorc.cli.context import Scope
from simorc.errors import SimorcError, StoreError

HELP = """Sweeps, corners and Monte Carlo for ngspice.

Without a command, in a terminal and inside a project: opens the terminal interface.
"""


@click.group(
    "simorc",
    cls=CommandGroup,
    invoke_without_command=True,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Project directory (default: the nearest parent with a sim_setup.yaml).",
)
@click.option(
    "--env", "environment", metavar="NAME", help="Environment in sim_setup.yaml (default: SIMORC_ENV)."
)
@click.option("--no-mouse", is_flag=True, help="Disable the mouse in the terminal interface.")
@click.version_option(__version__, prog_name="simorc")
@click.pass_context
def simorc(ctx: click.Context, project: Path | None, environment: str | None, no_mouse: bool) -> int:
    ctx.obj = Scope(project, environment)
    if ctx.invoked_subcommand is not None:
        return 0
    if in_terminal() and ctx.obj.inside():
        from simorc.cli.interface import open_interface

        return open_interface(ctx.obj, mouse=not no_mouse)
    click.echo(ctx.get_help())
    return 0


def in_terminal() -> bool:
    """Whether there is a person with a terminal on both sides."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code of the table in `failures.ExitCode`."""
    try:
        code = simorc.main(args=arguments, prog_name="simorc", standalone_mode=False, color=_colour())
        return code if isinstance(code, int) else failures.ExitCode.GOOD
    except click.ClickException as error:
        error.show()
        return failures.ExitCode.BAD_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("cancelled", err=True)
        return failures.ExitCode.CANCELLED
    except SimorcError as error:
        return failures.show(error)
    except OSError as error:
        return failures.show_operating_system(error)
    except Exception as error:  # noqa: BLE001 - the one place where what nobody foresaw becomes exit code 70
        if type(error).__module__ == "sqlite3":  # not imported for it: most commands never open a store
            damaged = f"the state of a run is damaged: {error}"
            return failures.show(StoreError(damaged, remedy="simorc fsck --repair RUN"))
        return failures.show_bug(error)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that is not UTF-8 gets `\\u03bc`, not a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(run())


def _colour() -> bool | None:
    """No colour if NO_COLOR is set; otherwise click decides by its output stream."""
    return False if os.environ.get("NO_COLOR") else None
