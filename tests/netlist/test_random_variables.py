"""Random calls of decks as named parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import UsageError
from simorc.netlist.random_variables.calls import calls_of, replaced, replaced_in_place
from simorc.netlist.random_variables.errors import NotHoisted
from simorc.netlist.random_variables.hoist import hoist
from simorc.netlist.random_variables.variables import HoistedDeck, RandomVariable, label_of

KIT = """* kit
.lib mm
.param sw_mm=1 sw_pr=0
.include 'cells.spice'
.endl
.lib mc
.param sw_mm=0 sw_pr=1
.include 'cells.spice'
.endl
"""
CELLS = """* cells
.param rsh = {100.0*1} + sw_pr*AGAUSS(0,5,1)
.param csh = {1.0} + sw_pr*GAUSS(0,0.1,1)
.param nowhere = {1.0} + sw_pr*AGAUSS(0,1,1)
.subckt rpoly a b l=1
.param dr = {sw_mm*agauss(0,0.03,3)/sqrt(l)}
R1 a b r='rsh*(1+dr)' tc1={csh}
.ends
.subckt unused a b
R1 a b {agauss(1k,1,1)}
.ends
"""


def hoisted(tmp_path: Path, *lines: str, section: str = "mm") -> HoistedDeck:
    (tmp_path / "kit.lib").write_text(KIT)
    (tmp_path / "cells.spice").write_text(CELLS)
    deck = "\n".join(["title", f".lib 'kit.lib' {section}", *lines, ".op", ".end", ""])
    return hoist(deck, tmp_path)


def written(deck: HoistedDeck, values: dict[str, float] | None = None) -> str:
    """The deck with its parts in their places."""
    parts: dict[str, str] = {}

    def place(text: str) -> str:
        parts[f'.include "{len(parts)}"'] = text
        return str(len(parts) - 1)

    text = deck.text(values or {}, place)
    for line, part in parts.items():
        text = text.replace(line, part)
    return text


def names(deck: HoistedDeck) -> list[str]:
    return [variable.name for variable in deck.variables]


def test_each_instance_has_its_own_variable_through_any_depth(tmp_path: Path) -> None:
    lines = [
        *(".subckt pair p q", "Xa p q rpoly l=4", "XB p q", "+ rpoly", ".ends"),
        *(".subckt outer p q", ".subckt inner p q", "X1 p q pair", ".ends"),
        *("Xi p q inner", "X2 p q pair", ".ends"),
        *("X1 a 0 outer", "X2 a 0 rpoly", "I1 0 a 1m"),
    ]
    deck = hoisted(tmp_path, *lines)
    assert names(deck) == [
        *("x1.xi.x1.xa dr", "x1.xi.x1.xb dr", "x1.x2.xa dr", "x1.x2.xb dr", "x2 dr"),
    ]
    text = written(deck, {"x1.x2.xb dr": 1.5})
    assert ".param simorc_r4=1.5\n" in text and ".param simorc_r1=0.0\n" in text
    assert "unused" not in text
    assert {variable.scope for variable in deck.variables} == {"device"}


def test_what_the_die_has_in_common_is_one_variable(tmp_path: Path) -> None:
    deck = hoisted(tmp_path, "X1 a 0 rpoly", "X2 a 0 rpoly", "I1 0 a 1m", section="mc")
    assert names(deck) == ["process rsh"]
    assert deck.unused == ("nowhere",)
    assert "rsh" in deck.drawn_at_each_use
    assert set(deck.dead) == {"csh", "rpoly dr"}


def test_a_call_outside_braces_puts_the_whole_value_in_braces(tmp_path: Path) -> None:
    text = written(hoisted(tmp_path, "X1 a 0 rpoly", section="mc"))
    assert "rsh={(100.0*1) + sw_pr*((0)+(5)/(1)*simorc_r1)}" in text
    assert "csh={(1.0) + sw_pr*(0)}" in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("agauss(1,2,3)", "{((1)+(2)/(3)*z)}"),
        ("gauss(1k,0.1,3)", "{((1k)+(1k)*(0.1)/(3)*z)}"),
        ("aunif(1, {a})", "{((1)+((a))*z)}"),
        ("'unif(x,0.1)'", "{(((x)+(x)*(0.1)*z))}"),
        ("limit(f(1,2),0.1)", "{((f(1,2))+(0.1)*z)}"),
        ("{5}+sw*exp(agauss(0,1,1))", "{(5)+sw*exp(((0)+(1)/(1)*z))}"),
    ],
)
def test_calls_become_expressions(value: str, expected: str) -> None:
    assert replaced(value, lambda call: call.with_variable("z")) == expected


@pytest.mark.parametrize("text", ["agauss(1,2)", "aunif(1,2,3)", "gauss(1,agauss(0,1,1),1)", "unif(1,(2)"])
def test_calls_that_ngspice_would_not_take_are_refused(text: str) -> None:
    with pytest.raises(NotHoisted):
        list(calls_of(text))


def test_names_that_end_like_a_random_function_are_no_calls() -> None:
    assert not list(calls_of("mygauss(1,2,3)+x.unif(1,2)"))


def test_a_value_of_an_element_is_replaced_in_place() -> None:
    call = "r1 a b agauss(1k,10,1)"
    assert replaced_in_place(call, lambda each: "(z)") == "r1 a b {(z)}"
    with pytest.raises(NotHoisted, match="outside braces"):
        replaced_in_place("r1 a b 2*agauss(1k,10,1)", lambda each: "(z)")


def test_functions_that_draw_are_expanded_at_each_call(tmp_path: Path) -> None:
    lines = [
        ".func noise(s) {agauss(0,s,1)}",
        ".func twice(s,k) {k*noise(s)}",
        "R1 a 0 {1k*(1+twice(0.01,2))}",
        "R2 a 0 {1k*(1+noise(0.1)+noise(0.2))}",
    ]
    deck = hoisted(tmp_path, *lines)
    assert names(deck) == ["r1 value", "r2 value", "r2 value#2"]
    assert "r2 a 0 {1k*(1+(((0)+((0.1))/(1)*simorc_r2))+(((0)+((0.2))/(1)*simorc_r3)))}" in written(deck)


def test_elements_of_the_deck_are_devices_and_models_name_themselves(tmp_path: Path) -> None:
    lines = [
        *(".subckt load p", "R1 p 0 {agauss(1k,1,1)}", "R2 p 0 {agauss(1k,1,1)}", ".ends"),
        *("Xl a load", "D1 a 0 dd", ".model dd d is='agauss(1e-14,1e-15,1)'", "I1 0 a 1m"),
        "X9 a 0 rpoly l={agauss(1,0.1,1)}",
    ]
    assert names(hoisted(tmp_path, *lines)) == [
        *("xl.r1 value", "xl.r2 value", "process dd.is", "x9 l", "x9 dr"),
    ]


def test_calls_inside_conditions_are_variables(tmp_path: Path) -> None:
    lines = [".if (1)", "R1 a 0 {agauss(1k,1,1)}", ".else", "R1 a 0 {agauss(2k,1,1)}", ".endif"]
    assert names(hoisted(tmp_path, *lines)) == ["r1 value", "r1 value#2"]


def test_a_subcircuit_that_a_condition_chooses_is_refused(tmp_path: Path) -> None:
    cell = [".subckt c a", "R1 a 0 {agauss(1k,1,1)}", ".ends"]
    with pytest.raises(NotHoisted, match=r"\.subckt c: defined more than once, inside \.if"):
        hoisted(tmp_path, ".if (1)", *cell, ".else", *cell, ".endif", "X1 a c")


def test_the_first_of_two_definitions_counts(tmp_path: Path) -> None:
    first = [".subckt c a", "R1 a 0 {agauss(1k,1,1)}", ".ends"]
    second = [".subckt c a", "R1 a 0 1k", ".ends"]
    assert names(hoisted(tmp_path, *first, *second, "X1 a c")) == ["x1.r1 value"]
    assert names(hoisted(tmp_path, *second, *first, "X1 a c")) == []


def test_a_subcircuit_in_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotHoisted, match="contains itself"):
        hoisted(tmp_path, ".subckt c a", "X1 a c", ".ends", "X1 a c")


def test_control_blocks_stay_and_their_chance_is_reported(tmp_path: Path) -> None:
    deck = hoisted(tmp_path, "V1 a 0 trnoise(1 1n 0 0)", ".control", "let x = rnd(3)", "op", ".endc")
    assert ".control\nlet x = rnd(3)\nop\n.endc\n.end" in written(deck)
    assert set(deck.left_random) == {"v1 trnoise", "let rnd"}


def test_a_name_that_is_no_variable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no random variable 'x9 dr'"):
        written(hoisted(tmp_path, "X1 a 0 rpoly"), {"x9 dr": 1.0})


def test_a_missing_file_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(NotHoisted, match=r"nothing\.spice not found"):
        hoisted(tmp_path, ".include nothing.spice")


@pytest.mark.parametrize(
    ("function", "normal", "expected"),
    [
        ("agauss", 1.5, 1.5),
        ("gauss", -2.0, -2.0),
        ("limit", -0.1, -1.0),
        ("limit", 0.0, 0.0),
        ("unif", 0.0, 0.0),
    ],
)
def test_values_of_variables_in_the_deck(function: str, normal: float, expected: float) -> None:
    assert RandomVariable("p", "x1", "vth", function).in_deck(normal) == expected


def test_a_uniform_variable_stays_between_its_ends() -> None:
    variable = RandomVariable("p", "x1", "r", "aunif")
    assert variable.in_deck(1.0) == pytest.approx(0.6826895)
    assert -1.0 <= variable.in_deck(-9.0) < -0.999999


@pytest.mark.parametrize(
    ("written_name", "expected"),
    [("swx_vth", "vth"), ("delvto", "vth"), ("mm_bf", "bf"), ("rbody", "rbody"), ("sw_", "sw_")],
)
def test_labels_are_words_of_a_designer(written_name: str, expected: str) -> None:
    assert label_of(written_name) == expected
