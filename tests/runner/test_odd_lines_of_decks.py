"""One run with decks that go wrong in many ways, each between good ones: every case has its own verdict."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from simorc.config.project import Project
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from tests.divider_projects import MakeProject

TEMPLATE = """* divider
V1 in 0 1
R1 in out {{ parameters.r }}
R2 out 0 1k
{{ parameters.line }}
{{ parameters.run }}
.meas dc Y max v(out)
.meas dc first max v(out)
.meas dc second max v(in)
.end
"""
MEASUREMENTS = """measurements:
  divided: {meas: y}
  again: {meas: Y}
  first: {meas: second}
  second: {meas: first}
"""
GOOD = ".dc V1 0 1 1"
DECKS = (
    ("* a comment", GOOD, None),
    ("* a comment", "* .dc V1 0 1 1", "the deck has no analysis"),
    ("* a comment", GOOD, None),
    (".options reltol=1e-3", ".print dc v(out)", "the deck has no analysis"),
    (".control", ".endc", "the deck has no analysis"),
    ("* a comment", GOOD, None),
    ("divider of two resistors", GOOD, "divider of two resistors"),
    ("Note: do not touch", GOOD, "note: do not touch"),
    ("-- a remark --", GOOD, "-- a remark --"),
    ("# a remark", GOOD, "# a remark"),
    ("* a comment", GOOD, None),
    ("* a comment", ".tran 10n 0", ".tran 10n 0"),
    ("* a comment", ".tran -1n 5n", ".tran -1n 5n"),
    ("* a comment", ".tran 1n", ".tran 1n"),
    ("* a comment", ".ac lin 0 1 1", "deck line 6: ac lin 0 1 1"),
    ("// a comment", GOOD, None),
    ("* a comment", GOOD, None),
)
"""A line of the deck, its analysis, and what the message of its case names; None: the case is completed."""


@pytest.mark.ngspice
def test_every_case_has_its_own_verdict(
    make_project: MakeProject, run_through: Callable[..., RunLayout]
) -> None:
    rows = {
        "r": [f"{number}k" for number in range(1, len(DECKS) + 1)],
        "line": [line for line, _, _ in DECKS],
        "run": [analysis for _, analysis, _ in DECKS],
    }
    project = make_project(TEMPLATE)
    (project.root / "s.yaml").write_text(f"testbench: tb\nzip: {json.dumps(rows)}\n")
    config = project.root / "tb" / "config.yaml"
    parameters = f"parameters: {{r: 1k, line: '*', run: {json.dumps(GOOD)}}}\n"
    config.write_text(f"template: tb.spice.j2\n{parameters}{MEASUREMENTS}")
    layout = run_through(Project.load(project.root))
    frame = OpenRun(layout).frame
    with RunReader(layout) as reader:
        cases = [reader.case(number) for number in range(1, len(DECKS) + 1)]
    for place, (case, (_, _, fault)) in enumerate(zip(cases, DECKS, strict=True)):
        assert case is not None
        status = "failed" if fault else "completed"
        assert (case["status"], case["attempts"]) == (status, 1), case["message"]
        if fault is not None:
            assert fault in str(case["message"])
            continue
        for name, value in (("divided", 1), ("again", 1), ("second", 1), ("first", place + 2)):
            assert frame.values(name)[place] == pytest.approx(value / (place + 2)), name
