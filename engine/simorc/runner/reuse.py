"""Reuses completed cases of earlier runs, before the first case of a run starts.

The run starts no case meanwhile. A case that never ran here and equals a completed one of an earlier run gets
its files (large ones as hard links), is judged and measured again by this run's own rules, and counts as
completed; every other case is simulated. If the runner is killed meanwhile, the next one continues.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from anyio import to_thread

from simorc.errors import SimorcError, WaveformError
from simorc.netlist.deck.deck import Deck
from simorc.regular_files import open_regular, read_regular
from simorc.rundir.attempts.status_files import Report
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.finished import REUSED
from simorc.rundir.store.writer import Store
from simorc.runner.earlier_runs import UNREADABLE, EarlierRun, Equal
from simorc.runner.measuring import Measuring
from simorc.runner.preparation import Preparation, clear_case
from simorc.runner.run_scheduler import RunScheduler
from simorc.runner.steering import REUSING
from simorc.simulators.ngspice.verdict import Ending, judge
from simorc.simulators.outcome import Outcome
from simorc.waveforms.rawfile import RawFile

_READ_BY_PEOPLE = frozenset({"netlist.spice", "simulator.log"})
_MOST_BYTES_OF_LOG = 64 << 20


class Reuse:
    """Copies results of earlier runs before `scheduler` starts the first case."""

    def __init__(
        self,
        layout: RunLayout,
        manifest: Manifest,
        settings: RunSettings,
        preparation: Preparation,
        store: Store,
        scheduler: RunScheduler,
    ) -> None:
        self._layout, self._manifest, self._preparation = layout, manifest, preparation
        self._store, self._scheduler = store, scheduler
        self._measuring = Measuring(layout, manifest, preparation.plan)
        self._named = settings.cases
        named = manifest.reuse
        sources = [RunLayout(Path(os.path.normpath(layout.path / name))) for name in named]
        self.sources = sources if sources and self._wanted() else []
        if self.sources:
            scheduler.pause(REUSING)

    async def run(self) -> None:
        """Copy all reusable results, report how many cases were reused, and let the run start."""
        try:
            for source in self.sources:
                await self._from(source)
        finally:
            if self.sources:
                self._scheduler.resume(REUSING)

    def _wanted(self) -> list[int]:
        """The cases that never ran here."""
        pending, tried = self._store.statuses.ids("pending"), self._store.tried()
        named = frozenset(pending if self._named is None else self._named)
        return [case_id for case_id in pending if case_id in named and case_id not in tried]

    async def _from(self, source: RunLayout) -> None:
        wanted = self._wanted()
        if not wanted:
            return
        try:
            earlier = await to_thread.run_sync(EarlierRun, source)
        except (SimorcError, *UNREADABLE) as error:
            message = error.message if isinstance(error, SimorcError) else str(error)
            self._store.event("warning", f"no case of {source.name} is reused: {message}")
            return
        try:
            foreign = earlier.foreign_to(self._layout, self._manifest)
            if foreign:
                self._store.event("warning", f"no case of {source.name} is reused: {foreign}")
            else:
                await self._each(earlier, wanted)
        finally:
            earlier.close()

    async def _each(self, earlier: EarlierRun, wanted: Sequence[int]) -> None:
        reasons: Counter[str] = Counter()
        for case_id in wanted:
            try:
                reasons[await self._one(earlier, case_id)] += 1
            except (SimorcError, *UNREADABLE) as error:
                reasons[error.message if isinstance(error, SimorcError) else str(error)] += 1
        taken = reasons.pop("", 0)
        others = "; ".join(f"{count}: {reason}" for reason, count in reasons.most_common(3))
        message = f"{taken} of {len(wanted)} cases reused from {earlier.layout.name}"
        self._store.event(REUSED, message + (f" (not {others})" if others else ""))

    async def _one(self, earlier: EarlierRun, case_id: int) -> str:
        """Take one case over, if another equals it; why not, empty if it was."""
        found, outcome = await to_thread.run_sync(self._fetched, earlier, case_id)
        if isinstance(found, str):
            return found
        measured = await self._measuring.complete(case_id, outcome)
        if measured.status != "completed":
            return f"this run classifies it as {measured.kind}"
        message = f"converged with fallback step '{found.rung}'" if found.rung else measured.message
        measured = measured._replace(message=message, seconds=found.seconds, warm=found.warm)
        place = f"{earlier.layout.name} case {found.case_id}"
        self._scheduler.reported(Report(case_id, measured, time.time(), place, REUSED, found.rung))
        return ""

    def _fetched(self, earlier: EarlierRun, case_id: int) -> tuple[Equal | str, Outcome]:
        """The files of the equal case in this case's directory, and their verdict."""
        directory = self._layout.case_dir(case_id)
        case = self._preparation.plan.case(case_id)
        found = earlier.equal_of(case, self._preparation, directory, self._manifest)
        if isinstance(found, str):
            return found, Outcome.cancelled()
        if self._preparation.operating_point is not None and not earlier.has_operating_point(found.case_id):
            return "it has no operating point", Outcome.cancelled()
        clear_case(directory)
        for file in earlier.files_of(found.case_id):
            _bring(file, directory / file.name)
        return found, self._judged(case_id)

    def _judged(self, case_id: int) -> Outcome:
        layout = self._layout
        deck = Deck.parse(read_regular(layout.deck(case_id)).decode("utf-8", "surrogateescape"))
        with open_regular(layout.log(case_id)) as stream:
            log = stream.read(_MOST_BYTES_OF_LOG)
        try:
            raw, error = RawFile.open(layout.raw(case_id)), ""
        except WaveformError as unread:
            raw, error = None, unread.message
        requested, optional = self._manifest.wanted_cards
        return judge(deck, log, raw, Ending(0), requested=requested, optional=optional, raw_error=error)


def _bring(source: Path, target: Path) -> None:
    """A file of another run: the same file under a second name, or a copy of what people may edit."""
    if source.name not in _READ_BY_PEOPLE:
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without hard links
            shutil.copyfile(source, target)
        return
    shutil.copyfile(source, target)
