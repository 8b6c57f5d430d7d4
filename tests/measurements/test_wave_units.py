"""The unit of an expression, from those of its signals."""

from __future__ import annotations

import pytest

from simorc.measurements.wave_parser import parse_wave_expression
from simorc.measurements.wave_units import unit_of_tree

UNITS = {"v(out)": "V", "v(in)": "V", "i(vdd)": "A", "frequency": "Hz"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("v(out)", "V"),
        ("v(out)-v(in)", "V"),
        ("-v(out) + 1.2", "V"),
        ("1 - v(out)", "V"),
        ("v(out) + i(vdd)", ""),
        ("2*v(out)", "V"),
        ("i(vdd)*v(out)", "W"),
        ("v(out)/i(vdd)", "Ohm"),
        ("i(vdd)/v(out)", "S"),
        ("v(out)/v(in)", ""),
        ("db(v(out)/v(in))", "dB"),
        ("phase(v(out)/v(in))", "°"),
        ("ph(v(out)/v(in))", "rad"),
        ("vg(out)", "s"),
        ("mag(v(out))", "V"),
        ("deriv(v(out))", "V/s"),
        ("integ(i(vdd))", "C"),
        ("v(out) > 0.5", ""),
        ("nosuch", ""),
    ],
)
def test_units(text: str, unit: str) -> None:
    assert unit_of_tree(parse_wave_expression(text), lambda name: UNITS.get(name, ""), "s") == unit
