"""Radians taken for degrees are refused, whether in an expression, in its unit, or in a plot."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.definitions import measurements_of_json
from simorc.errors import ExpressionError, UsageError
from simorc.measurements.angle_units import refuse_other_angle_unit
from simorc.measurements.expressions import compile_wave_expression
from simorc.measurements.measure import check_definitions, measure_case
from simorc.plots.spec import plot_spec


@pytest.mark.parametrize(
    "text",
    [
        "phase(v(out))*180/pi",
        "180/pi*phase(v(out))",
        "57.3*at(phase(v(out)), 1k)",
        "ph(v(out))*pi/180",
        "180 + at(ph(v(out)), 1k)",
        "at(cph(v(out)/v(in)), gbw) + 180",
        "max(ph(v(out))) - 90",
        "vp(out) > -135",
        "cross(ph(v(out)), -180)",
        "cross(cph(v(out)), level=-180)",
        "ph(v(a)) - phase(v(b))",
        "max(180 - ph(v(out)))",
    ],
)
def test_a_sum_or_a_factor_that_can_only_be_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"in degrees|in radians"):
        compile_wave_expression(text)


@pytest.mark.parametrize(
    ("text", "degrees", "radians"),
    [
        ("ph(v(out))", False, True),
        ("ph(v(out))*180/pi", True, False),
        ("180 + at(ph(v(out)), 1k)*180/pi", True, False),
        ("phase(v(out)) + 180", True, False),
        ("phase(v(out))*pi/180", False, True),
        ("at(cph(v(out)), 1k) + pi", False, True),
        ("ph(v(a)) - ph(v(b))", False, True),
        ("deriv(ph(v(out)))/(2*pi)", True, True),
        ("k*ph(v(out)) + 180", True, True),
        ("phase_margin(v(out))", True, True),
        ("cross(ph(v(out)), -pi/2)", True, True),
        ("max(v(out)) + 180", True, True),
    ],
)
def test_the_declared_unit_is_that_of_the_expression(text: str, degrees: bool, radians: bool) -> None:
    tree = compile_wave_expression(text).tree
    for unit, fits in (("deg", degrees), ("°", degrees), ("rad", radians), ("", True), ("V", True)):
        if fits:
            refuse_other_angle_unit(tree, unit)
        else:
            with pytest.raises(ExpressionError, match="the unit is"):
                refuse_other_angle_unit(tree, unit)


def test_a_definition_in_degrees_of_radians_is_found_before_and_has_no_value(tmp_path: Path) -> None:
    definitions = measurements_of_json({"shift": {"expr": "at(ph(v(out)), 1k)", "unit": "deg"}})
    ((name, message),) = check_definitions(definitions, {}, tmp_path)
    assert name == "shift"
    assert "write phase()" in message
    found = measure_case(definitions, None, parameters={}, meas_values={}, project_root=tmp_path)
    assert "write phase()" in found.missing["shift"]


@pytest.mark.parametrize(
    ("axis", "signal"),
    [
        ({"unit": "deg"}, "ph(v(out)/v(in))"),
        ({"label": "Phase (degrees)"}, "vp(out)"),
        ({"label": "Phase [°]"}, "cph(v(out))"),
        ({"unit": "rad"}, "phase(v(out))"),
    ],
)
def test_a_plot_spec_with_the_other_unit_is_refused(axis: dict[str, str], signal: str) -> None:
    with pytest.raises(UsageError, match=r"write phase\(\)|write cph\(\)"):
        plot_spec({"y": [{**axis, "signals": [signal]}]}, "bode.yaml")
