"""The name of an analysis means the plots of that analysis, as ngspice names them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simorc.measurements.expressions import Scope, compile_wave_expression
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.waves import Waves, open_waves
from simorc.waveforms.plot_names import analysis_of_name, places_by_name
from tests.waiting import PATIENCE


class MemoryPlot:
    """A plot of one signal whose only value tells the plots apart."""

    def __init__(self, name: str, level: float, **more: Any) -> None:
        self.name = self.title = name
        self._columns = {"time": np.array([0.0, 1.0]), "v(b)": np.full(2, level), **more}

    @property
    def variables(self) -> Sequence[tuple[str, str]]:
        return [(name, "voltage") for name in self._columns]

    @property
    def axis(self) -> Any:
        return self._columns["time"]

    def trace(self, name: str) -> Any:
        return self._columns[name]


DC, TRAN, AC = "DC transfer characteristic", "Transient Analysis", "AC Analysis"


def value(text: str, plots: Sequence[MemoryPlot], analysis: str | None = None) -> float:
    waves = Waves(plots)
    return compile_wave_expression(text).number(Scope(lambda: waves, lambda _: None, analysis))


@pytest.mark.parametrize(
    ("plot", "analysis"),
    [
        (DC, "dc"),
        (TRAN, "tran"),
        ("Transient Analysis (linearized)", "tran"),
        ("Transient Analysis `tran': time = (0 s -> 1 us)", "tran"),
        (AC, "ac"),
        ("AC Operating Point", "ac_op"),
        ("NOISE Operating Point", "noise_op"),
        ("Operating Point", "op"),
        ("DC Analysis `dcOp'", "op"),
        ("DC Analysis `dc1': V0:dc = (0 V -> 1 V)", "dc"),
        ("Noise Spectral Density Curves - (V^2 or A^2)/Hz", "noise"),
        ("Integrated Noise - V^2 or A^2", "noise_total"),
        ("Transfer Function", "tf"),
        ("Pole-Zero Analysis", "pz"),
        ("Sensitivity Analysis", "sens"),
        ("DISTORTION - IM: f1-f2", "disto"),
        ("SP Analysis", "sp"),
        ("Time Domain Periodic Steady State Analysis", "pss"),
        ("tran12", "tran"),
        ("my track of ac and dc transients", "my track of ac and dc transients"),
    ],
)
def test_a_plot_belongs_to_the_analysis_its_name_begins_with(plot: str, analysis: str) -> None:
    assert analysis_of_name(plot) == analysis


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_dc_transient_and_ac_in_one_deck_each_answer_to_their_name(order: tuple[int, ...]) -> None:
    three = [MemoryPlot(DC, 5), MemoryPlot(TRAN, 0.05), MemoryPlot(AC, 7)]
    plots = [three[place] for place in order]
    assert [value(f"max({name}.v(b))", plots) for name in ("dc", "tran", "ac")] == [5, 0.05, 7]
    assert [value("max(v(b))", plots, name) for name in ("dc", "tran", "ac")] == [5, 0.05, 7]
    assert value("max(v(b))", plots) == 0.05, "without a name: the transient"
    assert value("average(v(b))", plots) == 0.05
    assert value("average(v(b)) + peak_to_peak(v(b))", [plots[order.index(0)]]) == 5, "only a dc sweep"


def test_a_measurement_of_edges_is_not_made_on_a_dc_sweep() -> None:
    with pytest.raises(MeasurementMissing, match="rise_time is measured in a tran analysis"):
        value("rise_time(v(b))", [MemoryPlot(DC, 5)])


@pytest.mark.parametrize("text", ["max(v(b))", "max(tran.v(b))", "average(v(b))"])
def test_one_of_several_transients_has_to_be_named(text: str) -> None:
    plots = [MemoryPlot(TRAN, 1), MemoryPlot(TRAN, 2), MemoryPlot(AC, 3)]
    with pytest.raises(MeasurementMissing, match="tran1 or tran2"):
        value(text, plots)
    assert value("max(tran2.v(b)) - max(tran1.v(b))", plots) == 1
    assert value("max(v(b))", plots, "tran2") == 2


def test_a_signal_of_one_transient_alone_needs_no_name() -> None:
    plots = [MemoryPlot(TRAN, 1), MemoryPlot(TRAN, 2, **{"v(c)": np.array([4.0, 4.0])})]
    assert value("max(v(c))", plots) == 4


def test_numbers_count_as_in_a_session_of_ngspice() -> None:
    places = places_by_name([TRAN, TRAN, AC, "Noise Spectral Density Curves", "Integrated Noise", AC])
    assert places["ac2"] == (2,), "ngspice calls the first ac so after two transients"
    assert places["ac1"] == (2,)
    assert places["ac3"] == (5,)
    assert (places["noise2"], places["noise3"]) == ((3,), (4,))
    assert places["noise_total"] == (4,)


DECK = """* every analysis
v1 a 0 dc 1 ac 1 sin(0 0.1 1k) distof1 1
r1 a b 1k
d1 b 0 dm
.model dm d
c1 b 0 1n
.control
dc v1 0 1 0.25
tran 1u 20u
tran 1u 10u
ac dec 2 1 1meg
op
noise v(b) v1 dec 2 1 1meg
tf v(b) v1
pz a 0 b 0 vol pz
sens v(b)
disto dec 2 1 1meg
ac dec 3 1 1meg
set appendwrite
WRITES
.endc
.end
"""


@pytest.mark.ngspice
def test_every_name_of_a_session_finds_the_plot_ngspice_gave_it(tmp_path: Path) -> None:
    """Each plot carries the place of its name in a vector that ngspice wrote into it by that name."""
    names = [
        "dc1",
        "tran1",
        "tran2",
        "ac2",
        "op2",
        "noise2",
        "noise3",
        "tf3",
        "pz3",
        "sens3",
        "disto3",
        "disto4",
        "ac4",
    ]
    writes = "\n".join(
        f"setplot {name}\nlet mark = {number}\nwrite all.raw mark" for number, name in enumerate(names)
    )
    deck = DECK.replace("WRITES", writes)
    (tmp_path / "deck.sp").write_text(deck)
    subprocess.run(
        ["ngspice", "-b", "deck.sp"], cwd=tmp_path, capture_output=True, check=False, timeout=PATIENCE
    )
    waves = open_waves(tmp_path / "all.raw")
    found = [float(np.real(waves.trace("mark", name).y[0])) for name in names]
    assert found == list(range(len(names)))
