"""Starts the process of a tuner and talks to it.

    async with TunerClient(root, "pvt_ac", take) as client:
        client.ask({"w_in": Number("42u")}, [TunedCase("nominal")])

`take` gets what the process answers, in the event loop of the caller.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simorc.analysis.tuning.tuner import TunedCase, tuning_directory, values_to_json
from simorc.processes import search_path
from simorc.units import Value

_LONGEST = 1 << 26
"""Bytes of an answer."""
_PATIENCE = 5.0
"""Seconds that the process has to end its sessions."""
_LAST_WORDS = 2000


@dataclass(frozen=True)
class CaseMeasured:
    """One case of request `number`. `raw` is its file of waveforms; `failure` is empty if it completed."""

    number: int
    place: int
    measurements: Mapping[str, float]
    failure: str
    raw: Path | None


@dataclass(frozen=True)
class RequestOver:
    """Request `number` is over. `complete`: every case was simulated; else a newer request came.

    `error` says why nothing was simulated.
    """

    number: int
    complete: bool
    error: str = ""


@dataclass(frozen=True)
class ParametersUnused:
    """Parameters that change nothing in the deck, and why."""

    reasons: Mapping[str, str] = field(default_factory=dict)


Answer = CaseMeasured | RequestOver | ParametersUnused


class TunerClient:
    """The process of a tuner of the project at `root`; `name` is a sweep, an analysis or a testbench."""

    def __init__(self, root: Path, name: str, take: Callable[[Answer], object]) -> None:
        self._root, self._name, self._take = root, name, take
        self._directory = tuning_directory()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._number = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the process. Raises OSError."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "simorc.analysis.tuning.process"),
            *(str(self._root), self._name, str(self._directory / "waves")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST,
            cwd=self._root,
            env=self._environment(),
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read(self._process))

    def _environment(self) -> dict[str, str]:
        """What it writes is in the directory that is removed at the end, even if the process is killed."""
        (self._directory / "waves").mkdir()
        return {**os.environ, "PYTHONPATH": search_path(), "TMPDIR": str(self._directory)}

    def ask(self, values: Mapping[str, Value], cases: Sequence[TunedCase], keep: Collection[int] = ()) -> int:
        """Have the cases simulated with these values in place of everything asked before; its number.

        `keep` are the numbers of earlier requests whose waveforms are still needed.
        """
        self._number += 1
        request = {
            "number": self._number,
            "values": values_to_json(values),
            "cases": [each.to_json() for each in cases],
            "keep": sorted(keep),
        }
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return self._number

    async def close(self) -> None:
        """End the process and its sessions, and remove their files."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), _PATIENCE)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._reading is not None:
            await self._reading
        await asyncio.to_thread(shutil.rmtree, self._directory, ignore_errors=True)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        complaints = asyncio.create_task(process.stderr.read())
        while line := await process.stdout.readline():
            self._take(_answer(json.loads(line)))
        words = (await complaints).decode(errors="replace").strip()[-_LAST_WORDS:]
        if self._process is not None:  # it ended though it was not closed
            last = words.splitlines()[-1] if words else "it said nothing"
            self._take(RequestOver(self._number, False, f"the process of the tuner ended: {last}"))


def _answer(message: Mapping[str, Any]) -> Answer:
    if "unused" in message:
        return ParametersUnused(message["unused"])
    if "case" in message:
        raw = message["raw"]
        return CaseMeasured(
            *(message["number"], message["case"], message["measurements"], message["failure"]),
            None if raw is None else Path(raw),
        )
    if "error" in message:
        remedy = message["remedy"]
        return RequestOver(message["number"], False, f"{message['error']}{f'; {remedy}' if remedy else ''}")
    return RequestOver(message["number"], message["over"])
