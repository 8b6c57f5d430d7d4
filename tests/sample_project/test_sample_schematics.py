"""The committed netlists of the sample project are what xschem makes of its schematics."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

SAMPLE = Path(__file__).parents[2] / "sample_project"


def content(netlist: str) -> list[str]:
    """Cards of a netlist: no comments, no blank lines, no top-level frame, single spaces."""
    lines = (" ".join(line.split()) for line in netlist.splitlines())
    frame = (".subckt", ".ends", ".end", ".GLOBAL")
    return [line for line in lines if line and not line.startswith(("*", *frame))]


def netlist_by_xschem(schematic: Path, directory: Path) -> str:
    rcfile = directory / "xschemrc"
    rcfile.write_text(f"source {{{SAMPLE / 'xschemrc'}}}\nset netlist_dir {{{directory}}}\n")
    subprocess.run(
        ["xschem", "--rcfile", str(rcfile), "-n", "-s", "-q", "-x", "-r", str(schematic)],
        cwd=directory,
        env=os.environ | {"HOME": str(directory)},
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    return (directory / f"{schematic.stem}.spice").read_text()


@pytest.mark.xschem
@pytest.mark.parametrize(
    ("schematic", "netlist"),
    [
        ("schematics/ota_5t.sch", "netlists/ota_5t.spice"),
        *(
            (f"testbenches/{name}/tb_{name}.sch", f"testbenches/{name}/tb_{name}.spice.j2")
            for name in ("dc", "ac", "tran")
        ),
    ],
)
def test_netlist_is_the_schematics(tmp_path: Path, schematic: str, netlist: str) -> None:
    made = netlist_by_xschem(SAMPLE / schematic, tmp_path)
    assert "IS MISSING" not in made
    assert content(made) == content((SAMPLE / netlist).read_text())
    assert len(content(made)) >= 6
