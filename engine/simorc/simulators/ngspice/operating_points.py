"""Simulates the operating points of cases: a simulation of its own each, so that the case's is not touched.

Which parameters a device has is known only when ngspice has read its model, so the circuit is listed first,
in a process of its own. Cases with the same circuit share the list; each case shows that it is its own.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

from simorc.errors import StoreError, WaveformError
from simorc.operating_point.deck import LISTING, SHOWN, listing_deck, solution_deck
from simorc.operating_point.devices import Device, circuit_signature, devices_of
from simorc.operating_point.solution import operating_point_in
from simorc.operating_point.table import FILE, OperatingPoint
from simorc.simulators.job import Callbacks, Job, make_case_directory
from simorc.simulators.outcome import FailureKind, Outcome

Simulate = Callable[[Job, Callbacks], Awaitable[Outcome]]
_NUMBERS = re.compile(r"[+-]?\.?\d[\w.]*(?:(?<=[eEdD])[+-]\d+)?")
_Circuit = tuple[tuple[Device, ...], tuple[tuple[str, ...], ...]]


class KnownCircuits:
    """The circuits that were listed already, by their decks without numbers. Shared by the slots of a run."""

    def __init__(self) -> None:
        self._circuits: dict[str, _Circuit] = {}

    def of(self, deck: str) -> _Circuit | None:
        return self._circuits.get(_NUMBERS.sub("#", deck))

    def store(self, deck: str, circuit: _Circuit) -> None:
        self._circuits[_NUMBERS.sub("#", deck)] = circuit


class OperatingPoints:
    """The operating points of one slot's cases.

    `simulate` simulates a job as cases are simulated. `directory` is two levels below a run directory and is
    removed after each case.
    """

    def __init__(self, simulate: Simulate, directory: Path, known: KnownCircuits) -> None:
        self._simulate = simulate
        self._directory = directory
        self._known = known

    async def added(self, outcome: Outcome, job: Job, callbacks: Callbacks) -> Outcome:
        """The outcome of a completed case after its operating point is stored in the directory of the case;
        a case without one fails.
        """
        started = time.monotonic()
        found = await self.of(job, callbacks)
        seconds = outcome.seconds + time.monotonic() - started
        if isinstance(found, OperatingPoint):
            try:
                found.write(job.directory / FILE)
            except OSError as error:
                found = Outcome.met(error, "write the operating point")
            else:
                return outcome._replace(seconds=seconds)
        if found.status == "cancelled":
            return found
        message = f"operating point: {found.message}"
        failed = outcome._replace(status="failed", kind=found.kind, message=message, errno=found.errno)
        return failed._replace(seconds=seconds)

    async def of(self, job: Job, callbacks: Callbacks) -> OperatingPoint | Outcome:
        """The operating point of a case, or the outcome of the simulation that gave none."""
        try:
            return await self._of(job, callbacks)
        except (WaveformError, StoreError) as error:
            return Outcome.failed(FailureKind.OUTPUT_MISSING, error.message)
        except OSError as error:
            return Outcome.met(error, "write the operating point")
        finally:
            shutil.rmtree(self._directory, ignore_errors=True)

    async def _of(self, job: Job, callbacks: Callbacks) -> OperatingPoint | Outcome:
        circuit = self._known.of(job.deck)
        if circuit is not None:
            found = await self._solved(job, circuit, callbacks)
            if isinstance(found, OperatingPoint):
                return found
        listed = await self._listed(job, callbacks)
        if isinstance(listed, Outcome):
            return listed
        self._known.store(job.deck, listed)
        return await self._solved(job, listed, callbacks)

    async def _listed(self, job: Job, callbacks: Callbacks) -> _Circuit | Outcome:
        """The circuit of a case, as ngspice lists it."""
        own = replace(self._beside(job), deck=listing_deck(job.deck), marked=None, forced_cold=True)
        outcome = await self._simulate(own, callbacks)
        if outcome.status != "completed":
            return outcome
        listing = _text(own.directory / LISTING)
        return devices_of(listing, _text(own.directory / SHOWN)), circuit_signature(listing)

    async def _solved(self, job: Job, circuit: _Circuit, callbacks: Callbacks) -> OperatingPoint | Outcome:
        devices, signature = circuit

        def deck(text: str) -> str:
            return solution_deck(text, devices, job.operating_point or ())

        def partners() -> Iterator[tuple[str, str | None]]:
            for text, marked in job.partners() if job.partners is not None else ():
                yield deck(text), None if marked is None else deck(marked)

        marked = None if job.marked is None else deck(job.marked)
        own = replace(self._beside(job), deck=deck(job.deck), marked=marked, partners=partners)
        outcome = await self._simulate(own, callbacks)
        if outcome.status != "completed":
            return outcome
        if circuit_signature(_text(own.log)) != signature:
            return Outcome.failed(FailureKind.INTERNAL, "the circuit of the case differs from its list")
        return operating_point_in(own.raw, devices)

    def _beside(self, job: Job) -> Job:
        """The job in an empty directory of its own, without what its case is measured by."""
        shutil.rmtree(self._directory, ignore_errors=True)
        make_case_directory(self._directory)
        own = replace(job, directory=self._directory, decks=None, operating_point=None)
        return replace(own, requested=(), optional=frozenset())


def _text(path: Path) -> str:
    return path.read_text("utf-8", "surrogateescape")
