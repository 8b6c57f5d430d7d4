"""A measurement with a display scale: all that a person reads agrees, files have the value as measured."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest

from simorc.results.open_run import OpenRun
from simorc.rundir.store.reader import RunReader
from simorc_tui.data.distributions import histogram_of, over_parameter
from simorc_tui.data.run_results import read_results
from simorc_tui.widgets.measures_view import measures_of
from tests.e2e.driving import Project
from tests.tui.flows import terminal

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]
MakeProject = Callable[..., Project]

MEASUREMENTS = """measurements:
  settled: {expr: "at(v(out), 100n)", scale: 100, unit: "%"}
  drift: {across: {reduce: spread, over: r, of: settled}, scale: 100, unit: "%"}
specs: {settled: {min: 0.6}}
"""


def percent(value: float) -> str:
    return f"{100 * value:.4g}%"


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """Four cases that were run; v(out) is at 56 % and more of its end after 100 ns."""
    project = make_project(sweep="parameters: {r: [1000, 1050, 1100, 1200]}\n")
    bench = project.root / "testbenches" / "rc" / "config.yaml"
    bench.write_text(bench.read_text().replace("measurements: {rise: {meas: rise}}\n", MEASUREMENTS))
    assert project.simorc("run", "rc").returncode == 3, "a spec is broken"
    return project


def how_shown(project: Project) -> tuple[str, float]:
    """Unit and scale in the newest run's store."""
    with RunReader(project.newest) as view:
        (found,) = [column.shown for column in view.columns() if column.label == "settled"]
    return found.unit, found.scale


def measured(project: Project) -> list[float]:
    """The stored values, as measured."""
    cases = json.loads(project.ok("results", "last", "--json"))
    return [case["measurements"]["settled"] for case in cases]


def test_commands_and_report_agree_and_files_have_it_as_measured(project: Project) -> None:
    values = measured(project)
    assert all(0.5 < value < 0.7 for value in values)
    rows = project.ok("results", "last").splitlines()
    for case, value in enumerate(values, 1):
        assert percent(value) in rows[case]
    spec = next(row for row in rows if row.startswith("settled"))
    assert spec.split()[1] == "60%"
    assert f"  {percent(min(values))}  {percent(sum(values) / 4)}  " in spec
    assert percent(values[1]) in project.ok("show", "last", "2")
    project.ok("report", "last", "--format", "html")
    page = (project.newest.reports / "report.html").read_text()
    assert percent(values[1]) in page and percent(min(values)) in page
    table = csv.DictReader(project.ok("results", "last", "--format", "csv").splitlines())
    assert [float(row["settled"]) for row in table] == values
    found = json.loads(project.ok("results", "last", "--filter", "settled<0.6", "--json"))
    assert [case["case_id"] for case in found] == [i for i, value in enumerate(values, 1) if value < 0.6]


def test_comparisons_tell_values_as_they_are_shown(project: Project) -> None:
    before = measured(project)
    project.ok("baseline", "set", "last")
    bench = project.root / "testbenches" / "rc" / "config.yaml"
    bench.write_text(bench.read_text().replace("100n)", "110n)"))
    old = project.newest.name
    project.simorc("run", "rc")
    after = measured(project)
    largest = max(range(4), key=lambda place: after[place] / before[place])
    for told in (project.simorc("compare", old, "last"), project.simorc("baseline", "check", "last")):
        line = next(row for row in told.stdout.splitlines() if row.startswith("settled"))
        assert f"{100 * before[largest]:.7g}%" in line and f"{100 * after[largest]:.7g}%" in line


def test_a_changed_scale_counts_at_once_and_nothing_is_computed_for_it(project: Project) -> None:
    values = measured(project)
    bench = project.root / "testbenches" / "rc" / "config.yaml"
    bench.write_text(bench.read_text().replace('scale: 100, unit: "%"}', "scale: 1k, unit: ppt}", 1))
    project.ok("measure", "last")
    assert measured(project) == values
    assert how_shown(project) == ("ppt", 1000)
    with RunReader(project.newest) as view:
        columns = view.columns()
    project.newest.database.unlink()
    assert project.simorc("fsck", "last", "--repair").returncode == 0
    with RunReader(project.newest) as view:
        assert view.columns() == columns, "what is reduced across cases is no column"


async def test_the_terminal_shows_the_same(project: Project) -> None:
    values, run = measured(project), OpenRun(project.newest)
    (line,) = read_results(run.layout).specs
    assert (line.low, line.high) == ("60%", "")
    assert (line.least, line.most) == (percent(min(values)), percent(max(values)))
    assert line.worst.startswith(percent(values[3]))
    measure = next(row for row in measures_of(run.layout, 4).rows if row.name == "settled")
    assert (measure.limits, measure.status) == (">= 60%", "fail")
    spread = histogram_of(run, "settled")
    assert f"mean {percent(sum(values) / 4)}" in spread.title
    lines = {trace.label: trace.branches[0][0][0] for trace in spread.panel.strips[0].traces}
    assert (lines["min"], lines["mean"]) == pytest.approx((60, 25 * sum(values)))
    family = over_parameter(run, "settled", "r").panel.strips[0]
    assert family.traces[0].branches[0][1].tolist() == pytest.approx([100 * value for value in values])
    async with terminal(project.root) as user:
        await user.sees("settled %", *(f"{100 * value:.2f}" for value in values))
        await user.press("3", "enter")
        await user.sees("Measurements", percent(values[0]))
        await user.press("escape", "H")
        await user.sees("settled: n=4", f"mean {percent(sum(values) / 4)}")
