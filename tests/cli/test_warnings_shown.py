"""What the simulator ignored, wherever a person or a program looks."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simorc.cli import main as cli
from simorc.rundir.layout import RunLayout, find_runs

DECK = """* ignored
.subckt s a b
r1 a b 1k
.ends
.subckt s a b
r1 a b 2k
.ends
.model dm d(is=1e-14 foo=3)
v1 in 0 {{ parameters.v }}
d1 in m dm
x1 m 0 s
.op
.end
"""
WORDS = "unrecognized parameter (foo) - ignored"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignored")
    bench = root / "testbenches" / "t"
    bench.mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "sim_setup.yaml").write_text("testbenches: {t: testbenches/t}\nsweeps: {s: sweeps/s.yaml}\n")
    (root / "sweeps" / "s.yaml").write_text("testbench: t\nparameters: {v: [0.6, 0.7], unused: [1, 2, 3]}\n")
    (bench / "config.yaml").write_text("template: t.spice.j2\nparameters: {v: 1, unused: 1}\n")
    (bench / "t.spice.j2").write_text(DECK)
    return root


@pytest.fixture(scope="module")
def layout(project: Path) -> RunLayout:
    assert cli.run(["--project", str(project), "run", "s"]) == 0
    return find_runs(project)[0]


def test_at_the_end_of_a_run(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--project", str(project), "run", "s"]) == 0
    reported = capfd.readouterr().err
    assert f"warning: ignored_parameter in 6 cases, first in case 1: {WORDS}" in reported
    assert "warning: redefinition in 6 cases, first in case 1: Warning: redefinition of .subckt s" in reported
    assert "sweeping unused changed nothing" in reported


def test_in_results_and_status(project: Path, layout: RunLayout, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--project", str(project), "results", layout.name]) == 0
    reported = capfd.readouterr().err
    assert f"warning: ignored_parameter in 6 cases, first in case 1: {WORDS}" in reported
    assert "warning: sweeping unused changed nothing" in reported
    assert cli.run(["--project", str(project), "status", layout.name, "--json"]) == 0
    (summary,) = json.loads(capfd.readouterr().out)["runs"]
    assert [(each["kind"], each["cases"]) for each in summary["warnings"]] == [
        ("ignored_parameter", 6),
        ("redefinition", 6),
    ]
    assert len(summary["unvaried"]) == 1


def test_of_one_case(project: Path, layout: RunLayout, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--project", str(project), "show", layout.name, "2"]) == 0
    assert WORDS in capfd.readouterr().out
    assert cli.run(["--project", str(project), "show", layout.name, "2", "--json"]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert sorted(each["kind"] for each in shown["warnings"]) == ["ignored_parameter", "redefinition"]
    assert all(each["count"] >= 1 for each in shown["warnings"])
    assert cli.run(["--project", str(project), "results", layout.name, "--json"]) == 0
    first = {each["kind"]: each["message"] for each in shown["warnings"]}
    for case in json.loads(capfd.readouterr().out):
        assert {each["kind"]: each["message"] for each in case["warnings"]} == first, "warm and cold"


@pytest.mark.parametrize(
    ("text", "cases"),
    [("warning=redefinition", 6), ("warning:*", 6), ("warning~foo", 6), ("warning:ic", 0), ("-warning:*", 0)],
)
def test_as_a_filter(
    project: Path, layout: RunLayout, text: str, cases: int, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--project", str(project), "results", layout.name, "--json", "--filter", text]
    assert cli.run(arguments) == 0
    assert len(json.loads(capfd.readouterr().out)) == cases


def test_in_reports(project: Path, layout: RunLayout) -> None:
    from simorc.reports.datasheet import datasheet
    from simorc.reports.html import page_of
    from simorc.reports.junit import junit
    from simorc.results.open_run import OpenRun

    run = OpenRun(layout)
    assert WORDS in datasheet(run) and "changed nothing" in datasheet(run)
    page = page_of(run)
    assert [each["kind"] for each in page["warnings"]] == ["ignored_parameter", "redefinition"]
    assert len(page["unvaried"]) == 1
    printed = ElementTree.fromstring(junit(run)).findtext("testsuite/system-out") or ""
    assert WORDS in printed and "changed nothing" in printed


def test_in_the_interface(layout: RunLayout) -> None:
    from simorc_tui.data.run_results import read_results
    from simorc_tui.widgets.measures_view import measures_of

    assert [group.cases for group in read_results(layout).warnings] == [6, 6]
    kinds = sorted(str(each.kind) for each in measures_of(layout, 1).warnings)
    assert kinds == ["ignored_parameter", "redefinition"]
