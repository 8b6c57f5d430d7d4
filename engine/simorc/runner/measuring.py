"""Measures a case after it was simulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from anyio import to_thread

from simorc.config.definitions import MeasurementDefinitions
from simorc.operating_point.table import FILE
from simorc.rundir.circuit.input_changes import project_root
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.simulators.defects import print_defect
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.sweeps.plan import Plan
from simorc.waveforms.compression import pack_case

_IN_A_THREAD_FROM = 1 << 20
"""Bytes of a raw file above which measuring would hold up the other cases."""
_MEASURABLE = frozenset({None, FailureKind.MEASUREMENT_MISSING})
Parameters = Callable[[], Mapping[str, Any]]
"""Gives the parameters of a case, with what else an expression about it may name."""


def hooks_root(layout: RunLayout, manifest: Manifest) -> Path:
    """The directory that files of measurements in Python are relative to: the run's copies, or the project
    of a run that was built without them.
    """
    copies = manifest.hooks.directory
    if copies and (layout.path / copies).is_dir():
        return layout.path / copies
    return project_root(layout, manifest)


class DeclaredMeasurements:
    """Adds to an outcome what ``measurements:`` of a testbench and a sweep declare for each case.

    `root` is the directory that files of measurements in Python are relative to.
    """

    def __init__(self, definitions: MeasurementDefinitions, root: Path) -> None:
        self._root = root
        self._definitions = definitions
        self._required = [name for name, what in self._definitions.items() if not what.optional]
        self._printed_as = {
            meas: name
            for name, what in self._definitions.items()
            if (meas := name.lower()) == what.card and meas != name
        }
        self._idle = all(what.card == name for name, what in self._definitions.items())

    async def complete(self, outcome: Outcome, raw: Path, parameters: Parameters) -> Outcome:
        """The outcome of a case with its measurements; a required one without a value fails the case."""
        return self._as_declared(await self._complete(outcome, raw, parameters))

    def complete_here(self, outcome: Outcome, raw: Path, parameters: Parameters) -> Outcome:
        """As `complete`, in a process where nothing else waits meanwhile."""
        if self._measurable(outcome):
            outcome = self._measured(outcome, raw, parameters)
        return self._as_declared(outcome)

    def _as_declared(self, outcome: Outcome) -> Outcome:
        """A .meas declared with capitals counts once, by that name: the simulator prints it in lower case."""
        twice = self._printed_as.keys() & outcome.measurements.keys()
        if not twice:
            return outcome
        values = {self._printed_as.get(name, name): value for name, value in outcome.measurements.items()}
        return outcome._replace(measurements=values)

    async def _complete(self, outcome: Outcome, raw: Path, parameters: Parameters) -> Outcome:
        if not self._measurable(outcome):
            return outcome
        large = raw.is_file() and raw.stat().st_size > _IN_A_THREAD_FROM
        if large:
            return await to_thread.run_sync(self._measured, outcome, raw, parameters)
        return self._measured(outcome, raw, parameters)

    def _measurable(self, outcome: Outcome) -> bool:
        return not self._idle and outcome.status != "cancelled" and outcome.kind in _MEASURABLE

    def _measured(self, outcome: Outcome, raw: Path, parameters: Parameters) -> Outcome:
        from simorc.measurements.measure import measure_case

        found = measure_case(
            self._definitions,
            raw if raw.is_file() else None,
            parameters=parameters(),
            meas_values=outcome.measurements,
            project_root=self._root,
            operating_point=raw.with_name(FILE),
        )
        outcome = outcome._replace(measurements={**outcome.measurements, **found.values})
        if found.notes and outcome.status == "completed":
            outcome = outcome._replace(
                message="; ".join(filter(None, (outcome.message, *found.notes.values())))
            )
        missing = [f"{name} ({found.missing[name]})" for name in self._required if name in found.missing]
        if not missing or outcome.status != "completed":
            return outcome
        message = "no value for " + ", ".join(missing[:4])
        more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
        return outcome._replace(status="failed", kind=FailureKind.MEASUREMENT_MISSING, message=message + more)


class Measuring:
    """Measures the cases of a run."""

    def __init__(self, layout: RunLayout, manifest: Manifest, plan: Plan) -> None:
        self._layout = layout
        self._plan = plan
        self._compress = manifest.execution.compress
        self._declared = DeclaredMeasurements(manifest.case_measurements, hooks_root(layout, manifest))

    async def complete(self, case_id: int, outcome: Outcome) -> Outcome:
        """The outcome with its measurements; a required one without a value fails the case.

        If configured, the waveforms are compressed afterwards.
        """
        raw, parameters = self._layout.raw(case_id), partial(self._parameters, case_id)
        measured = await self._declared.complete(outcome, raw, parameters)
        if not self._compress or measured.status == "cancelled":
            return measured
        return await to_thread.run_sync(self._compressed, case_id, measured)

    def complete_here(self, case_id: int, outcome: Outcome) -> Outcome:
        """As `complete`, in a process where nothing else waits meanwhile. Never raises."""
        try:
            raw, parameters = self._layout.raw(case_id), partial(self._parameters, case_id)
            measured = self._declared.complete_here(outcome, raw, parameters)
        except Exception as error:  # noqa: BLE001 - a defect met in one case must not stop the others
            print_defect(error)
            return Outcome.met(error, "measure")
        skipped = not self._compress or measured.status == "cancelled"
        return measured if skipped else self._compressed(case_id, measured)

    def _parameters(self, case_id: int) -> Mapping[str, Any]:
        return {**self._plan.defaults, **self._plan.case(case_id).scope()}

    def _compressed(self, case_id: int, measured: Outcome) -> Outcome:
        """Compress the waveforms of a case; the message of the outcome reports it if that is impossible."""
        try:
            pack_case(self._layout.case_dir(case_id))
        except OSError as error:
            message = f"cannot compress waveforms: {error.strerror}"
            return measured._replace(
                message=f"{measured.message}; {message}" if measured.message else message
            )
        return measured
