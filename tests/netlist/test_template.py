"""Templates: strict names with their lines, written values, a closed sandbox, bounded output, speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import TemplateError
from simorc.netlist import template as template_module
from simorc.netlist.template import Template, unescape_braces
from simorc.units import Number
from tests.counted_work import lines_run

PARAMETERS = {"vdda": Number("3.30"), "temp": Number("-40"), "corner": "ss", "cl": Number("10p"), "on": True}
DECK = """* ota
.include "{{ dut.netlist }}"
.param vdda={{ parameters.vdda }} cl={{ config.cl }}
.temp {{ parameters['temp'] }}
.end
"""


def load(directory: Path, text: str, name: str = "tb.spice.j2") -> Template:
    (directory / name).write_text(text)
    return Template.load(directory / name)


def render(template: Template, **rest: Any) -> str:
    given: dict[str, Any] = {"parameters": PARAMETERS, "case_id": 17, "dut_netlist": "../dut.spice"}
    given.update({"project_root": "/p", **rest})
    return template.render(given.pop("parameters"), **given)


def test_values_as_written(tmp_path: Path) -> None:
    assert render(load(tmp_path, DECK)) == (
        '* ota\n.include "../dut.spice"\n.param vdda=3.30 cl=10p\n.temp -40\n.end\n'
    )


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ case_id }} {{ seed }} {{ corner }} {{ project.root }}", "17 5 slow /p"),
        ("{{ filename_raw }}", "results.raw"),
        ("{{ config.filename_raw }}", "results.raw"),
        ("{{ parameters.on }}", "1"),
        ("{{ parameters.vdda * 2 }} {{ 2 ** 3 }}", "6.6 8"),
        (
            "{% for name, value in parameters.items() if name == 'cl' %}{{ name }}={{ value }}{% endfor %}",
            "cl=10p",
        ),
        ("{% if parameters.corner == 'ss' %}slow{% endif %}", "slow"),
        ("{{ parameters.get('nothing', 'none') }}", "none"),
        ("{vdda} is SPICE's own {{'{'}}", "{vdda} is SPICE's own {"),
        ("<&>\"'", "<&>\"'"),
        ("{{ [1, 2]|length }}", "2"),
    ],
)
def test_rendered(tmp_path: Path, text: str, rendered: str) -> None:
    assert render(load(tmp_path, text), seed=5, corner="slow") == rendered


def test_seed_and_corner_are_false_when_absent(tmp_path: Path) -> None:
    text = "{% if seed %}.option seed={{ seed }}{% endif %}{% if corner is defined %}x{% endif %}.end"
    template = load(tmp_path, text)
    assert render(template) == ".end"
    assert render(template, seed=3) == ".option seed=3.end"


def test_a_parameter_may_be_called_like_a_method(tmp_path: Path) -> None:
    template = load(tmp_path, "{{ parameters.items }} {{ config.copy }} {{ parameters.keys }}")
    assert render(template, parameters={"items": Number("3"), "copy": "x", "keys": 1}) == "3 x 1"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\nb {{ parameters.vdaa }}\n", 2, "vdaa is not a parameter (did you mean 'vdda'?)"),
        ("{{ config['vdaa'] }}", 1, "vdaa is not a parameter (did you mean 'vdda'?)"),
        ("\n\n{{ vdda }}", 3, "vdda is not defined (parameters are written parameters.vdda)"),
        ("{{ case }}", 1, "case is not defined (did you mean 'case_id'?)"),
        ("{% if parameters.nothing %}{% endif %}", 1, "nothing is not a parameter"),
        ("x\n{{ seed }}", 2, "no seed"),
        ("x\n{{ corner }}", 2, "no corner"),
        ("{{ dut.netlits }}", 1, "netlits"),
        ("x\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
        ("\n{{ parameters.corner + 1 }}", 2, "TypeError"),
        ("{% include 'gone.inc' %}", 1, "gone.inc is not a file"),
        ("{% include '../outside.inc' %}", 1, "outside.inc is not a file"),
        ("{% include '/etc/passwd' %}", 1, "passwd is not a file"),
        ("{% include 'tb.spice.j2' %}", 1, "RecursionError"),
        ("{{ parameters.__class__ }}", 1, "__class__ is not a parameter"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("{{ parameters.update({'vdda': 1}) }}", 1, "update is not a parameter"),
        ("{{ 'a' * 10000000000 }}", 1, "numbers only"),
        ("{{ range(10000000) }}", 1, "Range too big"),
        ("{{ cycler('a') }}", 1, "cycler is not defined"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", 1, "OverflowError"),
    ],
)
def test_fails_with_line_and_name(tmp_path: Path, text: str, line: int, message: str) -> None:
    (tmp_path / "outside.inc").write_text("secret")
    (tmp_path / "tb").mkdir()
    template = load(tmp_path / "tb", text)
    with pytest.raises(TemplateError) as caught:
        render(template)
    assert message in str(caught.value)
    assert (caught.value.file, caught.value.line) == (template.path, line)


def test_error_inside_an_include_names_the_included_file(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "load.inc").write_text("C1 out 0\n+ {{ parameters.c1 }}\n")
    template = load(tmp_path, "* top\n\n{% include 'parts/load.inc' %}")
    with pytest.raises(TemplateError, match=r"load\.inc:2: c1 is not a parameter") as caught:
        render(template)
    assert caught.value.file == tmp_path / "parts" / "load.inc"


def test_three_braces_are_explained(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"blanks between the braces of ngspice and those of the value"):
        load(tmp_path, "* t\n.param r={{{ parameters.r }}}\n")
    assert load(tmp_path, "* t\n.param r={ {{ parameters.r }} }\n")


def test_syntax_error_inside_an_include(tmp_path: Path) -> None:
    (tmp_path / "bad.inc").write_text("\n\n{% if %}")
    template = load(tmp_path, "{% include 'bad.inc' %}")
    with pytest.raises(TemplateError, match=r"bad\.inc:3: "):
        render(template)


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "tb").mkdir()
    (tmp_path / "tb" / "link.inc").symlink_to(tmp_path / "secret")
    with pytest.raises(TemplateError, match=r"link\.inc is not a file in the template's directory"):
        render(load(tmp_path / "tb", "{% include 'link.inc' %}"))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\n{{ parameters.x", 2, "unexpected end"),
        ("{% unknown %}", 1, "unknown"),
        ("\n{{ 1 +* }}", 2, "unexpected"),
    ],
)
def test_syntax_errors_name_the_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        load(tmp_path, text)
    assert message in str(caught.value)
    assert caught.value.line == line


def test_missing_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no such file"):
        Template.load(tmp_path / "gone.j2")
    (tmp_path / "binary.j2").write_bytes(b"* \xe9\0")
    with pytest.raises(TemplateError, match="has a NUL character"):
        Template.load(tmp_path / "binary.j2")


def test_endless_output_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_module, "MAX_OUTPUT", 1000)
    text = "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}"
    template = load(tmp_path, text)
    with pytest.raises(TemplateError, match="renders to more than"):
        render(template)


def test_names_with_lines(tmp_path: Path) -> None:
    (tmp_path / "part.inc").write_text("\n\n\n{{ parameters.cl }} {{ parameters.vdda }}")
    includes = "{% include 'part.inc' %}{% include 'tb.spice.j2' %}"
    template = load(tmp_path, DECK + "{% if config.on %}\n" + includes + "{% endif %}")
    assert template.names() == {"vdda": 3, "cl": 3, "temp": 4, "on": 6}
    assert load(tmp_path, "\n{% include 'part.inc' %}", "b.j2").names() == {"cl": 2, "vdda": 2}
    assert load(tmp_path, "{{ parameters.items() }} {{ dut.netlist }}", "c.j2").names() == {}


def test_unescape_braces() -> None:
    escaped = r'value="\{\{ parameters.vdda \}\}" \\{x\\}'
    assert unescape_braces(escaped) == 'value="{{ parameters.vdda }}" {x}'


@given(st.text(alphabet="{}%#. pxa'|\n()[]*1", max_size=40))
def test_any_text_renders_or_is_a_template_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        render(load(tmp_path_factory.getbasetemp(), text))
    except TemplateError as error:
        assert error.line is None or error.line >= 1


def test_a_template_is_compiled_once(tmp_path: Path) -> None:
    """Rendering it again for another case is a few lines of Python."""
    template = load(tmp_path, DECK)
    render(template)
    assert lines_run(lambda: render(template)) < 1000
