"""Waveforms of Verilog simulations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import WaveformError
from simorc.pipeline.verilog import vcd
from simorc.pipeline.verilog.vcd import read_vcd

DUMP = """$date today $end
$version
    Icarus Verilog
$end
$timescale
    10ps
$end
$scope module tb $end
$var wire 1 ! q $end
$scope module dut $end
$var reg 4 " count [3:0] $end
$var wire 1 ! q $end
$var real 64 # level $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
x!
bxx01 "
r0.5 #
$end
#100
1!
b1010 "
#250
0!
r-1.5e-3 #
#300
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "waves.vcd"
    path.write_text(DUMP)
    return path


def test_signals_times_and_values(dump: Path) -> None:
    found = read_vcd(dump)
    assert list(found.signals) == ["tb.q", "tb.dut.count", "tb.dut.q", "tb.dut.level"]
    q, count = found.signals["tb.q"], found.signals["tb.dut.count"]
    np.testing.assert_allclose(q.times, [0, 1e-9, 2.5e-9])
    assert q.values == ("x", "1", "0") and not q.is_bus
    assert count.values == ("x", "a") and count.is_bus
    assert count.width == 4 and found.complete
    assert found.signals["tb.dut.level"].values == ("0.5", "-0.0015")
    assert found.signals["tb.dut.q"].values == q.values
    assert found.end == pytest.approx(3e-9)


@pytest.mark.parametrize(
    ("width", "written", "shown"),
    [
        (64, "b" + "1" * 64, "f" * 16),  # more than a double holds
        (64, "b" + "1" * 63, "7" + "f" * 15),
        (8, "b101", "5"),
        (8, "b0", "0"),
        (8, "bx", "xx"),  # the first bit stands for those before it
        (8, "bz1010", "za"),
        (6, "bx01010", "xa"),
        (7, "bz", "zz"),
        (1, "b1", "1"),
    ],
)
def test_a_vector_keeps_every_bit(tmp_path: Path, width: int, written: str, shown: str) -> None:
    path = tmp_path / "waves.vcd"
    path.write_text(f"$var wire {width} ! v $end\n$enddefinitions $end\n#0\n{written} !\n")
    assert read_vcd(path).signals["v"].values == (shown,)


def test_a_torn_dump_is_read_as_far_as_it_goes(dump: Path, tmp_path: Path) -> None:
    whole, torn = dump.read_bytes(), tmp_path / "torn.vcd"
    start = whole.index(b"#0")
    for cut in range(start, len(whole)):
        torn.write_bytes(whole[:cut])
        assert next(iter(read_vcd(torn).signals)) == "tb.q"


def test_a_huge_dump_is_cut(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vcd, "MOST_CHANGES", 2)
    found = read_vcd(dump)
    assert not found.complete and len(found.signals["tb.q"].times) == 1


@pytest.mark.parametrize(
    "content", ["", "not a dump\n", "$enddefinitions $end\n#abc\n", "$var wire x ! q $end\n"]
)
def test_what_is_no_dump_says_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "waves.vcd"
    path.write_text(content)
    with pytest.raises(WaveformError, match="not a value change dump"):
        read_vcd(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(WaveformError, match="cannot be read"):
        read_vcd(tmp_path / "none.vcd")


@given(body=st.text(alphabet='01xzbr#!"$ \n.end', max_size=120))
def test_anything_is_a_dump_or_a_waveform_error(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    path = tmp_path_factory.mktemp("vcd") / "waves.vcd"
    path.write_text(DUMP[: DUMP.index("#0")] + body)
    try:
        assert read_vcd(path).signals
    except WaveformError:
        pass


@pytest.mark.iverilog
def test_the_dump_of_a_real_simulation(loop: Callable[..., Any]) -> None:
    work = loop()
    work.run()
    found = read_vcd(work.layout.path / work.result["vcd_file"])
    q = found.signals["testbench.dut.q"]
    assert q.values[:3] == ("0", "1", "0")
    assert np.diff(q.times[1:3])[0] == pytest.approx(10e-9)
