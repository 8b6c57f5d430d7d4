"""Operating points as ngspice has them, on every program under test."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from simorc.operating_point.quantities import QUANTITIES
from simorc.operating_point.table import OperatingPoint
from tests.operating_point.mirrored import MIRRORED, PAIRS, solved
from tests.simulators.ngspice_versions import programs_under_test

_SHOWN_IN_NGSPICE = {
    "mbsim3p": ("id", "gm", "gds", "vdsat", "vth", "vgs", "vds"),
    "mbsim4n": ("id", "gm", "gds", "vdsat", "vth", "vgs", "vds"),
    "mlevel1n": ("id", "gm", "gds", "vdsat", "von", "vgs", "vds"),
    "qgummeln": ("ic", "ib", "gm", "go", "vbe", "vbc"),
    "rload": ("i", "p", "resistance"),
}


@pytest.fixture(scope="module", params=[*programs_under_test()])
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def point(program: str, tmp_path_factory: pytest.TempPathFactory) -> OperatingPoint:
    return solved(program, MIRRORED, tmp_path_factory.mktemp("mirrored"))[0]


@pytest.mark.parametrize("pair", PAIRS)
def test_a_p_device_reads_as_its_mirror_image(point: OperatingPoint, pair: str) -> None:
    letter = {"gummel": "q", "vbic": "q", "jfet": "j"}.get(pair, "m")
    one, other = (point.device(f"{letter}{pair}{which}") for which in "np")
    if pair == "hisim2":  # its two kinds have other mobilities by default
        assert other.region == one.region == "saturation"
        assert other.quantity("vgs") == pytest.approx(one.quantity("vgs"))
        return
    assert one.quantity("id") is not None
    assert other.region == one.region
    for each in QUANTITIES:
        # Gummel and Poon's model has the conductance of a junction, 1e-12 S, on one side alone.
        expected = one.quantity(each.name)
        close = None if expected is None else pytest.approx(expected, rel=1e-2, abs=1e-11)
        assert other.quantity(each.name) == close, each.name


def test_values_are_those_that_ngspice_prints(program: str, tmp_path: Path, point: OperatingPoint) -> None:
    vectors = [f"@{device}[{name}]" for device, names in _SHOWN_IN_NGSPICE.items() for name in names]
    commands = "\n".join(("set numdgt=16", "op", *(f"print {vector}" for vector in vectors), "quit"))
    deck = MIRRORED.replace(".end\n", f".control\n{commands}\n.endc\n.end\n")
    deck = "\n".join(line for line in deck.split("\n") if not line.startswith((".tran", ".meas")))
    (tmp_path / "deck.spice").write_text(deck)
    done = subprocess.run(
        [program, "-b", "deck.spice"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    printed = dict(re.findall(r"^@(\S+) = (\S+)$", done.stdout, re.MULTILINE))
    assert len(printed) == len(vectors)
    for device, names in _SHOWN_IN_NGSPICE.items():
        for name in names:
            value = point.device(device).bias.values[name]
            assert value == pytest.approx(float(printed[f"{device}[{name}]"]), rel=1e-14), (device, name)


def test_a_parameter_that_a_model_lacks_is_missing(point: OperatingPoint) -> None:
    power, resistor = point.device("mpowern"), point.device("rload")
    assert power.quantity("vdsat") is None
    assert power.quantity("gm") is not None
    assert power.region == ""
    assert resistor.quantity("gm") is None
    assert resistor.quantity("id") == pytest.approx(2e-3)
    assert point.device("jjfetn").quantity("vth") is None
    assert point.device("mlevel1n").quantity("cgg") is None
    assert point.device("mhisim2n").quantity("id") is not None


def test_a_reversed_device_is_seen_from_its_drain(point: OperatingPoint) -> None:
    for device in ("mreversed1n", "mreversed4p"):
        found = point.device(device)
        assert found.quantity("vds") == pytest.approx(-2)
        assert found.quantity("vov") == pytest.approx(1.2 - (found.quantity("vth") or 0))
        assert found.region == "saturation"


def test_names_of_the_hierarchy(point: OperatingPoint) -> None:
    shown = [each.instance for each in point.devices]
    assert {"xwrapped", "xblock.m1", "xblock.m2", "xblock.rtop"} <= set(shown)
    wrapped = point.device("xwrapped")
    assert wrapped.bias.type == "BSIM4"
    assert wrapped.quantity("capbd") is not None
    assert point.device("xwrapped.ma_kit_device_with_a_name_longer_than_a_column") is wrapped
    assert shown.index("vdn") > shown.index("ddiode")


def test_what_is_simulated_is_the_operating_point_alone(program: str, tmp_path: Path) -> None:
    _, printed = solved(program, MIRRORED, tmp_path)
    assert "Transient" not in printed
    assert "Measurements" not in printed
