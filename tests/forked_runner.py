"""Runners that are forks of this process: it has loaded the modules already, half of a run's cost.

Tests marked ``e2e`` start the real program.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib import import_module

from simorc.launch import runner
from simorc.launch.forked_process import ForkedChild, fork, store_is_open
from simorc.launch.runner_process import spawn_runner
from simorc.plugin_loading import GROUPS, plugin_names
from simorc.rundir.layout import RunLayout

_LOADED_BY_RUNNERS = (
    "anyio._backends._asyncio",
    "simorc.measurements.measure",
    "simorc.simulators.ngspice.session_way",
)


def fork_runner(module: str, layout: RunLayout, stdin: int) -> ForkedChild | subprocess.Popen[bytes]:
    """The runner of `layout`, waiting for its options at its standard input; a process of its own where a
    store is open here.
    """
    if store_is_open():
        return spawn_runner(module, layout, stdin)
    load_once()
    return fork(lambda: _runner(layout), layout.runner_log)


@cache
def load_once() -> None:
    """Load what runners load after their start, before the first fork: every fork would load it again."""
    for name in _LOADED_BY_RUNNERS:
        import_module(name)
    for group in GROUPS:
        plugin_names(group)


def _runner(layout: RunLayout) -> int:
    sys.argv = ["simorc-runner", str(layout.path)]
    return runner.main()
