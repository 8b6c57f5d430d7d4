"""A value is spelled as its place in the deck needs it; names keep what the user wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import TemplateError
from simorc.netlist.template import Template
from simorc.units import Number, Value, parse_value


def rendered(folder: Path, lines: str, **values: Value) -> str:
    """What the lines below a title become with these parameters."""
    path = folder / "t.spice.j2"
    path.write_text(f"* {{{{ parameters.x }}}}\n{lines}\n", encoding="utf-8")
    text = Template.load(path).render(values, case_id=1, dut_netlist="d", project_root="/p")
    title, _, rest = text.partition("\n")
    assert title == f"* {values['x']}"
    return rest.removesuffix("\n")


X = "{{ parameters.x }}"


@pytest.mark.parametrize(
    ("line", "written", "deck"),
    [
        (f".temp {X}", "-40C", ".temp -40"),
        (f".TEMP {X}", "125000m", ".TEMP 125"),
        (f".temp {X}", "0.1k", ".temp 100"),
        (f".option temp={X}", "125°C", ".option temp=125"),
        (f".param r={X}", "10kOhm", ".param r=10k"),
        (f".param r={X}", "10k", ".param r=10k"),
        (f".param w='{X}*2'", "1mil", ".param w='2.540e-05*2'"),
        (f"r1 a b {X}", "4.7kΩ", "r1 a b 4.7k"),
        (f"b1 a 0 v={X}*v(b)", "1e5k", "b1 a 0 v=100000000*v(b)"),
        (f"v1 a 0 pulse(0 {X} 0 1n)", "3.3V", "v1 a 0 pulse(0 3.3 0 1n)"),
        (f".tran 1n {X}", "10us", ".tran 1n 10u"),
        (f"x1 a b amp gain={X}", "1M", "x1 a b amp gain=1m"),
        (f".param a=1\n+ b={X}", "5μA", ".param a=1\n+ b=5u"),
        (f".lib 'models.lib' {X}", "1.8V", ".lib 'models.lib' 1.8V"),
        (f".include io_{X}.inc", "5V", ".include io_5V.inc"),
        (f".lib kit/{X}/models.lib tt", "5V", ".lib kit/5V/models.lib tt"),
        (f".lib kit.lib\n+ {X}", "5V", ".lib kit.lib\n+ 5V"),
        (f"xm1 d g s b nfet_{X}", "5V", "xm1 d g s b nfet_5V"),
        (f"xm1 d g s b {X}_nfet", "5V", "xm1 d g s b 5V_nfet"),
        (f'a1 %v(a) src file="{X}.txt"', "5V", 'a1 %v(a) src file="5V.txt"'),
        (f'.model s filesource (file="io {X}")', "5V", '.model s filesource (file="io 5V")'),
        (f"* at {X}", "5V", "* at 5V"),
        (f".control\nwrdata {X} v(a)\n.endc", "5V", ".control\nwrdata 5V v(a)\n.endc"),
        (f".control\nalter r1 {X}\n.endc", "5V", ".control\nalter r1 5\n.endc"),
        ("r1 a b {{ parameters.x * 2 }}", "5V", "r1 a b 10.0"),
        ("{% if parameters.x > 4 %}r1 a b " + X + "{% endif %}", "5V", "r1 a b 5"),
    ],
)
def test_numbers(tmp_path: Path, line: str, written: str, deck: str) -> None:
    assert rendered(tmp_path, line, x=Number(written)) == deck


@pytest.mark.parametrize(
    ("line", "written", "deck"),
    [
        (f".temp {X}", "-40C", ".temp -40"),
        (f".param r={X}", "10kOhm", ".param r=10k"),
        (f".lib 'models.lib' {X}", "5V", ".lib 'models.lib' 5V"),
        (f"xm1 d g s b {X}", "5V", "xm1 d g s b 5V"),
        (f"q1 c b e {X}", "2n3904", "q1 c b e 2n3904"),
        (f".param r={X}", "2*rbase", ".param r=2*rbase"),
        (f".param r={X}", "{2*rbase}", ".param r={2*rbase}"),
    ],
)
def test_texts_are_numbers_only_where_a_number_has_to_stand(
    tmp_path: Path, line: str, written: str, deck: str
) -> None:
    assert rendered(tmp_path, line, x=written) == deck


@pytest.mark.parametrize(
    "text", ["1k5", "10kk", "1,5", "1_000", "0x10", "1d3", "1e400", "inf", ".nan", "1..5"]
)
@pytest.mark.parametrize("line", [f".param r={X}", f".temp {X}", f".option reltol={X}"])
def test_a_text_that_looks_like_a_number_is_refused_where_one_is_needed(
    tmp_path: Path, text: str, line: str
) -> None:
    assert isinstance(parse_value(text), str)
    with pytest.raises(TemplateError, match=r"parameters\.x") as caught:
        rendered(tmp_path, line, x=text)
    assert f"'{text}'" in caught.value.message


def test_a_template_that_takes_texts_apart_is_given_the_spelling_of_decks(tmp_path: Path) -> None:
    path = tmp_path / "t.spice.j2"
    path.write_text("t\nr1 a b {{ parameters.x | string | length }}\nr2 a b {{ parameters.x }}\n")
    template = Template.load(path)
    assert template.render({"x": Number("5V")}, case_id=1, dut_netlist="d", project_root="/p") == (
        "t\nr1 a b 1\nr2 a b 5\n"
    )


@pytest.mark.parametrize(
    "expression", ["parameters.x * 1e308", "-parameters.x * 1e308", "1e308 * 10 - 1e308 * 10"]
)
def test_an_expression_without_a_finite_value_is_refused(tmp_path: Path, expression: str) -> None:
    with pytest.raises(TemplateError, match="not a valid number in a deck"):
        rendered(tmp_path, f"r1 a b {{{{ {expression} }}}}", x=Number("10k"))


def test_what_is_put_around_values_holds_the_spelling_of_the_place(tmp_path: Path) -> None:
    path = tmp_path / "t.spice.j2"
    path.write_text(f"t\nr1 a b {X}\n.temp {{{{ parameters.t }}}}\nq1 c b e {{{{ parameters.m }}}}\n")
    text = Template.load(path).render(
        {"x": Number("10kOhm"), "t": Number("0.1k"), "m": "2n3904"},
        case_id=1,
        dut_netlist="d",
        project_root="/p",
        wrap=lambda name, value: f"<{name}:{value}>",
        wrapped={"x", "t", "m"},
    )
    assert text == "t\nr1 a b <x:10k>\n.temp <t:100>\nq1 c b e 2n3904\n"


NUMBER_PLACES = (
    *(f"r1 a b {X}", f"c1 a b {X} ic=1", f"v1 a b {X}", f"v1 a b dc 1 ac {X}", f"v1 a b pulse(0 {X} 0 1n)"),
    *(
        f"e1 a b c d {X}",
        f"m1 d g s b n w={X} l=1u",
        f".model m r(rsh={X})",
        f".option temp={X}",
        f".temp {X}",
    ),
    *(f".tran 1n {X}", f".dc v1 0 {X} 1", f".ac dec 10 1 {X}", f".control\ntran 1n {X}\n.endc"),
)
EXPRESSION_PLACES = (
    *(f".param p={X}", f".csparam p={X}", f"x1 a b s p={X}", f".subckt s a p={X}", f"b1 a 0 v={X}"),
    *(f"b1 a 0 v=2*{X}", f"m1 d g s b n w='{X}' l=1u", f"r1 a b {{ {X} }}", f"e1 a b value={{ {X} }}"),
    *(f".control\nalter r1 = {X}\n.endc", f".control\nlet a = {X}\n.endc"),
)
NO_NUMBERS = (
    *(
        "5%",
        "1k%",
        "1 k",
        "1 kOhm",
        "25 \u00b0C",
        "\u00bdk",
        "10\u00b3",
        "1\u00d710",
        "10\u039c",
        "\u0399k",
        "1\u00a0k",
    ),
    *(
        "1k\u200b",
        "\u22641",
        "1..5",
        "10kk",
        "5ppm",
        "1e",
        "1e400",
        "inf",
        "1k5",
        "4R7",
        "1,5",
        "1_000",
        "1#",
    ),
    *("--1", "+-1", ".", "~1"),
)
EXPRESSIONS = ("1/2", "2*w", "10^3", "1+2", "1-2", "2*1e-3")


@pytest.mark.parametrize("line", [*NUMBER_PLACES, *EXPRESSION_PLACES])
def test_a_text_that_is_no_number_is_refused_wherever_ngspice_reads_one(tmp_path: Path, line: str) -> None:
    for text in NO_NUMBERS:
        with pytest.raises(TemplateError, match=r"parameters\.x: "):
            rendered(tmp_path, line, x=text)


@pytest.mark.parametrize("line", NUMBER_PLACES)
def test_an_expression_is_refused_where_ngspice_evaluates_none(tmp_path: Path, line: str) -> None:
    for text in EXPRESSIONS:
        with pytest.raises(TemplateError, match="ngspice evaluates no expression here"):
            rendered(tmp_path, line, x=text)


@pytest.mark.parametrize("line", EXPRESSION_PLACES)
def test_an_expression_is_kept_where_ngspice_evaluates_one(tmp_path: Path, line: str) -> None:
    for text in EXPRESSIONS:
        assert text in rendered(tmp_path, line, x=text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f"v1 a b {X}", "1 ac 1"),
        (f"v1 a b {X}", "0 pulse(0 1 0 1n)"),
        (f".dc v1 {X}", "0 5 1"),
        (f".tran {X}", "1n 10u uic"),
        (f"r1 a b {X}", "1k tc1=0.1"),
        (f"r1 a b {X}", "{2*w}"),
        (f"r1 a b {X} l=1u w=1u", "2res"),
        (f"r1 a b {X}\n.model 2res r(tc1=0)", "2res"),
        (f"m1 d g s b n {X}", "w=1u l=2u"),
    ],
)
def test_a_part_of_a_card_is_kept(tmp_path: Path, line: str, text: str) -> None:
    assert text in rendered(tmp_path, line, x=text)
