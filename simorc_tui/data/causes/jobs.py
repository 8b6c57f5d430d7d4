"""Starts analyses as processes, one at a time, and follows how many simulations they have made.

An analysis belongs to the project, not to a screen: it goes on while other screens are shown, and ends with
the interface.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from simorc.analysis.costs import Cost
from simorc.errors import SimorcError
from simorc.processes import search_path

_COUNT = re.compile(r"(\d+) simulations")
_DONE = {0, 3}
"""Exit codes of an analysis whose result is stored: 3 is a limit nearer than its target."""
_LAST_WORDS = 400
_PATIENCE = 5.0
"""Seconds that a cancelled analysis has to end its sessions."""


def costs_from(text: str) -> list[Cost]:
    """The costs that ``simorc analyses --json`` printed."""
    rows = json.loads(text)
    return [Cost(**{name: value for name, value in row.items() if name != "stored_utc"}) for row in rows]


class AnalysisProcess:
    """The process of one analysis of the project at `root`; `heard` gets the number of its simulations."""

    def __init__(self, root: Path, cost: Cost, heard: Callable[[int], object]) -> None:
        self._root, self._cost, self._heard = root, cost, heard
        self._process: asyncio.subprocess.Process | None = None
        self.cancelled = False

    async def run(self) -> None:
        """Run it to its end. Raises SimorcError with its words where nothing is stored, OSError."""
        options = ["--devices"] if self._cost.kind == "sensitivity" else []
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "simorc", "--project", str(self._root), self._cost.kind, self._cost.name),
            *("--progress", "--json", *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=self._root,
            env={**os.environ, "PYTHONPATH": search_path()},
            start_new_session=True,
        )
        if self.cancelled:
            self.cancel()
        words: list[str] = []
        assert process.stderr is not None
        while line := await process.stderr.readline():
            text = line.decode(errors="replace").rstrip()
            count = _COUNT.fullmatch(text)
            if count is None:
                words.append(text)
            else:
                self._heard(int(count[1]))
        code = await process.wait()
        stored = code in _DONE or (code == 1 and self._cost.kind == "sensitivity")
        if not stored and not self.cancelled:
            last = "\n".join(words)[-_LAST_WORDS:] or f"it ended with exit code {code}"
            raise SimorcError(f"{self._cost.kind} {self._cost.name}: {last.removeprefix('simorc: ')}")

    def cancel(self) -> None:
        """Have it end its simulations; nothing is stored then."""
        self.cancelled = True
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    async def close(self) -> None:
        """Cancel it, and wait until it has ended."""
        self.cancel()
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), _PATIENCE)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    self._process.kill()


class Process(Protocol):
    """What the jobs need of the process of an analysis."""

    cancelled: bool

    async def run(self) -> None:
        """Run it to its end. Raises SimorcError, OSError."""

    def cancel(self) -> None:
        """Have it end."""

    async def close(self) -> None:
        """Cancel it, and wait until it has ended."""


MakeProcess = Callable[[Cost, Callable[[int], object]], Process]


@dataclass(frozen=True)
class Progress:
    """How far the analysis under way is, in simulations."""

    cost: Cost
    done: int = 0

    @property
    def fraction(self) -> float:
        """Of the most simulations it usually takes, 0 to 1."""
        return min(1.0, self.done / self.cost.most) if self.cost.most else 0.0


class AnalysisJobs:
    """The analysis under way, of which there is one at most. `changed` is called whenever `progress` has."""

    def __init__(self, make: MakeProcess) -> None:
        self._make = make
        self._process: Process | None = None
        self.progress: Progress | None = None
        self.changed: Callable[[], object] = lambda: None

    async def run(self, cost: Cost) -> bool:
        """Run an analysis to its end; False if it was cancelled. Raises SimorcError, also while another one
        is under way.
        """
        if self.progress is not None:
            other = self.progress.cost
            raise SimorcError(
                f"{other.kind} {other.name} is under way", remedy="wait for its end, or press x to cancel it"
            )
        self.progress = Progress(cost)
        process = self._process = self._make(cost, self._count)
        self.changed()
        try:
            await process.run()
        except OSError as error:
            raise SimorcError(f"the analysis cannot be started: {error.strerror}") from error
        finally:
            self.progress = self._process = None
            self.changed()
        return not process.cancelled

    def _count(self, simulations: int) -> None:
        if self.progress is not None:
            self.progress = replace(self.progress, done=simulations)
            self.changed()

    def cancel(self) -> None:
        """Cancel the analysis under way."""
        if self._process is not None:
            self._process.cancel()

    async def close(self) -> None:
        """End the analysis under way, with the program."""
        if self._process is not None:
            await self._process.close()
