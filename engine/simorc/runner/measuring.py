"""Measures a case after it was simulated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from anyio import to_thread

from simorc.rundir.circuit.input_changes import project_root
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.sweeps.plan import Plan
from simorc.waveforms.compression import pack_case

_IN_A_THREAD_FROM = 1 << 20
"""Bytes of a raw file above which measuring would hold up the other cases."""


def hooks_root(layout: RunLayout, manifest: Manifest) -> Path:
    """The directory that files of measurements in Python are relative to: the run's copies, or the project
    of a run that was built without them.
    """
    copies = manifest.hooks.directory
    if copies and (layout.path / copies).is_dir():
        return layout.path / copies
    return project_root(layout, manifest)


class Measuring:
    """Adds to an outcome what ``measurements:`` of the testbench and the sweep declare."""

    def __init__(self, layout: RunLayout, manifest: Manifest, plan: Plan) -> None:
        self._layout = layout
        self._plan = plan
        self._compress = manifest.execution.compress
        self._root = hooks_root(layout, manifest)
        self._definitions = manifest.case_measurements
        self._required = [name for name, what in self._definitions.items() if not what.optional]
        self._printed_as = {
            meas: name
            for name, what in self._definitions.items()
            if (meas := name.lower()) == what.card and meas != name
        }
        self._idle = all(what.card == name for name, what in self._definitions.items())

    async def complete(self, case_id: int, outcome: Outcome) -> Outcome:
        """The outcome with its measurements; a required one without a value fails the case.

        If configured, the waveforms are compressed afterwards.
        """
        measured = self._as_declared(await self._complete(case_id, outcome))
        if not self._compress or measured.status == "cancelled":
            return measured
        try:
            await to_thread.run_sync(pack_case, self._layout.case_dir(case_id))
        except OSError as error:
            message = f"cannot compress waveforms: {error.strerror}"
            return replace(
                measured, message=f"{measured.message}; {message}" if measured.message else message
            )
        return measured

    def _as_declared(self, outcome: Outcome) -> Outcome:
        """A .meas declared with capitals counts once, by that name: the simulator prints it in lower case."""
        twice = self._printed_as.keys() & outcome.measurements.keys()
        if not twice:
            return outcome
        values = {self._printed_as.get(name, name): value for name, value in outcome.measurements.items()}
        return replace(outcome, measurements=values)

    async def _complete(self, case_id: int, outcome: Outcome) -> Outcome:
        measurable = {None, FailureKind.MEASUREMENT_MISSING}
        if self._idle or outcome.status == "cancelled" or outcome.kind not in measurable:
            return outcome
        raw = self._layout.raw(case_id)
        large = raw.is_file() and raw.stat().st_size > _IN_A_THREAD_FROM
        if large:
            return await to_thread.run_sync(self._measured, case_id, outcome, raw)
        return self._measured(case_id, outcome, raw)

    def _measured(self, case_id: int, outcome: Outcome, raw: Path) -> Outcome:
        from simorc.measurements.measure import measure_case

        case = self._plan.case(case_id)
        found = measure_case(
            self._definitions,
            raw if raw.is_file() else None,
            parameters={**self._plan.defaults, **case.scope()},
            meas_values=outcome.measurements,
            project_root=self._root,
        )
        outcome = replace(outcome, measurements={**outcome.measurements, **found.values})
        missing = [f"{name} ({found.missing[name]})" for name in self._required if name in found.missing]
        if not missing or outcome.status != "completed":
            return outcome
        message = "no value for " + ", ".join(missing[:4])
        more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
        return replace(outcome, status="failed", kind=FailureKind.MEASUREMENT_MISSING, message=message + more)
