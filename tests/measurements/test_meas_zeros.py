"""``.meas`` cards for which ngspice prints zero although they have no value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simorc.measurements.meas_output import parse_meas_output
from simorc.measurements.meas_refine import refine
from simorc.measurements.meas_zeros import outside
from simorc.netlist.deck.deck import Deck
from simorc.waveforms.rawfile import RawFile

HEADER = """Title: t
Plotname: Transient Analysis
Flags: real
No. Variables: 2
No. Points: 3
Variables:
\t0\ttime\ttime
\t1\tv(a)\tvoltage
Binary:
"""


@pytest.fixture
def raw(tmp_path: Path) -> RawFile:
    points = np.array([[0, 0], [0.5e-3, 1], [1e-3, 2]])
    (tmp_path / "t.raw").write_bytes(HEADER.encode() + points.tobytes())
    return RawFile.open(tmp_path / "t.raw")


def reasons(raw: RawFile, *cards: str) -> dict[str, str]:
    return outside(Deck.parse("\n".join(["* t", ".param early=0.1m", ".tran 1u 1m", *cards])), raw)


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ("from=0.5m to=0.2m", "its window begins at 0.0005, after its end at 0.0002"),
        ("from=0.5m to={early}", "its window begins at 0.0005, after its end at 0.0001"),
        ("from=2m to=3m", "its window begins at 0.002, beyond the last point at 0.001"),
        ("from=-3m to=-2m", "its window ends at -0.002, before the first point at 0"),
    ],
)
@pytest.mark.parametrize("form", ["avg", "rms", "integ", "max"])
def test_a_window_without_a_point(form: str, window: str, reason: str, raw: RawFile) -> None:
    assert reasons(raw, f".meas tran m {form} v(a) {window}") == {"m": reason}


@pytest.mark.parametrize("window", ["from=0.2m to=0.5m", "from=0.5m", "to=0.5m", "from=-1m to=2m"])
def test_a_window_with_points(window: str, raw: RawFile) -> None:
    assert reasons(raw, f".meas tran m avg v(a) {window}") == {}


@pytest.mark.parametrize("name", ["max", "MIN", "sin", "abs", "floor", "sgn"])
@pytest.mark.parametrize("text", ["param='2*{}'", "param = '{}-1'", "param={{1+{}}}"])
def test_a_measurement_named_like_a_function_is_no_value(name: str, text: str, raw: RawFile) -> None:
    cards = (f".meas tran {name} max v(a)", f".meas tran m {text.format(name)}")
    assert reasons(raw, *cards) == {
        "m": f"ngspice reads '{name.lower()}' as a function: rename that measurement"
    }


@pytest.mark.parametrize(
    "text", ["param='max(1,2)'", "param='2*maximum'", "find v(max) at=1u", "param='2*e'"]
)
def test_functions_that_are_called_and_other_names_are_values(text: str, raw: RawFile) -> None:
    assert reasons(raw, ".meas tran max max v(a)", ".meas tran e min v(a)", f".meas tran m {text}") == {}


def test_a_reversed_window_of_a_command(raw: RawFile) -> None:
    block = (
        ".control",
        "tran 1u 1m",
        "MEAS tran M avg v(a) from=0.5m to=0.2m",
        "meas tran n avg v(a)",
        ".endc",
    )
    assert reasons(raw, *block) == {"m": "its window begins at 0.0005, after its end at 0.0002"}


def test_a_sweep_of_a_source_may_go_downwards(raw: RawFile) -> None:
    assert reasons(raw, ".dc v1 1 0 -0.1", ".meas dc m avg v(a) from=1 to=0.5") == {}


def test_a_printed_zero_is_no_measurement(raw: RawFile) -> None:
    deck = Deck.parse("* t\n.tran 1u 1m\n.meas tran sin max v(a)\n.meas tran m param='2*sin'\n")
    printed = parse_meas_output(b"sin   =  2.000000e+00 at=  1.000000e-03\nm    =  0.00000e+00\n").printed
    assert refine(deck, printed, raw) == {"sin": 2.0}
