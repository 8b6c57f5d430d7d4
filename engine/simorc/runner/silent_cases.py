"""Reports cases without output for minutes that no time limit would end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from simorc.rundir.layout import RunLayout
from simorc.rundir.run_settings import RunSettings

SILENT_AFTER = 300.0
"""Seconds without progress and without output after which a case is reported."""
_LOOK_EVERY = 5.0


class SilentCases:
    """Reports each silent attempt once; reports none if ``execution.timeout`` or ``stuck`` is set, which ends
    such a case.
    """

    def __init__(self, layout: RunLayout, settings: RunSettings) -> None:
        self._layout = layout
        self._limited = settings.timeout is not None or settings.stuck is not None
        self._moved: dict[int, tuple[float, float]] = {}
        self._reported: set[tuple[int, int]] = set()
        self._due = 0.0

    def moved(self, case_id: int, fraction: float, now: float) -> None:
        """How far a case is, as often as one looks."""
        if self._moved.get(case_id, (-1.0, 0.0))[0] != fraction:
            self._moved[case_id] = (fraction, now)

    def look(self, in_flight: Mapping[int, tuple[int, float]], now: float) -> Iterator[tuple[int, str]]:
        """Cases to warn of; ``in_flight`` is case -> (attempt, started), times are of the wall clock (s)."""
        if self._limited or now < self._due:
            return
        self._due = now + _LOOK_EVERY
        self._moved = {case_id: seen for case_id, seen in self._moved.items() if case_id in in_flight}
        for case_id, (attempt, started) in in_flight.items():
            if started > now:
                continue  # it waits in a range that a worker has taken
            heard = max(started, self._moved.get(case_id, (0.0, 0.0))[1], *_written(self._files(case_id)))
            if now - heard >= SILENT_AFTER and (case_id, attempt) not in self._reported:
                self._reported.add((case_id, attempt))
                yield (
                    case_id,
                    f"case {case_id}: no progress and no output for {SILENT_AFTER / 60:g} min;"
                    " set execution.timeout or execution.stuck to end such cases",
                )

    def _files(self, case_id: int) -> tuple[Path, Path]:
        return self._layout.log(case_id), self._layout.raw(case_id)


def _written(files: Iterable[Path]) -> Iterator[float]:
    for file in files:
        try:
            yield file.stat().st_mtime
        except OSError:
            yield 0.0
