"""Every function, operator and plot name that simorc shares with ngspice gives ngspice's own values."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import ExpressionError
from simorc.measurements.builtins.registry import builtins_by_name
from simorc.measurements.expressions import compile_wave_expression, walked
from simorc.measurements.wave_functions import FUNCTIONS
from simorc.measurements.wave_parser import Call
from tests.measurements.against_ngspice import EXPRESSIONS, TOLERANCE, differences

OURS = {
    *("phase", "arg", "at", "cross", "max", "min", "xmax", "xmin", "average", "rms", "pp", "spectrum"),
    *("clip", "step", "first", "last", "axis"),
}
"""Functions that ngspice does not have, or (phase, and max and min of one waveform) has otherwise."""


@pytest.mark.ngspice
def test_expressions_have_the_values_of_ngspice(tmp_path: Path) -> None:
    assert differences("ngspice", tmp_path) == []


@pytest.mark.ngspice
def test_the_comparison_finds_what_differs(tmp_path: Path) -> None:
    found = differences("ngspice", tmp_path, {"ac": ("v(out)", "rms(vm(out))", "phase(v(out))")})
    assert [each.text for each in found] == ["rms(vm(out))", "phase(v(out))"]
    assert TOLERANCE == 1e-12


def test_every_shared_function_is_compared() -> None:
    compared = {
        node.function
        for texts in EXPRESSIONS.values()
        for text in texts
        for node in walked(compile_wave_expression(text).tree)
        if isinstance(node, Call)
    }
    assert set(FUNCTIONS) - compared - OURS == set()
    assert not OURS - set(FUNCTIONS) - set(builtins_by_name())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not v(a) > 1", "not \\(a < b\\)"),
        ("xmax(fft(v(out)))", "use spectrum"),
        ("rnd(v(out))", "random numbers are not supported"),
        ("5%", "found the end"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        compile_wave_expression(text)
