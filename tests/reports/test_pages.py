"""HTML, Markdown and JUnit reports, on runs made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from simorc.reports.datasheet import datasheet
from simorc.reports.html import html_report
from simorc.reports.junit import junit
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from tests.counted_work import lines_run

MakeRun = Callable[..., RunLayout]
SPECS = {"gain": {"min": 42.5, "near": "1%", "description": "open <loop> | gain"}, "bw": {"max": "5meg"}}


def rows(count: int = 24) -> list[Any]:
    found: list[Any] = []
    for i in range(count):
        swept = {"temp": -40 + 15 * (i % 12), "corner": ["ss", "tt"][i // 12 % 2]}
        if i % 11 == 5:
            found.append(("failed", swept, {}))
        else:
            found.append(("completed", swept, {"gain": 40 + i / 4, "bw": 1e6 * (1 + i / 100)}))
    return found


@pytest.fixture
def run(make_run: MakeRun) -> OpenRun:
    return OpenRun(
        make_run(
            rows(),
            units={"gain": "dB", "bw": "Hz"},
            specs=SPECS,
            created="2026-01-01T00:00:00+0000",
            tools={"ngspice": "39.3"},
            command_line=["simorc", "run", "<script>alert(1)</script>"],
            plot_specs=[
                {
                    "title": "G",
                    "kind": "measurement",
                    "x": {"parameter": "temp"},
                    "y": [{"measurement": "gain"}],
                },
                {
                    "title": "no such",
                    "kind": "measurement",
                    "x": {"parameter": "x"},
                    "y": [{"measurement": "gain"}],
                },
            ],
        )
    )


def test_the_page_stands_alone_and_is_safe(run: OpenRun) -> None:
    page = html_report(run)
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    assert "&lt;script&gt;" in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "open &lt;loop&gt; | gain" in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(svg)
    assert page.count("<svg") >= 5
    assert "2 of 2 specs not met; 2 simulations failed" in page
    assert 'href="../results/1/"' in page
    assert "x is not swept in this run" in page
    assert "39.3" in page


def test_the_page_of_a_run_without_anything(make_run: MakeRun) -> None:
    page = html_report(OpenRun(make_run([])))
    assert "no case has run yet" in page


def test_the_page_of_an_all_failed_run(make_run: MakeRun) -> None:
    failed = [("failed", {"temp": t}, {}) for t in range(3)]
    page = html_report(OpenRun(make_run(failed, specs=SPECS)))
    assert "of 3 cases: 3 failed in simulation" in page
    assert "no_convergence" in page


def test_one_sample_is_reported(make_run: MakeRun) -> None:
    page = html_report(
        OpenRun(make_run([("completed", {"temp": 1}, {"gain": 50.0})], specs={"gain": {"min": 40}}))
    )
    assert "all 1 specs met" in page
    assert "too few values" in page


def test_the_datasheet_is_a_markdown_table(run: OpenRun) -> None:
    lines = datasheet(run).splitlines()
    table = [line for line in lines if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table}
    assert len(table) == 4
    assert len(widths) == 1
    assert "open &lt;loop> \\| gain" in table[2]
    assert "temp=-40, corner=ss (case 1)" in table[2]
    assert "40 dB" in table[2]
    assert "-2.5 dB (-5.88 %)" in table[2]


def test_junit_tells_failure_from_error(make_run: MakeRun, run: OpenRun) -> None:
    suite = ElementTree.fromstring(junit(run)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "1")
    kinds = {case.get("name"): [child.tag for child in case] for case in suite}
    assert kinds == {"gain": ["failure"], "bw": ["error"]}
    nothing = OpenRun(make_run([], name="b_20260101000000", specs=SPECS))
    assert junit(nothing).count("<skipped") == 2
    bare = OpenRun(make_run(rows(), name="c_20260101000000"))
    assert "2 of 24 simulations failed" in junit(bare)


def test_junit_of_a_run_that_passes(make_run: MakeRun) -> None:
    good = [("completed", {"temp": 1}, {"gain": 50.0})]
    text = junit(OpenRun(make_run(good, specs={"gain": {"min": 40}})))
    assert 'failures="0"' in text and 'errors="0"' in text and 'skipped="0"' in text


def test_a_hundred_thousand_cases_are_reported_on_one_page_in_few_steps(make_run: MakeRun) -> None:
    run = OpenRun(make_run(_cases(100_000), specs={"gain": {"min": 3}, "bw": {"max": 1e9}}))
    page: list[str] = []
    steps = lines_run(lambda: page.append(html_report(run)))
    assert steps < 20 * 100_000
    assert len(page[0]) < 3_000_000


def _cases(count: int) -> list[Any]:
    return [
        (
            "completed",
            {"temp": i % 165, "vdda": 3 + i % 7 / 10, "corner": "st"[i % 2]},
            {"gain": i % 97, "bw": float(i)},
        )
        for i in range(count)
    ]
