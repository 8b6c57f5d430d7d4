"""The measures tab: every measurement of a case with its unit, its limits and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from simorc.errors import RunError
from simorc.results.frame import Frame, column_of, numbers_of, texts_of
from simorc.results.specs import Spec, judge_cases
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.store.connection import DatabaseError, Row
from simorc.rundir.store.reader import Column, RunReader
from simorc.simulators.case_warnings import CaseWarning
from simorc.text import plain
from simorc.units import ShownAs
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import VERDICT_STYLES
from simorc_tui.widgets.failing import FailingPane

LOOK_AGAIN_SECONDS = 1.0
WORDS = {"pass": "ok", "near": "near", "fail": "FAILS", "missing": "missing", "error": "-", "pending": "-"}


@dataclass(frozen=True)
class Measure:
    """One line of the table; `status` is one of `WORDS`, or ``measured`` without limits."""

    name: str
    value: float | None
    shown: ShownAs
    limits: str
    status: str


@dataclass(frozen=True)
class Measures:
    """All of a case, and a note where they are not all there."""

    rows: tuple[Measure, ...] = ()
    note: str = ""
    warnings: tuple[CaseWarning, ...] = ()
    circuit: int = 1
    """2 or more if the case was simulated from changed inputs that the user accepted."""


class MeasuresView(FailingPane, VerticalScroll):
    """Shows the measurements of a case; while the case is not finished it looks again every second."""

    DEFAULT_CSS = """
    MeasuresView { height: 1fr; }
    MeasuresView > Static { height: auto; }
    """

    class Loaded(Message):
        """The measurements of a case were read."""

        def __init__(self, layout: RunLayout, case_id: int, measures: Measures) -> None:
            super().__init__()
            self.layout = layout
            self.case_id = case_id
            self.measures = measures

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- as Textual calls it
        super().__init__(id=id)
        self.measures = Measures(note="No case selected.")
        self._layout_of_run: RunLayout | None = None
        self._case_id: int | None = None

    def compose(self) -> ComposeResult:
        yield Static(self.measures.note)

    def on_mount(self) -> None:
        self.set_interval(LOOK_AGAIN_SECONDS, self._look_again)

    def show_case(self, layout: RunLayout | None, case_id: int | None) -> None:
        """Show a case; None shows nothing."""
        self._layout_of_run, self._case_id = layout, case_id
        if layout is None or case_id is None:
            self._show(Measures(note="No case selected."))
        else:
            self._read(layout, case_id)

    def show_failure(self, text: str) -> None:
        self._show(Measures(note=text))

    def on_measures_view_loaded(self, message: Loaded) -> None:
        message.stop()
        if (message.layout, message.case_id) == (self._layout_of_run, self._case_id):
            self._show(message.measures)

    def _look_again(self) -> None:
        if self._layout_of_run is not None and self._case_id is not None and self.region.area:
            self._read(self._layout_of_run, self._case_id)

    @work(thread=True, exclusive=True, group="measures", exit_on_error=False)
    def _read(self, layout: RunLayout, case_id: int) -> None:
        measures = measures_of(layout, case_id)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Loaded(layout, case_id, measures))

    def _show(self, measures: Measures) -> None:
        if measures != self.measures or not measures.rows:
            self.measures = measures
            self.query_one(Static).update(Group(_table(measures), *_warning_lines(measures)))


def measures_of(layout: RunLayout, case_id: int) -> Measures:
    """Read a case's measurements from the run's store; the note names what could not be read."""
    try:
        specs = load_manifest(layout).specs_if_known or {}
    except (RunError, ValueError):
        # The numbers are shown without limits if the run has no readable manifest.
        specs = {}
    try:
        with RunReader(layout) as view:
            columns, case, warnings = view.columns(), view.case(case_id), view.warnings_of(case_id)
            circuit = view.accepted_among([case_id]).get(case_id, 1)
    except (RunError, DatabaseError) as error:
        return Measures(note=str(error))
    if case is None:
        return Measures(note=f"case {case_id} is pending")
    frame = _frame(columns, case)
    rows = tuple(_measure(frame, column, specs.get(column.label)) for column in _measured(columns))
    missing = tuple(
        _measure(frame, Column("", "", name, ""), spec) for name, spec in _unmeasured(specs, columns)
    )
    return Measures(rows + missing, _note(case_id, case, bool(rows + missing)), warnings, circuit)


def _measured(columns: list[Column]) -> list[Column]:
    return [column for column in columns if column.role == "measurement"]


def _unmeasured(specs: Mapping[str, Spec], columns: list[Column]) -> list[tuple[str, Spec]]:
    known = {column.label for column in columns}
    return [(name, spec) for name, spec in specs.items() if name not in known]


def _frame(columns: list[Column], case: Row) -> Frame:
    """The one case in the form that the specs need."""
    swept = {c.label: column_of([case[c.name]]) for c in columns if c.role == "parameter"}
    measured = {c.label: numbers_of([case[c.name]]) for c in _measured(columns)}
    return Frame(np.array([case["id"]], dtype=np.int64), texts_of([case["status"]]), swept, measured)


def _measure(frame: Frame, column: Column, spec: Spec | None) -> Measure:
    value = float(frame.measurements[column.label][0]) if column.label in frame.measurements else np.nan
    known = value if np.isfinite(value) else None
    if spec is None:
        missing = known is None and frame.completed[0]
        return Measure(column.label, known, column.shown, "", "missing" if missing else "measured")
    shown = ShownAs(column.unit or spec.unit, column.scale)
    judged = judge_cases(frame, spec)
    limits = "  ".join(shown.limits(float(judged.low[0]), float(judged.high[0])))
    return Measure(column.label, known, shown, limits, str(judged.status[0]))


def _note(case_id: int, case: Row, any_row: bool) -> str:
    match case["status"]:
        case "completed":
            return "" if any_row else f"case {case_id} has no measurements"
        case "failed":
            return f"case {case_id} failed: {case['message'] or case['kind'] or 'see its log'}"
        case "in_progress":
            return f"case {case_id} is running"
        case _:
            return f"case {case_id} is pending"


def _warning_lines(measures: Measures) -> list[Text]:
    """Accepted changes of the inputs, and what the simulator ignored in the case, in its own words."""
    texts = [f"warning: {each.kind}: {each.message}" for each in measures.warnings]
    if measures.circuit > 1:
        texts.insert(
            0, f"warning: simulated from accepted changes of the inputs (circuit {measures.circuit})"
        )
    return [coloured(plain(text), "yellow") for text in texts]


def _table(measures: Measures) -> Table | Text:
    note = Text(plain(measures.note), "italic")
    if not measures.rows:
        return note
    table = Table(box=None, pad_edge=False, header_style="bold", caption=note if measures.note else None)
    for heading, side in (
        ("measurement", "left"),
        ("value", "right"),
        ("limits", "left"),
        ("status", "left"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=True)
    for row in measures.rows:
        value = "-" if row.value is None else row.shown.text(row.value, 5)
        status = Text(WORDS.get(row.status, ""), VERDICT_STYLES.get(row.status, ""))
        table.add_row(Text(plain(row.name)), Text(plain(value)), Text(plain(row.limits)), status)
    return table
