"""The sample project's circuit simulates, and its numbers are those of a five-transistor OTA."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jinja2
import pytest
from ruamel.yaml import YAML

from tests.waiting import PATIENCE

SAMPLE = Path(__file__).parents[2] / "sample_project"
CORNERS = ("tt", "ff", "ss", "sf", "fs")
PLAUSIBLE = {
    "dc": {"offset": (-5e-3, 5e-3), "idd": (58e-6, 62e-6), "vin_min": (0.6, 0.9), "vin_max": (2.75, 3.6)},
    "ac": {"gain_db": (46, 51), "f_pole": (80e3, 125e3), "gbw": (19e6, 32e6), "pm": (75, 81)},
    "tran": {
        "slew_rise": (18e6, 20e6),
        "slew_fall": (17e6, 19e6),
        "settling": (50e-9, 65e-9),
        "overshoot": (0, 1),
    },
}
MEASURED = re.compile(r"^(\w+) +=\s+(\S+)", re.MULTILINE)


def config(testbench: str) -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = YAML(typ="safe").load(
        SAMPLE / "testbenches" / testbench / "config.yaml"
    )
    return loaded


def deck(testbench: str, seed: int | None, parameters: Mapping[str, object]) -> str:
    source = (SAMPLE / "testbenches" / testbench / f"tb_{testbench}.spice.j2").read_text()
    rendered = jinja2.Template(source, undefined=jinja2.StrictUndefined).render(
        parameters={**config(testbench)["parameters"], **parameters},
        seed=seed,
        dut={"netlist": SAMPLE / "netlists" / "ota_5t.spice"},
        project={"root": SAMPLE},
    )
    head, end, _ = rendered.rpartition(".end")
    return f"{head}.control\nrun\nquit 0\n.endc\n{end}\n"


def simulate(
    directory: Path, testbench: str, seed: int | None = None, **parameters: object
) -> dict[str, float]:
    """The measurements ngspice prints for one rendered deck."""
    path = directory / f"{testbench}.spice"
    path.write_text(deck(testbench, seed, parameters))
    ended = subprocess.run(
        ["ngspice", "-b", str(path)],
        cwd=directory,
        env=os.environ | {"HOME": str(directory), "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "failed!" not in ended.stdout, ended.stdout
    return {name: float(value) for name, value in MEASURED.findall(ended.stdout)}


@pytest.mark.ngspice
@pytest.mark.parametrize("temp", (-40, 27, 125))
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("testbench", PLAUSIBLE)
def test_measurements_are_plausible_at_every_corner(
    tmp_path: Path, testbench: str, corner: str, temp: int
) -> None:
    for vdda in (3.0, 3.6):
        measured = simulate(tmp_path, testbench, vdda=vdda, temp=temp, corner=corner)
        for name, (low, high) in PLAUSIBLE[testbench].items():
            assert low <= measured[name] <= high, (name, measured[name], vdda)


@pytest.mark.ngspice
def test_mismatch_follows_the_seed_and_pelgrom(tmp_path: Path) -> None:
    offsets = [simulate(tmp_path, "dc", seed, mc=1)["offset"] for seed in range(1, 31)]
    assert simulate(tmp_path, "dc", 7, mc=1)["offset"] == offsets[6]
    # input pair sqrt(2)*7mV*um/sqrt(40um2) = 1.6 mV, plus the load's share
    assert 1.2e-3 < statistics.stdev(offsets) < 2.6e-3


@pytest.mark.ngspice
def test_without_mismatch_the_seed_changes_nothing(tmp_path: Path) -> None:
    assert simulate(tmp_path, "dc", 1) == simulate(tmp_path, "dc", 2)


@pytest.mark.parametrize("testbench", PLAUSIBLE)
def test_every_measurement_has_its_card_and_every_spec_its_measurement(testbench: str) -> None:
    loaded = config(testbench)
    template = (SAMPLE / "testbenches" / testbench / f"tb_{testbench}.spice.j2").read_text()
    cards = set(re.findall(rf"^\.meas {testbench} (\w+)", template, re.MULTILINE))
    assert set(loaded["measurements"]) <= cards
    assert set(loaded["specs"]) <= set(loaded["measurements"])


@pytest.mark.parametrize("testbench", PLAUSIBLE)
def test_template_uses_exactly_the_declared_parameters(testbench: str) -> None:
    template = (SAMPLE / "testbenches" / testbench / f"tb_{testbench}.spice.j2").read_text()
    assert set(re.findall(r"\bparameters\.(\w+)", template)) == set(config(testbench)["parameters"])


def test_pvt_dc_has_45_cases() -> None:
    sweep = YAML(typ="safe").load(SAMPLE / "sweeps" / "pvt_dc.yaml")
    assert [len(values) for values in sweep["parameters"].values()] == [3, 3, 5]
    assert tuple(sweep["parameters"]["corner"]) == CORNERS
