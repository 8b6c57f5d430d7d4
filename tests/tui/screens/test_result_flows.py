"""From a run to an answer: specs, worst case, failures by message, plots over all cases, comparing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.rundir.layout import RunLayout
from simorc.rundir.store.failure_groups import failures_of
from simorc_tui.data.run_results import read_results
from simorc_tui.data.side_by_side import rows_of
from simorc_tui.screens.dialogs.plot_screen import PlotScreen
from simorc_tui.settings.preferences import Preferences
from simorc_tui.widgets.plot.plot_view import PlotView
from simorc_tui.widgets.plot.wave_view import WaveView
from tests.tui.fake_run import FakeRun
from tests.tui.flows import terminal

MakeRun = Callable[..., FakeRun]
SPECS = {
    "specs": {"gain": {"min": 76, "unit": "dB"}},
    "measurements": {"gain": {"unit": "dB"}},
    "inputs": {},
    "format": 1,
}


@pytest.fixture
def run(make_run: MakeRun) -> FakeRun:
    """45 cases: gain falls with the case's number, every seventh failed, gain has to be 76 dB."""
    made = make_run(45)
    made.layout.manifest.write_text(json.dumps(SPECS))
    made.db.execute(
        "INSERT INTO events (time, kind, message) VALUES (1e9, 'finished', '39 completed, 6 failed')"
    )
    return made


async def test_specs_lead_to_the_worst_case(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("S")
        await user.sees(
            "cases meet every spec",
            "76 dB",
            "75.5 dB",
            "vdd=1.62 corner=tt",
            "39 completed, 6 failed",
        )
        await user.press("enter")
        await user.until(lambda: user.screen.main.table.cursor == 44)
        assert user.screen.main.pane == "cases"


async def test_failures_are_grouped_and_lead_to_their_cases(project: Path, run: FakeRun) -> None:
    run.set_case(3, status="failed", kind="singular_matrix", message="singular matrix: check node 'n3'")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("S")
        await user.sees("1 x singular matrix", "no convergence")
        lines = user.screen.query_one("#tab-specs OptionList")
        lines.highlighted = next(  # type: ignore[attr-defined]
            i
            for i in range(20)
            if "1 x singular" in str(lines.get_option_at_index(i).prompt)  # type: ignore[attr-defined]
        )
        await user.press("enter")
        await user.until(lambda: user.screen.main.table.row_count == 1)
        await user.sees("1 match", "message~")


def test_messages_that_differ_in_numbers_are_one_group(run: FakeRun) -> None:
    """A number that is the same in all of them stays: a line of the deck, an exit code, a name."""
    for case_id, number in ((1, 3), (2, 4)):
        message = f"no end after {number} s at x1.n3 (deck line 7)\nmore"
        run.set_case(case_id, status="failed", kind="timeout", message=message)
    groups = failures_of(run.layout)
    assert ("timeout", "no end after … s at x1.n3 (deck line 7)", 2, 1) in [
        (g.kind, g.message, g.count, g.first_case) for g in groups
    ]
    assert sum(group.count for group in groups) == 8


def test_a_run_without_a_readable_store_is_a_note(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path / "simulations" / "pvt_20261121120000")
    layout.path.mkdir(parents=True)
    layout.database.write_text("this is no database, whatever its name says")
    assert read_results(layout).note


async def test_histogram_and_curves_over_a_parameter(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("H")
        await user.until(lambda: isinstance(user.pilot.app.screen, PlotScreen))
        await user.sees("gain: n=39", "mean")
        assert "Cpk" not in user.text, "a grid is no population"
        await user.press("escape", "P")
        await user.sees("gain over vdd, by corner", "measurement ‹ gain › 1/1", "over ‹ vdd › 1/2")
        await user.press("escape")
        await user.until(lambda: user.pilot.app.screen is user.screen)


async def test_a_parameter_of_texts_has_its_values_named(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("P")
        await user.sees("gain over vdd, by corner")
        await user.press("tab", "2")
        await user.sees("gain over corner, by vdd", "corner (0 ss, 1 ff, 2 tt)", "by ‹ vdd ›")


async def test_curves_by_a_second_parameter_of_three(project: Path, run: FakeRun) -> None:
    run.add_column("p_temp", "parameter", "temp", "C", 3)
    run.db.execute("UPDATE cases SET p_temp = CASE WHEN id <= 20 THEN 27 ELSE 125 END")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("P")
        await user.sees("gain over vdd, by corner: lowest and highest")
        screen = user.pilot.app.screen
        assert isinstance(screen, PlotScreen)
        traces = screen.spread.panel.strips[0].traces
        assert [trace.label for trace in traces] == ["corner=ss", "corner=ff", "corner=tt"]
        assert all(len(trace.branches) == 2 for trace in traces)


async def test_what_was_plotted_is_plotted_again(project: Path, run: FakeRun) -> None:
    run.add_column("p_temp", "parameter", "temp", "C", 3)
    run.db.execute("UPDATE cases SET p_temp = CASE WHEN id <= 20 THEN 27 ELSE 125 END")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("P", "tab")
        await user.sees("gain over vdd, by corner")
        await user.press("space")
        await user.sees("1  vdd", "2  corner", "3  temp")
        await user.press("3")
        await user.sees("gain over temp, by corner")
        await user.press("left_square_bracket")
        await user.sees("gain over corner, by temp", "over ‹ corner ›")
        await user.press("tab", "left_square_bracket")  # the parameter along x: they change places
        await user.sees("gain over temp, by corner")
        await user.press("left_square_bracket")
        await user.sees("gain over temp, by vdd")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("P")
        await user.sees("gain over temp, by vdd")


async def test_the_place_is_there_again(project: Path, run: FakeRun, make_run: MakeRun) -> None:
    make_run(9, "pvt_20261120120000")
    async with terminal(project) as user:
        await user.until(lambda: len(user.screen.main.summaries) == 2)
        user.screen.controllers.runs.open_run("pvt_20261120120000")
        await user.until(lambda: user.screen.main.table.row_count == 9)
        await user.press("z", "j", "j", "L")
        await user.until(lambda: user.screen.main.place == "log")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 9)
        main = user.screen.main
        assert (main.place, main.table.cursor, user.screen.controllers.panes.zoomed) == ("log", 2, True)
    make_run(4, "pvt_20261122120000")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 4)


async def test_a_histogram_is_written(project: Path, run: FakeRun) -> None:
    async with terminal(project, (80, 24)) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("H")
        await user.until(lambda: isinstance(user.pilot.app.screen, PlotScreen))
        await user.sees("mean", "σ")
        await user.press("f6")
        await user.sees("SVG", "PNG", "CSV")
        await user.press("s")
        await user.until(lambda: "Write SVG to" in user.text)
        await user.press("enter")
        target = run.layout.reports / "histogram_gain.svg"
        await user.until(target.is_file)
        written = target.read_text(encoding="utf-8")
        assert "mean" in written and "±3σ" not in written, "a grid is no population"
        await user.sees("written:")


async def test_the_map_is_written(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("m")
        await user.sees("map of ‹ all specs ›", "across ‹ vdd ›", "down ‹ corner ›")
        await user.press("right_square_bracket")
        await user.sees("map of ‹ gain ›")
        await user.until(lambda: user.pilot.app.screen.map.title.startswith("gain:"))  # type: ignore[attr-defined]
        for key, ending in (("c", ".csv"), ("s", ".svg")):
            await user.press("f6")
            await user.sees("Format of the plot file")
            await user.press(key)
            await user.sees(f"Write {ending[1:].upper()} to")
            await user.press("enter")
            await user.until((run.layout.reports / f"map_gain_vdd_corner{ending}").is_file)
        lines = (run.layout.reports / "map_gain_vdd_corner.csv").read_text().splitlines()
        assert lines[0] == "corner,vdd,verdict,worst case" and any(",1.98," in line for line in lines)
        drawing = (run.layout.reports / "map_gain_vdd_corner.svg").read_text()
        assert all(f">{name}</text>" in drawing for name in ("tt", "ss", "1.62", "1.98"))


async def test_the_map_leads_to_a_case(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("m")
        await user.sees("map of ‹ all specs ›", "1.98")
        await user.press("right", "enter")
        await user.until(lambda: user.pilot.app.screen is user.screen)
        assert user.screen.main.table.cursor > 0


async def test_marked_waveforms_over_each_other(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("space", "j", "V", "O")
        await user.until(lambda: user.screen.main.case_view.overlaid == (1, 2, 3))
        waves = user.screen.query_one(WaveView)
        assert waves.request is not None
        assert waves.request.case_ids == (1, 2, 3)
        await user.press("3", "j", "O")
        await user.until(lambda: user.screen.main.case_view.overlaid == ())


async def test_decks_of_two_cases_side_by_side(project: Path, run: FakeRun) -> None:
    for case_id in (1, 2):
        run.layout.deck(case_id).parent.mkdir(parents=True)
        run.layout.deck(case_id).write_text(f"rc\nv1 in 0 {case_id}.5\n.end\n")
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("d", "c")
        await user.type("2")
        await user.press("enter")
        await user.sees("decks of case 1 and case 2", "v1 in 0 1.5", "v1 in 0 2.5")
        await user.press("escape", "d", "c")
        await user.type("9")
        await user.press("enter")
        await user.sees("no deck")


async def test_two_runs_compared(project: Path, run: FakeRun, make_run: MakeRun) -> None:
    other = make_run(45, "pvt_20261120120000")
    other.layout.manifest.write_text(json.dumps(SPECS))
    other.set_case(1, m_gain=70.0)
    async with terminal(project) as user:
        await user.until(
            lambda: user.screen.main.table.row_count == 45 and len(user.screen.main.summaries) == 2
        )
        await user.press("d", "r")
        await user.sees("pvt_20261120120000  to  pvt_20261121120000", "45 matching cases, 1 values changed")


def frozen(run: FakeRun, template: str, models: str) -> None:
    """The run's manifest with the digests of a template it keeps and of models it does not."""
    run.layout.inputs.mkdir(exist_ok=True)
    (run.layout.inputs / "tb.spice.j2").write_text(template)
    digest = hashlib.sha256(template.encode()).hexdigest()
    inputs = {
        "testbenches/dc/tb.spice.j2": digest,
        "models/rc.lib": hashlib.sha256(models.encode()).hexdigest(),
    }
    run.layout.manifest.write_text(json.dumps({**SPECS, "inputs": inputs}))


async def test_runs_compared_on_few_columns_with_how_their_files_changed(
    project: Path, run: FakeRun, make_run: MakeRun
) -> None:
    other = make_run(45, "pvt_20261120120000")
    other.set_case(1, m_gain=70.0)
    frozen(other, "* rc\nr1 in out 1k\nc1 out 0 1n\n", "old")
    frozen(run, "* rc\nr1 in out 2k\nc1 out 0 1n\n", "new")
    async with terminal(project, (64, 24)) as user:
        await user.until(
            lambda: user.screen.main.table.row_count == 45 and len(user.screen.main.summaries) == 2
        )
        await user.press("d", "r")
        await user.sees("gain  1 changed, largest change", "70 dB → 79.9 dB  at vdd=")
        await user.sees("models/rc.lib: ", "testbenches/dc/tb.spice.j2", "- r1 in out 1k", "+ r1 in out 2k")
        assert "tb.spice.j2: " not in user.text


async def test_runs_of_the_same_sweep_are_compared_first(
    project: Path, run: FakeRun, make_run: MakeRun
) -> None:
    make_run(45, "pvt_20261120120000")
    make_run(4, "other_20261120130000")
    async with terminal(project) as user:
        await user.until(
            lambda: user.screen.main.table.row_count == 4 or len(user.screen.main.summaries) == 3
        )
        await user.press("d")
        await user.sees("r  with run pvt_20261120120000", "with run other_20261120130000")


async def test_columns_are_chosen_and_ordered(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("C")
        await user.sees("[ ] tries", "[x] vdd")
        await user.press("space", "J", "enter")
        await user.until(
            lambda: [c.name for c in user.screen.main.table.columns[:3]] == ["id", "status", "p_corner"]
        )
        await user.press("C", "end", "space", "enter")
        await user.until(lambda: user.screen.main.table.columns[-1].name != "message")


async def test_cases_grouped_by_a_parameter(project: Path, run: FakeRun) -> None:
    async with terminal(project) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("v", "2")
        await user.sees("corner: press enter to show the cases", "✓ 13", "✗ 2")
        await user.press("enter")
        await user.until(lambda: user.screen.main.table.row_count == 15)
        await user.sees("/corner=ff")


def test_only_differences_are_shown_with_a_few_lines_around() -> None:
    left = [f"line {number}" for number in range(100)]
    right = [*left[:50], "another", *left[51:], "one more"]
    rows = rows_of(left, right)
    assert ("!", "line 50", "another") in rows
    assert rows[-1] == ("+", "", "one more")
    assert ("…", "", "") in rows
    assert len(rows) == 9
    assert rows_of(left, left) == []


async def test_help_begins_with_the_keys_of_what_has_the_focus(project: Path, run: FakeRun) -> None:
    async with terminal(project, preferences=Preferences(keymap={"wave.expression": "f9"})) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("w")
        await user.until(lambda: isinstance(user.pilot.app.focused, PlotView))
        await user.press("question_mark")
        await user.sees("In the waveforms", "f9", "(wave.expression)")
        assert user.text.index("In the waveforms") < user.text.index("In a plot")
        await user.press("escape", "H")
        await user.until(lambda: isinstance(user.pilot.app.screen, PlotScreen))
        await user.press("question_mark")
        await user.sees("keys of a plot", "(plot.zoom_in_y)")


async def test_a_key_of_a_plot_is_given_another(project: Path, run: FakeRun) -> None:
    async with terminal(project, preferences=Preferences(keymap={"plot.log_y": "f9"})) as user:
        await user.until(lambda: user.screen.main.table.row_count == 45)
        await user.press("H")
        await user.until(lambda: isinstance(user.pilot.app.screen, PlotScreen))
        await user.press("f9")
        assert user.pilot.app.screen.query_one(PlotView).window.log_y
