"""Templates that would compute for ever or take all memory: refused with file and line, at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import TemplateError
from simorc.netlist.template import Template

LOOPS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"


def rendered(tmp_path: Path, text: str) -> str:
    path = tmp_path / "tb.spice.j2"
    path.write_text(f"* title\n{text}\n.end\n")
    return Template.load(path).render({"r": 1.0}, case_id=1, dut_netlist="d", project_root="p")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LOOPS, "computes too much"),
        (
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
            "too much",
        ),
        ('{{ "a"|center(9999999999) }}', "too large a width"),
        ('{{ "a".ljust(9999999999) }}', "too large a width"),
        ('{{ "a"|indent(9999999999) }}', "too large a width"),
        ('{{ "%1000000000d" % 1 }}', "too wide"),
        ('{{ "%*d" % (1000000000, 1) }}', "too wide"),
        ('{{ "%1000000000d"|format(1) }}', "too wide"),
        ('{{ "{:>1000000000}".format(1) }}', "too wide"),
        ("{% set a = 'x' * 3 %}", "numbers only"),
        (
            "{% set a0 = 'xxxxxxxxxxxxxxxx' %}"
            + "".join(f"{{% set a{n + 1} = a{n} ~ a{n} %}}" for n in range(40)),
            "MB",
        ),
        (
            "{% set a0 = 'xxxxxxxxxxxxxxxx' %}"
            + "".join(f"{{% set a{n + 1} = a{n} + a{n} %}}" for n in range(40)),
            "MB",
        ),
        ("{% set a0 = ['x'] %}" + "".join(f"{{% set a{n + 1} = a{n} + a{n} %}}" for n in range(40)), "MB"),
        (
            "{% set a0 = 'xxxxxxxx' %}"
            + "".join(f"{{% set a{n + 1} %}}{{{{ a{n} }}}}{{{{ a{n} }}}}{{% endset %}}" for n in range(40)),
            "MB",
        ),
        ("{% set a = 'x'|center(90000) %}{{ a|replace('x', a)|replace(' ', a)|length }}", "MB"),
        ("{% set a = 'x'.center(90000) %}{{ a.replace(' ', a).replace(' ', a) }}", "MB"),
        ("{{ range(99999)|list|join('x'|center(90000)) }}", "MB"),
    ],
)
def test_what_would_not_end_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        rendered(tmp_path, text)


def test_what_people_write_is_not_limited(tmp_path: Path) -> None:
    text = (
        "{% for i in range(3) %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %} "
        "{{ '%.3g' % 1.23456 }} {{ '{:>8.2f}'.format(2.5) }} {{ 'a' ~ 1 ~ 'b' }} {{ [1, 2]|join('+') }} "
        "{{ 7 % 4 }} {{ 'x'|center(5) }}| {{ ['b', 'a']|sort|first }} {{ 2 ** 10 }} {{ 1 + 2 }}"
    )
    assert rendered(tmp_path, text) == (
        "* title\n1/3,2/3,3/3 1.23     2.50 a1b 1+2 3   x  | a 1024 3\n.end\n"
    )
    many = "{% for i in range(50000) %}r{{ i }} a 0 1\n{% endfor %}"
    assert rendered(tmp_path, many).count("\n") > 50000


def test_the_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as refused:
        rendered(tmp_path, LOOPS)
    assert refused.value.line == 2


def test_a_number_of_thousands_of_digits_is_an_error_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "t.j2"
    file.write_text("* t\n.param a={{ " + "9" * 5000 + " }}\n")
    with pytest.raises(TemplateError, match="too many digits") as raised:
        Template.load(file)
    assert raised.value.line == 2
