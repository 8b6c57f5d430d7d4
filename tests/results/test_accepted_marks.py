"""Cases that were simulated from changed inputs are marked on every surface that shows values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simorc.cli import main as cli
from simorc.reports.datasheet import datasheet
from simorc.reports.html import page_of
from simorc.reports.junit import junit
from simorc.reports.sections import cautions
from simorc.results.export import write_csv, write_json
from simorc.results.frame import load_frame
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database
from simorc.rundir.store.reader import RunReader
from simorc.sweeps.plan import Plan
from simorc_tui.data.case_order import NaturalOrder
from simorc_tui.data.case_pages import CasePages
from simorc_tui.theme.glyphs import ASCII
from simorc_tui.widgets.case_table.columns import CellWriter, changed_columns, table_columns
from simorc_tui.widgets.measures_view import measures_of
from tests.made_runs import MakeRun

PLAN = Plan.expand({"parameters": {"r": [1, 2, 3]}}, defaults={"r": 1}).to_json()
MIXED = "this run mixes 2 circuits: case 2 (1) simulated"


@pytest.fixture
def layout(make_run: MakeRun, tmp_path: Path) -> RunLayout:
    """A run of three cases, the second one of the run's second circuit."""
    (tmp_path / "sim_setup.yaml").write_text("name: p\n")
    made = make_run(
        [("completed", {"r": i}, {"gain": 1.0 * i}) for i in (1, 2, 3)], plan=PLAN, specs={"gain": {"min": 0}}
    )
    db = database.open_for_writing(made.database)
    for case_id in (1, 2, 3):
        db.execute(
            "INSERT INTO attempts (seq, case_id, attempt, status) VALUES (?, ?, 1, 'completed')",
            (case_id, case_id),
        )
    db.execute("INSERT INTO accepted (seq, case_id, circuit) VALUES (2, 2, 2)")
    db.close()
    return made


Printed = Callable[..., tuple[str, str]]


@pytest.fixture
def printed(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Printed:
    """What a command prints to standard output and to standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[str, str]:
        cli.run(list(words))
        captured = capfd.readouterr()
        return captured.out, captured.err

    return run


def test_csv_has_the_circuit_of_every_case(layout: RunLayout, printed: Printed) -> None:
    out, err = printed("results", layout.name, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["circuit"] for row in rows] == ["1", "2", "1"]
    assert MIXED in err


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_has_the_circuit_of_the_case(layout: RunLayout, printed: Printed, form: str) -> None:
    out, _ = printed("results", layout.name, "--format", form)
    rows = json.loads(out) if form == "json" else [json.loads(line) for line in out.splitlines()]
    assert [row.get("circuit") for row in rows] == [None, 2, None]


@pytest.mark.parametrize("long", [False, True])
def test_exports_of_the_frame_have_a_column(layout: RunLayout, long: bool) -> None:
    frame = load_frame(layout)
    assert frame.circuits == {2: 2}
    assert frame.select(frame.ids > 1).circuit_column == [2, 1]
    text, objects = io.StringIO(), io.StringIO()
    write_csv(frame, text, long=long)
    write_json(frame, objects, long=long)
    assert [row["circuit"] for row in csv.DictReader(io.StringIO(text.getvalue()))] == ["1", "2", "1"]
    assert [row["circuit"] for row in json.loads(objects.getvalue())] == [1, 2, 1]


def test_reports_say_it(layout: RunLayout) -> None:
    run = OpenRun(layout)
    assert MIXED in junit(run)
    assert MIXED in datasheet(run).replace("\\", "")
    assert any(MIXED in each for each in cautions(run))


def test_tables_mark_the_case(layout: RunLayout, printed: Printed) -> None:
    out, _ = printed("results", layout.name)
    assert [("circuit 2" in line) for line in out.splitlines()[1:4]] == [False, True, False]
    rows = page_of(OpenRun(layout))["rows"]
    assert [row["status"] for row in rows] == ["completed", "completed (circuit 2)", "completed"]


def test_panes_of_the_interface_mark_the_case(layout: RunLayout) -> None:
    with RunReader(layout) as view:
        assert view.accepted_among([1, 2, 3]) == view.accepted() == {2: 2}
        assert view.accepted_among([]) == view.accepted_among([3]) == {}
        pages = CasePages(view, NaturalOrder(3))
        rows = [row for place in range(3) if (row := pages.row(place)) is not None]
    status = next(column for column in table_columns([], 3) if column.role == "status")
    writer = CellWriter(ASCII, 4, {}, frozenset())
    assert [writer.text(status, row) for row in rows] == ["+ done", "+ done !2", "+ done"]
    assert changed_columns([status], replace(rows[1], circuit=1), rows[1], False) == [0]
    assert [measures_of(layout, case).circuit for case in (1, 2, 3)] == [1, 2, 1]


def test_a_case_repeated_from_the_first_circuit_is_no_longer_marked(layout: RunLayout) -> None:
    db = database.open_for_writing(layout.database)
    db.execute("INSERT INTO attempts (seq, case_id, attempt, status) VALUES (9, 2, 2, 'completed')")
    db.close()
    with RunReader(layout) as view:
        assert view.accepted() == view.accepted_among([2]) == {}


@pytest.mark.parametrize("words", [("status",), ("show",), ("compare",), ("baseline", "set")])
def test_commands_say_it(layout: RunLayout, printed: Printed, words: tuple[str, ...]) -> None:
    more = {"show": ["2"], "compare": [layout.name]}.get(words[0], [])
    out, err = printed(*words, layout.name, *more)
    assert MIXED in out + err


def test_a_run_of_one_circuit_has_no_such_column(make_run: MakeRun, printed: Printed, tmp_path: Path) -> None:
    (tmp_path / "sim_setup.yaml").write_text("name: p\n")
    made = make_run([("completed", {"r": 1}, {"gain": 1.0})], plan=PLAN)
    out, err = printed("results", made.name, "--format", "csv")
    assert "circuit" not in out + err
    text = io.StringIO()
    write_csv(load_frame(made), text)
    assert "circuit" not in text.getvalue()
