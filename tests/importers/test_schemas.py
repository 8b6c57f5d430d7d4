"""Every file an import makes names a schema, which is there and accepts it."""

from __future__ import annotations

from pathlib import Path

from simorc.importers.cace.datasheet import from_cace
from simorc.importers.cicsim.testbench import from_cicsim
from simorc.importers.ltspice.netlist import from_ltspice
from simorc.importers.result import Carried
from tests.schemas import schemas_accept, yaml_files


def accepted(carried: Carried) -> None:
    carried.write()
    assert len(list(yaml_files(carried.directory))) > 2
    schemas_accept(carried.directory)


def test_cace(datasheet: Path) -> None:
    accepted(from_cace(datasheet, None))


def test_cicsim(testbench: Path) -> None:
    accepted(from_cicsim([testbench], None))


def test_ltspice(tmp_path: Path) -> None:
    circuit = tmp_path / "filter.net"
    circuit.write_text(
        "* a filter\nV1 in 0 AC 1\nR1 in out {R}\nC1 out 0 1n\n.param R=10k\n.step param R list 9k 10k\n"
        ".ac dec 20 10 10meg\n.meas f3 WHEN mag(V(out))=0.7071\n.end\n"
    )
    accepted(from_ltspice(circuit, None))
