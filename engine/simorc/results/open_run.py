"""Results in Python: ``simorc.open_run("pvt")``, the newest run of a sweep.

::

    run = open_run("simulations/pvt_20260101120000")   # or by its directory
    run.frame.values("gain")                     # numpy array, one entry per case, NaN where missing
    run.frame.parameters["vdda"]
    run.waves(17)["v(out)"]                      # a waveform of case 17
    for result in run.spec_results:
        print(result.spec.measurement, result.status, result.worst)
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from simorc.config.definitions import MeasurementDefinition, MeasurementDefinitions
from simorc.config.root import find_root
from simorc.errors import RunNotFound, UsageError
from simorc.measurements.waves import Waves, open_waves
from simorc.results.aggregates import across_frames
from simorc.results.case_counts import CaseCounts
from simorc.results.case_verdicts import count_cases
from simorc.results.corner_names import bundle_names
from simorc.results.frame import Frame, load_frame
from simorc.results.sample_yields import Yields, count_yields
from simorc.results.specs import Spec, SpecResult, evaluate_specs
from simorc.results.statistics import capability, summarise_values
from simorc.rundir.circuit.mixed import mixture
from simorc.rundir.layout import RunLayout, find_run
from simorc.rundir.manifest import Manifest, load_manifest
from simorc.rundir.store.reader import RunReader
from simorc.rundir.store.warning_rows import WarningGroup
from simorc.rundir.unvaried import monte_carlo_varies_nothing
from simorc.sweeps.plan import Plan
from simorc.units import ShownAs


class OpenRun:
    """One run, read-only; each part is read on first use."""

    def __init__(self, layout: RunLayout) -> None:
        self.layout = layout

    @property
    def name(self) -> str:
        return self.layout.name

    @cached_property
    def manifest(self) -> Manifest:
        return load_manifest(self.layout)

    @cached_property
    def frame(self) -> Frame:
        """Every case with its parameters and measurements."""
        frame = load_frame(self.layout)
        if self.plan is not None and self.plan.samples:
            frame = replace(frame, samples=self.plan.sample_numbers()[frame.ids - 1])
        if not any(spec.corners for spec in self.specs):
            return frame
        return replace(frame, bundles=bundle_names(self.plan, frame))

    @cached_property
    def plan(self) -> Plan | None:
        """The cases the run was built with; None where its manifest has no plan."""
        return self.manifest.plan_if_known

    @cached_property
    def case_counts(self) -> CaseCounts:
        """How many cases meet and violate the specs, have no value, or failed."""
        return count_cases(self.frame, self.own_specs, self.manifest.total_if_known or len(self.frame))

    @property
    def unfinished(self) -> bool:
        """Whether cases have not run although their results are needed: no yield was known without them."""
        return self.case_counts.pending > 0 and not self.stopped

    @property
    def own_specs(self) -> list[Spec]:
        """The specs of measurements that a case has, without those across cases."""
        return [spec for spec in self.specs if spec.measurement not in self.across]

    @cached_property
    def yields(self) -> Yields | None:
        """The yields of a Monte Carlo run; None where there is none to claim."""
        if self.plan is None or not self.plan.samples or not self.specs:
            return None
        if monte_carlo_varies_nothing(self.layout, self.plan):
            return None
        return count_yields(self.frame, self.specs, self.across, self.plan.sample_numbers())

    def is_one_population(self, measurement: str) -> bool:
        """Whether the values of a measurement are draws from one distribution: of a Monte Carlo run whose
        every sample is one case. A statistic of a population (Cpk, a normal curve) has no meaning elsewhere.
        """
        if self.plan is None or not self.plan.samples or monte_carlo_varies_nothing(self.layout, self.plan):
            return False
        frame = self.across.get(measurement, self.frame)
        return frame.samples is not None and len(np.unique(frame.samples)) == len(frame)

    def capability(self, spec: Spec) -> tuple[float | None, float | None]:
        """(Cp, Cpk) of the values of a spec; None where they have no meaning."""
        if not self.is_one_population(spec.measurement):
            return None, None
        frame = self.across.get(spec.measurement, self.frame)
        summary = summarise_values(frame.values_if_measured(spec.measurement))
        return (None, None) if summary is None else capability(summary, spec)

    @cached_property
    def rungs(self) -> dict[int, str]:
        """The convergence fallback step of every case whose result comes from one."""
        with RunReader(self.layout) as view:
            rows = view.page(0, len(self.frame), where="rung IS NOT NULL AND rung != ''")
            return {row["id"]: row["rung"] for row in rows}

    @cached_property
    def stopped(self) -> list[str]:
        """Why samples were left out where a yield was known early, one text per combination."""
        with RunReader(self.layout) as view:
            return [row["message"] for row in view.events_of("stopped")]

    @cached_property
    def circuits(self) -> dict[int, int]:
        """The cases that were simulated from another circuit than the run's first, with its number."""
        with RunReader(self.layout) as view:
            return view.accepted()

    @cached_property
    def mixture(self) -> str:
        """The message for a run whose cases are not all of one circuit; empty for any other."""
        with RunReader(self.layout) as view:
            return mixture(view)

    @property
    def mixture_lines(self) -> tuple[str, ...]:
        """The same as lines: one or none."""
        return (self.mixture,) if self.mixture else ()

    @cached_property
    def warnings(self) -> tuple[WarningGroup, ...]:
        """What the simulator ignored, by kind."""
        with RunReader(self.layout) as view:
            return view.warning_groups()

    @cached_property
    def unvaried(self) -> tuple[str, ...]:
        """What was swept in vain, as sentences."""
        with RunReader(self.layout) as view:
            return tuple(map(str, json.loads(view.meta().get("unvaried") or "[]")))

    @property
    def definitions(self) -> MeasurementDefinitions:
        """The measurements as declared when the run was built or last measured."""
        return self.manifest.measurements_if_known or {}

    @cached_property
    def across(self) -> dict[str, Frame]:
        """The frames of measurements across cases."""
        return across_frames(self.frame, self.definitions)

    @cached_property
    def specs(self) -> list[Spec]:
        return list((self.manifest.specs_if_known or {}).values())

    @cached_property
    def spec_results(self) -> list[SpecResult]:
        return evaluate_specs(self.frame, self.specs, self.across)

    def unit(self, measurement: str) -> str:
        """The unit of a measurement: its own, or its spec's."""
        own = self._declared(measurement).unit or self.frame.units.get(measurement) or ""
        return own or next((spec.unit for spec in self.specs if spec.measurement == measurement), "")

    def scale(self, measurement: str) -> float:
        """What a measurement is multiplied by for display."""
        return self._declared(measurement).scale

    def _declared(self, measurement: str) -> MeasurementDefinition:
        return self.definitions.get(measurement) or MeasurementDefinition()

    def shown(self, measurement: str) -> ShownAs:
        """How the values of a measurement are shown to a person."""
        return ShownAs(self.unit(measurement), self.scale(measurement))

    def waves(self, case_id: int) -> Waves:
        """The waveforms of a case; MeasurementMissing when it left none."""
        return open_waves(self.layout.raw(case_id))


def open_run(run: str | Path) -> OpenRun:
    """A run by its directory, or inside a project as the commands name it: by its id, the unique beginning of
    one, a sweep (its newest run) or ``last``. Raises RunNotFound.
    """
    layout = RunLayout(Path(run).resolve())
    if layout.exists():
        return OpenRun(layout)
    try:
        root = find_root()
    except UsageError as error:
        raise RunNotFound(
            f"{run}: not a run directory (no manifest.json)", remedy="inside a project, use the name of a run"
        ) from error
    return OpenRun(find_run(root, str(run)))
