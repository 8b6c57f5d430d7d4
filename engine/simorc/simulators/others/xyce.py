"""Xyce: ``Xyce -r results.raw netlist.spice``; measurements in ``netlist.spice.mt0`` and similar files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from simorc.errors import NetlistError
from simorc.simulators.others.adapter import Adapter, Found, refuse_own_sweep
from simorc.simulators.others.measure_files import read_measure_files
from simorc.simulators.outcome import FailureKind

_I = re.IGNORECASE


class Xyce(Adapter):
    """Sandia's parallel circuit simulator; its raw files are ngspice's."""

    name = "xyce"
    executable = "Xyce"
    version_options = ("-v",)
    version_text = re.compile(r"Xyce\s+(?:Release|DEVELOPMENT)?\s*(\d+(?:\.\d+)*)")
    versions = ("7.4", "7.10")
    finished = re.compile(rb"End of Xyce\(TM\) Simulation|Xyce simulation complete", _I)
    complaints = (
        (re.compile(rb"model \S+ (?:is )?not found|unable to find model", _I), FailureKind.MISSING_MODEL),
        (re.compile(rb"could not (?:open|find) .*file|failed to open", _I), FailureKind.MISSING_FILE),
        (re.compile(rb"time step too small", _I), FailureKind.TIMESTEP_TOO_SMALL),
        (re.compile(rb"operating point failed|failed to converge|dc operating point.*fail", _I),
         FailureKind.NO_CONVERGENCE),
        (re.compile(rb"^(?:netlist|user) error", _I | re.MULTILINE), FailureKind.BAD_NETLIST),
        (re.compile(rb"xyce abort", _I), FailureKind.BAD_NETLIST),
    )  # fmt: skip
    causes = ((re.compile(rb"singular", _I), FailureKind.SINGULAR_MATRIX),)
    environment: ClassVar[Mapping[str, str]] = {
        "XYCE_NO_TRACKING": "1"
    }  # else it reports its use over the network

    def command(self, executable: str, args: Sequence[str]) -> list[str]:
        return [executable, *args, "-r", "results.raw", self.deck_name]

    def deck(self, text: str) -> str:
        if re.search(r"^\s*\.control\b", text, re.IGNORECASE | re.MULTILINE):
            raise NetlistError("the deck has a .control block, which only ngspice supports")
        refuse_own_sweep(text, "step", "sampling", "embeddedsampling")
        return text

    def measurements(self, directory: Path, log: bytes) -> Found:
        return read_measure_files(sorted(directory.glob(f"{self.deck_name}.m[tas]*[0-9]")))
