"""Text that somebody else wrote has no effect in a report: no controls, no markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pytest

from simorc.plots.backends.html import STYLE, page, script
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip
from simorc.reports.datasheet import datasheet
from simorc.reports.html import html_report
from simorc.reports.markdown import markdown_code, markdown_line, markdown_text
from simorc.reports.together import sheet_html, sheet_markdown
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.text import plain_document

MakeRun = Callable[..., RunLayout]
HOSTILE = "\x1b]0;x\x07 \x9b2J\x7f \u202e # | `a` [b](http://c) <img src=x> *d* &lt;"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.fixture
def run(make_run: MakeRun) -> OpenRun:
    rows = [
        ("completed", {"temp": t, "corner": f"{HOSTILE}{t % 2}"}, {"gain": float(t)}) for t in range(3)
    ] + [("failed", {"temp": 9, "corner": HOSTILE}, {})]
    return OpenRun(
        make_run(
            rows,
            units={"gain": HOSTILE},
            specs={"gain": {"min": 1, "description": HOSTILE}},
            testbench=HOSTILE,
            sweep=HOSTILE,
        )
    )


@pytest.mark.parametrize("made", [datasheet, html_report], ids=["datasheet", "report"])
def test_the_report_of_a_run_has_no_controls(run: OpenRun, made: Callable[[OpenRun], str]) -> None:
    text = made(run)
    assert UNSAFE.search(text) is None
    assert "<img" not in text
    assert "^[]0;x^G" in text.replace("\\", "")


@pytest.mark.parametrize("made", [sheet_markdown, sheet_html], ids=["markdown", "html"])
def test_the_report_of_several_runs_has_no_controls(
    run: OpenRun, made: Callable[[list[OpenRun]], str]
) -> None:
    text = made([run, run])
    assert UNSAFE.search(text) is None
    assert "<img" not in text


def test_the_table_of_a_datasheet_keeps_its_columns(run: OpenRun) -> None:
    table = [line for line in datasheet(run).splitlines() if line.startswith("|")]
    assert len(table) == 3
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1


def test_a_page_of_plots_has_no_controls_and_readable_numbers() -> None:
    strip = FigureStrip(Axis(HOSTILE), (Curve(HOSTILE, np.arange(3.0), np.arange(3.0)),))
    text = page([Figure(HOSTILE, Axis(HOSTILE), (strip,), HOSTILE)])
    assert UNSAFE.search(text) is None
    numbers = re.search(r'<script type="application/json">(.*?)</script>', text)
    assert numbers is not None
    assert json.loads(numbers[1])["title"] == HOSTILE


def test_the_own_parts_of_a_page_are_left_as_they_are() -> None:
    assert plain_document(script()) == script()
    assert plain_document(STYLE) == STYLE


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("vout_max at temp=-40, corner=ss (case 1)", "vout_max at temp=-40, corner=ss (case 1)"),
        ("_a_ __b__ c_", r"\_a\_ \_\_b\_\_ c\_"),
        ("*a* ~b~ `c` $d$", r"\*a\* \~b\~ \`c\` \$d\$"),
        ("![x](y) @m1[gm]", r"!\[x\](y) @m1\[gm\]"),
        (r"a\|b", r"a\\\|b"),
        ("<b> &lt;", "&lt;b> &amp;lt;"),
        ("a\nb\x1b[1m\tc", r"a b^\[\[1m c"),
    ],
)
def test_text(text: str, written: str) -> None:
    assert markdown_text(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("+ a", r"\+ a"),
        ("> a", r"\> a"),
        ("===", r"\==="),
        ("* a", r"\* a"),
        ("1. a", r"1\. a"),
        ("12) a", r"12\) a"),
        ("1.5 V", r"1\.5 V"),
        ("a - b", "a - b"),
        ("", ""),
    ],
)
def test_the_beginning_of_a_line(text: str, written: str) -> None:
    assert markdown_line(text) == written


@pytest.mark.parametrize(
    ("text", "written"), [("a_b", "`a_b`"), ("a`b", "``a`b``"), ("`a``", "``` `a`` ```"), ("a\x1b", "`a^[`")]
)
def test_code(text: str, written: str) -> None:
    assert markdown_code(text) == written
