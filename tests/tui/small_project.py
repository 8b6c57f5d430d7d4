"""A project with one testbench and the sweep ``pvt``."""

from __future__ import annotations

from pathlib import Path

from tests.tui.fake_run import SWEEP_FILE


def write_small_project(root: Path) -> None:
    """Write its files to the directory `root`."""
    bench = root / "testbenches" / "dc"
    bench.mkdir(parents=True)
    (root / "sweeps").mkdir()
    (root / "dut.spice").write_text("* nothing\n")
    (bench / "tb.spice.j2").write_text(
        "rc {{ parameters.vdd }} {{ parameters.corner }} {{ parameters.temp }}\n.end\n"
    )
    (bench / "config.yaml").write_text("parameters: {vdd: 1.8, corner: tt, temp: 27}\n")
    (root / "sweeps" / "pvt.yaml").write_text(SWEEP_FILE)
    (root / "sim_setup.yaml").write_text(
        "name: rc\ndut: {netlist: dut.spice}\n"
        "testbenches: {dc: testbenches/dc}\nsweeps: {pvt: sweeps/pvt.yaml}\n"
    )
