"""The quick commands stay quick: what they import, and what they cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simorc.cli.command_table import COMMANDS, SECTIONS, CommandGroup
from simorc.rundir.layout import RunLayout
from simorc.rundir.summary import summarise
from tests.counted_work import lines_run
from tests.waiting import PATIENCE

HEAVY = (
    "textual",
    "rich",
    "pydantic",
    "jinja2",
    "ruamel",
    "numpy",
    "anyio",
    "watchfiles",
    "spicelib",
    "plotext",
)

PROBE = """
import json, sys
from simorc.cli.main import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted(name for name in sys.modules)]), file=sys.stderr)
"""


def modules_after(root: Path, *arguments: str) -> set[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments, "--project", str(root)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE,
        check=True,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "arguments", [("status",), ("status", "last", "--json"), ("results",), ("log", "last", "4")]
)
def test_quick_commands_import_nothing_heavy(
    project: Path, finished_run: RunLayout, arguments: tuple[str, ...]
) -> None:
    assert finished_run.exists()
    modules = modules_after(project, *arguments)
    assert "simorc.rundir.store.reader" in modules
    assert not {name for name in HEAVY if name in modules}


def test_status_reads_no_case(finished_run: RunLayout) -> None:
    summarise(finished_run)  # modules are loaded before lines are counted
    assert lines_run(lambda: summarise(finished_run)) < 2000


def test_every_command_of_the_table_loads() -> None:
    group = CommandGroup("simorc")
    for name, entry in COMMANDS.items():
        command = group.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.name == name
        assert entry.section in SECTIONS
