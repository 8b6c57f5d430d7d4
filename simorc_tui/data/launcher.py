"""Builds and starts runs in other processes, without blocking the screen.

A run is built by ``python -m simorc build`` and executed by a runner in its own session, so that it continues
after the terminal closes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.errors import SimorcError
from simorc.processes import search_path
from simorc.rundir.layout import RunLayout, find_run

if TYPE_CHECKING:
    from simorc.analysis.tuning.client import Answer, TunerClient


class Launcher:
    """Builds, starts and sends requests to the runs of the project at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

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

    async def command(self, *arguments: str) -> str:
        """Run a simorc command on the project; returns the last line of its output.

        Raises SimorcError with its error message.
        """
        output = await self._run(*arguments)
        return output.splitlines()[-1] if output else ""

    async def _run(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simorc", "--project", str(self.root), *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": search_path()},
            start_new_session=True,
        )  # fmt: skip
        out, err = await process.communicate()
        if process.returncode:
            complaint = err.decode(errors="replace").strip() or out.decode(errors="replace").strip()
            raise SimorcError(complaint or f"{arguments[0]} ended with exit code {process.returncode}")
        return out.decode(errors="replace").strip() or err.decode(errors="replace").strip()
