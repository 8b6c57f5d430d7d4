"""What the drafts of a form do to a run: its specs by other limits, the value of another measurement."""

from __future__ import annotations

from dataclasses import replace

from simorc.config.definitions import MeasurementDefinitions, Spec
from simorc.config.project import Project
from simorc.errors import SimorcError
from simorc.maintenance.declared import declared
from simorc.maintenance.measured_preview import previewed_value
from simorc.maintenance.remeasure import changed_measurements
from simorc.reports.spec_sheet import SpecRow, spec_row
from simorc.results.corner_names import bundle_names
from simorc.results.frame import Frame
from simorc.results.open_run import OpenRun
from simorc.results.specs import evaluate_spec
from simorc.rundir.store.connection import DatabaseError

Judged = dict[str, SpecRow]


class FormPreview:
    """A run, and the case in it whose values are shown. Slow: for a thread."""

    def __init__(self, run: OpenRun, case_id: int | None) -> None:
        self._run = run
        self._case_id = case_id

    def specs(self, project: Project) -> Judged:
        """The specs of a draft over the values of the run, by measurement; those whose measurement is another
        one in the draft are left out: their values are not known before the run is measured again.
        """
        try:
            definitions, specs, _ = declared(project, self._run.manifest)
            unknown = changed_measurements(self._run.manifest.measurements_if_known or {}, definitions)
            across = [name for name, each in definitions.items() if each.across is not None]
            unsure = {*unknown, *(across if unknown else ())}
            return {name: self._row(spec) for name, spec in specs.items() if name not in unsure}
        except (SimorcError, DatabaseError, ValueError):
            return {}  # the run cannot be read: the specs pane shows why

    def value(self, project: Project, name: str) -> str:
        """``= 48.92 dB in case 7`` for a measurement as a draft defines it, or why it has none."""
        if self._case_id is None:
            return ""
        try:
            definitions: MeasurementDefinitions = declared(project, self._run.manifest)[0]
            value = previewed_value(self._run, definitions, name, self._case_id, project.root)
        except (SimorcError, DatabaseError) as error:
            return f"case {self._case_id}: no value: {error}"
        return f"= {definitions[name].shown.text(value)} in case {self._case_id}"

    def _row(self, spec: Spec) -> SpecRow:
        frame = self._run.across.get(spec.measurement, self._run.frame)
        return spec_row(
            evaluate_spec(self._with_corners(frame, spec), spec), self._run.shown(spec.measurement)
        )

    def _with_corners(self, frame: Frame, spec: Spec) -> Frame:
        if not spec.corners or frame.bundles is not None:
            return frame
        return replace(frame, bundles=bundle_names(self._run.plan, frame))
