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
