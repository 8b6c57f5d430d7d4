"""From a run to what is kept of it: compression, retention, early stopping, single samples, plots."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest

from simorc.rundir.layout import find_runs
from tests.e2e.driving import Project, assert_sound, counts, rows

pytestmark = [pytest.mark.ngspice, pytest.mark.e2e]
MakeProject = Callable[..., Project]

SAMPLED = """monte_carlo:
  samples: 60
  seed: 7
  distributions: {r: {uniform: {low: 1k, high: 2k}}}
"""


def test_compressed_waveforms_read_everywhere(make_project: MakeProject) -> None:
    config = "measurements: {rise: {meas: rise}, top: {expr: max(v(out)), unit: V}}\n"
    project = make_project(4, settings="execution: {compress: true}\n")
    bench = project.root / "testbenches" / "rc" / "config.yaml"
    bench.write_text(bench.read_text().replace("measurements: {rise: {meas: rise}}\n", config))
    project.ok("run", "rc")
    run = project.newest
    assert not list(run.results.rglob("*.raw")) and len(list(run.results.rglob("*.raw.gz"))) == 4
    with run.metadata_csv.open() as stream:
        paths = [row["result_path"] for row in csv.DictReader(stream)]
    assert all((run.path / path).is_file() for path in paths)
    assert "v(out)" in project.ok("plot", "last", "2", "v(out)", "--width", "60", "--height", "12")
    before = json.loads(project.ok("results", "last", "--json"))[0]["measurements"]
    project.ok("measure", "last", "--all")
    assert json.loads(project.ok("results", "last", "--json"))[0]["measurements"] == before
    project.ok("run", run.name, "--case", "2")
    assert not run.case_dir(2).joinpath("results.raw").exists() and run.raw(2).is_file()


def test_only_the_newest_runs_stay_but_for_locked_ones(make_project: MakeProject) -> None:
    project = make_project(2, settings="execution: {keep: 1}\n")
    project.ok("run", "rc")
    first = project.newest
    project.ok("lock", first.name, "--reason", "review")
    project.ok("run", "rc")
    second = project.newest
    project.ok("run", "rc")
    assert {run.name for run in find_runs(project.root)} == {first.name, project.newest.name}
    assert second.name != project.newest.name
    assert project.simorc("clean", first.name, "--yes").returncode == 1
    project.ok("clean", "--all", "--yes")
    assert [run.name for run in find_runs(project.root)] == [first.name]
    project.ok("unlock", first.name)
    project.ok("clean", first.name, "--yes")
    assert find_runs(project.root) == []


def test_samples_end_when_the_yield_is_known_and_one_can_be_run_alone(make_project: MakeProject) -> None:
    stop = SAMPLED + "  stop_when: {target: 0.5, least: 12}\n"
    project = make_project(config="specs: {rise: {max: 1}}\n", sweep=stop)
    project.ok("run", "rc", "--jobs", "2")
    run = project.newest
    ended = counts(run)
    # Each of two slots may have a range in progress, at most a quarter of what waited then.
    assert 12 <= ended["completed"] <= 12 + 2 * 15 and ended["pending"] == 60 - ended["completed"]
    ((message,),) = rows(run, "SELECT message FROM events WHERE kind = 'stopped'")
    assert "yield 100 %" in str(message) and "of 60 samples" in str(message)
    project.ok("run", run.name)
    assert counts(run) == ended
    (project.root / "sweeps" / "rc.yaml").write_text("testbench: rc\n" + SAMPLED)
    project.ok("run", "rc", "--sample", "5")
    alone = json.loads(project.ok("results", "last", "--json"))
    among = json.loads(project.ok("results", run.name, "--json"))[4]
    assert len(alone) == 1 and alone[0]["measurements"] == among["measurements"]
    assert alone[0]["parameters"] == among["parameters"]


def test_the_report_of_a_one_at_a_time_sweep(make_project: MakeProject) -> None:
    project = make_project(sweep="sensitivity: {r: [900, 1100], c: [50p, 200p]}\n")
    project.ok("run", "rc")
    assert_sound(project.newest, 5)
    project.ok("report", "last", "--format", "html")
    page = (project.newest.reports / "report.html").read_text()
    table = page[page.index("One at a time") :]
    assert table.index("<td>c</td>") < table.index("<td>r</td>")
