"""Builds and starts runs in other processes, without blocking the screen.

A run is built by ``simorc build`` and executed by a runner in its own session, so that it continues after
the terminal closes. Both are forks of a standby process if there is one, else processes that load the program
first.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.processes import search_path
from simorc.rundir.layout import RunLayout, find_run
from simorc_tui.data.standby import Standby, StandbyLost

if TYPE_CHECKING:
    from simorc.analysis.costs import Cost
    from simorc.analysis.tuning.client import Answer, TunerClient
    from simorc_tui.data.causes.jobs import AnalysisProcess


class Launcher:
    """Builds, starts and sends requests to the runs of the project at `root`, with `standby` if given."""

    def __init__(self, root: Path, standby: Standby | None = None) -> None:
        self.root = root
        self._standby = standby

    def prepare(self) -> None:
        """Start the standby process, so that the next run begins at once."""
        if self._standby is not None:
            self._standby.start()

    def close(self) -> None:
        """End the standby process; runs continue."""
        if self._standby is not None:
            self._standby.close()

    async def build(
        self, sweep: str, draft: str | None = None, reuse: str | None = None, *, allow_stale: bool = False
    ) -> RunLayout:
        """Build a run of `sweep`, from `draft` (the text of a sweep file) if given, with results reused from
        the run `reuse`; `allow_stale` accepts a netlist that is older than its schematic.

        Raises SimorcError with the message of the build command.
        """
        options = [] if reuse is None else ["--reuse", reuse]
        options += ["--allow-stale"] if allow_stale else []
        if draft is None:
            return await self._build(sweep, options)
        import tempfile

        with tempfile.TemporaryDirectory(prefix="simorc-") as directory:
            definition = Path(directory) / f"{sweep}.yaml"
            definition.write_text(draft, encoding="utf-8")
            try:
                return await self._build(sweep, [*options, "--definition", str(definition)])
            except SimorcError as error:  # the user knows the builder, not the temporary file of the draft
                raise SimorcError(error.message.replace(str(definition), f"{sweep} (not saved)")) from error

    async def start(
        self, layout: RunLayout, cases: Sequence[int] | None = None, *, inputs: str = "refuse"
    ) -> None:
        """Start the run's runner. `inputs` (refuse, keep, accept) says what to do if a file the run was built
        from has changed. Raises InputsChanged, and RunBusy if another runner has the run.
        """
        from simorc.launch.start import (
            start_runner,  # brings the manifest's models: not before the first frame
        )

        standby = self._ready_standby()
        if standby is not None:
            with suppress(StandbyLost):
                begin = standby.begin
                await asyncio.to_thread(start_runner, layout, cases=cases, inputs=inputs, begin=begin)
                return
        await asyncio.to_thread(start_runner, layout, cases=cases, inputs=inputs)

    async def check_inputs(self, layout: RunLayout) -> None:
        """Raise InputsChanged where a file the run was built from has changed."""
        from simorc.launch.start import check_inputs
        from simorc.rundir.manifest import load_manifest

        await asyncio.to_thread(lambda: check_inputs(layout, load_manifest(layout)))

    async def request(self, layout: RunLayout, kind: str, **data: object) -> None:
        """Leave a request for the run's runner."""
        from simorc.launch.start import request

        await asyncio.to_thread(lambda: request(layout, kind, **data))

    async def _build(self, sweep: str, options: Sequence[str]) -> RunLayout:
        out = await self._run("build", *options, sweep)
        return await asyncio.to_thread(find_run, self.root, out.splitlines()[-1])

    def tuner(self, name: str, take: Callable[[Answer], object]) -> TunerClient:
        """The process of a tuner for a sweep or a testbench, not started yet; `take` gets its answers."""
        from simorc.analysis.tuning.client import TunerClient

        return TunerClient(self.root, name, take)

    def analysis(self, cost: Cost, heard: Callable[[int], object]) -> AnalysisProcess:
        """The process of an analysis, not started yet; `heard` gets the number of its simulations."""
        from simorc_tui.data.causes.jobs import AnalysisProcess

        return AnalysisProcess(self.root, cost, heard)

    async def output(self, *arguments: str) -> str:
        """Run a simorc command on the project; returns its output. Raises SimorcError with its message."""
        return await self._run(*arguments)

    async def command(self, *arguments: str) -> str:
        """Run a simorc command on the project; returns the last line of its output.

        Raises SimorcError with its error message.
        """
        output = await self._run(*arguments)
        return output.splitlines()[-1] if output else ""

    def _ready_standby(self) -> Standby | None:
        """The standby process if it is ready; another is started where it has ended."""
        standby = self._standby
        if standby is not None and standby.ended:
            standby.start()
        return standby if standby is not None and standby.ready else None

    async def _run(self, *arguments: str) -> str:
        """Run a command; its output. Raises SimorcError with its words."""
        done = await self._completed(arguments)
        out, err = done.stdout.strip(), done.stderr.strip()
        if done.returncode:
            raise SimorcError(err or out or f"{arguments[0]} ended with exit code {done.returncode}")
        return out or err

    async def _completed(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        standby = self._ready_standby()
        if standby is not None:
            with suppress(StandbyLost):
                return await asyncio.to_thread(standby.command, arguments)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simorc", "--project", str(self.root), *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": search_path()},
            start_new_session=True,
        )  # fmt: skip
        out, err = (each.decode(errors="replace") for each in await process.communicate())
        return subprocess.CompletedProcess([*arguments], process.returncode or 0, out, err)
