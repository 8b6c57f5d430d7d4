"""The process of a tuner: reads requests from its input, writes what it measures to its output.

    python -m simorc.analysis.tuning.process PROJECT NAME DIRECTORY

Both are lines of JSON. A request has a ``number``, the ``values`` of the sliders, the ``cases`` that follow
them, and the numbers whose waveforms to ``keep``. Only the newest request is simulated: what is under way is
finished, cases that have not begun are dropped. The process ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio

from simorc.analysis.points import Evaluation
from simorc.analysis.tuning.tuner import TunedCase, Tuner, values_of_json
from simorc.config.project import Project
from simorc.errors import SimorcError

Message = Mapping[str, Any]
_FINISHED_WITHIN = 0.25
"""Seconds for which a request goes on though a newer one has come: while a key is held, curves are seen."""
_LONGEST = 1 << 26
"""Bytes of a request."""


class TunerProcess:
    """Simulates the newest request, and writes answers."""

    def __init__(self, root: Path, name: str, directory: Path) -> None:
        self._root, self._name, self._directory = root, name, directory
        self._tuner: Tuner | None = None
        self._newest: Message | None = None
        self._arrived = asyncio.Event()

    async def serve(self) -> None:
        """Answer requests until the input ends."""
        reading = asyncio.create_task(self._read())
        working = asyncio.create_task(self._work())
        await asyncio.wait([reading, working], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        if self._tuner is not None:
            await self._tuner.close()

    async def _read(self) -> None:
        reader = asyncio.StreamReader(limit=_LONGEST)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            self._newest = json.loads(line)
            self._arrived.set()

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            request, self._newest = self._newest, None
            if request is not None:
                await self._answer(request)

    async def _answer(self, request: Message) -> None:
        number = request["number"]
        try:
            await self._simulate(number, request)
        except SimorcError as error:
            _write({"number": number, "error": error.message, "remedy": error.remedy or ""})

    async def _simulate(self, number: int, request: Message) -> None:
        cases = [TunedCase.of_json(each) for each in request["cases"]]
        tuner = await self._ready(cases[0])

        def heard(place: int, evaluation: Evaluation, raw: Path | None) -> None:
            _write(
                {
                    "number": number,
                    "case": place,
                    "measurements": dict(evaluation.measurements),
                    "failure": evaluation.failure,
                    "raw": None if raw is None else str(raw),
                }
            )

        values = values_of_json(request["values"])
        until = time.monotonic() + _FINISHED_WITHIN

        def wanted() -> bool:
            return self._newest is None or time.monotonic() < until

        done = await tuner.simulate(number, values, cases, heard, wanted)
        _write({"number": number, "over": done})
        tuner.forget(request["keep"])

    async def _ready(self, case: TunedCase) -> Tuner:
        """The tuner; a new one after the template or a file it includes has changed."""
        if self._tuner is not None and self._tuner.has_moved_on(case):
            await self._tuner.close()
            self._tuner = None
        if self._tuner is None:
            self._tuner = Tuner(Project.load(self._root), self._name, self._directory)
            self._tuner.has_moved_on(case)
            _write({"unused": self._tuner.unused(case)})
        return self._tuner


def _write(message: Message) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> None:
    """Serve the tuner of a project; `arguments` are its directory, the name, a directory for files."""
    root, name, directory = arguments

    async def run() -> None:
        await TunerProcess(Path(root), name, Path(directory)).serve()

    anyio.run(run)


if __name__ == "__main__":
    main(sys.argv[1:])
