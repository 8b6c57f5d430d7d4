"""HSPICE: ``hspice -i netlist.spice -o simulator``; measurements in ``simulator.mt0`` and similar files.

Its waveform files are not read: what a sweep needs of them has to be a ``.measure`` of the deck.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from simorc.simulators.others.adapter import Adapter, Found, refuse_own_sweep
from simorc.simulators.others.measure_files import read_measure_files
from simorc.simulators.outcome import FailureKind

_I = re.IGNORECASE
_OUTPUT = "hspice"


class Hspice(Adapter):
    """Synopsys' HSPICE."""

    name = "hspice"
    executable = "hspice"
    version_options = ("-v",)
    version_text = re.compile(r"HSPICE (?:Version|--) ([A-Z]-\d{4}\.\d+(?:-SP\d+)?)")
    versions = ("2016.03", "2023.12")
    finished = re.compile(rb"job concluded", _I)
    complaints = (
        (re.compile(rb"^ *lic: *(?:cannot|unable|failed)", _I | re.MULTILINE), FailureKind.SPAWN_FAILED),
        (re.compile(rb"model name .* (?:not found|not defined)|definition of model\S* .*not found", _I),
         FailureKind.MISSING_MODEL),
        (re.compile(rb"cannot open|(?:include|library) file.*not found", _I), FailureKind.MISSING_FILE),
        (re.compile(rb"timestep too small", _I), FailureKind.TIMESTEP_TOO_SMALL),
        (re.compile(rb"\*\*error\*\*.*no convergence", _I), FailureKind.NO_CONVERGENCE),
        (re.compile(rb"\*\*error\*\*", _I), FailureKind.BAD_NETLIST),
        (re.compile(rb"job aborted", _I), FailureKind.BAD_NETLIST),
    )  # fmt: skip
    causes = ((re.compile(rb"no convergence|failed to converge", _I), FailureKind.NO_CONVERGENCE),)
    waveforms = False

    def command(self, executable: str, args: Sequence[str]) -> list[str]:
        return [executable, *args, "-i", self.deck_name, "-o", _OUTPUT]

    def deck(self, text: str) -> str:
        refuse_own_sweep(text, "alter")
        return text

    def log(self, directory: Path, output: bytes) -> bytes:
        listing = directory / f"{_OUTPUT}.lis"
        return output + (listing.read_bytes() if listing.is_file() else b"")

    def measurements(self, directory: Path, log: bytes) -> Found:
        return read_measure_files(sorted(directory.glob(f"{_OUTPUT}.m[tas]*[0-9]")))
