"""Cards in the place of the title."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.netlist.checks.lint_title import lint_titles
from simorc.netlist.checks.title_card import looks_like_card

REST = (
    "R9 in out 1k\nC9 out 0 1n\n.model dm d\nD9 out mid dm\nL1 in out 1m\nL2 out 0 1m\n"
    ".subckt OTA a b c\n.ends\n.model buf d_buffer\n.end\n"
)


@pytest.mark.parametrize(
    "title",
    [
        "V1 in 0 dc 1 pulse(0 1 0 1n 1n 5u 10u)",
        "vdd vdd 0 1.8",
        "r1 x y {rload}",
        "C1 x y 1p",
        "I1 0 x AC 1",
        "D1 in out dm",
        "M1 out in 0 0 nch w=1u",
        "X1 in out amp",
        "Q1 out mid 0 npn",
        "E1 out 0 in mid 5",
        "B1 out 0 v=v(in)*2",
        "Xdut inp inn vout ota",
        "xdut new1 new2 OTA w=1u l=2u",
        "K1 L1 L2 0.99",
        "A1 [in] [out] buf",
        "a2 %v[new] %d[digital] buf",
        "Dclamp new1 new2 dm",
    ],
)
def test_elements(title: str) -> None:
    assert looks_like_card(title, REST) == "an element"


@pytest.mark.parametrize(
    "title", [".param r=1k", ".include models.inc", "  .LIB x tt", ".subckt a b", ".control"]
)
def test_cards(title: str) -> None:
    assert looks_like_card(title, REST) == "a card"


@pytest.mark.parametrize(
    "title",
    [
        "",
        "* V1 in 0 dc 1",
        ".title RC filter",
        "RC lowpass filter",
        "Voltage divider 2 to 1 test",
        "Inverter with load 10p",
        "x1 amplifier test bench",
        "OTA in open loop 2024",
        "** sch_path: /home/me/tb.sch",
        "CMOS out stage",
        "testbench",
        "Mirror",
        "Low noise amp 5 GHz",
        "R2R ladder DAC 10 bit",
        "I think therefore 1k",
    ],
)
def test_titles(title: str) -> None:
    assert looks_like_card(title, REST) == ""


@pytest.mark.parametrize(
    ("template", "line", "warning"),
    [
        ("V1 in 0 {{ parameters.v }}\nR1 in 0 1k\n.op\n.end\n", 1, True),
        ("{# a note #}V1 in 0 1\nR1 in 0 {{ parameters.v }}\n.op\n.end\n", 1, True),
        ("{% set a = 1 -%}\n.param r={{ parameters.v }}\nR1 in 0 1k\n.op\n.end\n", 2, False),
        ("{% set a = 1 %}\nV1 in 0 {{ parameters.v }}\nR1 in 0 1k\n.op\n.end\n", 0, False),
        ("* t\nV1 in 0 {{ parameters.v }}\n.op\n.end\n", 0, False),
    ],
)
def test_validate_names_the_line(template: str, line: int, warning: bool, tmp_path: Path) -> None:
    (tmp_path / "tb").mkdir()
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {t: tb}\nsweeps: {s: s.yaml}\n", encoding="utf-8")
    (tmp_path / "s.yaml").write_text("testbench: t\nparameters: {v: [1, 2]}\n", encoding="utf-8")
    (tmp_path / "tb/config.yaml").write_text("parameters: {v: 1}\n", encoding="utf-8")
    (tmp_path / "tb/t.spice.j2").write_text(template, encoding="utf-8")
    found = lint_titles(Project.load(tmp_path))
    assert [(each.line, each.warning) for each in found] == ([(line, warning)] if line else [])
