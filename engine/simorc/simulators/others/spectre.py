"""Spectre: ``spectre netlist.spice -format nutascii -raw results.raw +log spectre.log``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from simorc.simulators.others.adapter import Adapter, Found
from simorc.simulators.others.measure_files import read_measure_files
from simorc.simulators.outcome import FailureKind

_I = re.IGNORECASE
_LOG = "spectre.log"


class Spectre(Adapter):
    """Cadence's Spectre; its nutascii raw files are Berkeley's."""

    name = "spectre"
    executable = "spectre"
    version_options = ("-W",)
    version_text = re.compile(r"spectre\s+(?:sub-)?version\s+(\d+(?:\.\d+)*)", _I)
    versions = ("18.1", "23.1")
    finished = re.compile(rb"spectre completes with 0 errors", _I)
    causes = (
        (
            re.compile(rb"licen[sc]e.*(?:fail|denied|cannot|could not)|unable to check ?out", _I),
            FailureKind.SPAWN_FAILED,
        ),
        (re.compile(rb"undefined model|SFE-23\b", _I), FailureKind.MISSING_MODEL),
        (re.compile(rb"cannot open the (?:input|include)|SFE-868\b", _I), FailureKind.MISSING_FILE),
        (re.compile(rb"matrix is singular", _I), FailureKind.SINGULAR_MATRIX),
        (re.compile(rb"time step.*too small|timestep.*too small", _I), FailureKind.TIMESTEP_TOO_SMALL),
        (
            re.compile(rb"no convergence\b(?! difficult)|(?:failed to|did not) converge|SPECTRE-16080", _I),
            FailureKind.NO_CONVERGENCE,
        ),
        (re.compile(rb"^\s*(?:ERROR|FATAL)\b|terminated prematurely", re.MULTILINE), FailureKind.BAD_NETLIST),
    )

    def command(self, executable: str, args: Sequence[str]) -> list[str]:
        output = ["-format", "nutascii", "-raw", "results.raw", "+log", _LOG]
        return [executable, *args, self.deck_name, *output]

    def deck(self, text: str) -> str:
        """A deck that does not choose its language is SPICE."""
        return text if re.match(r"\s*simulator\s+lang", text) else f"simulator lang=spice\n{text}"

    def log(self, directory: Path, output: bytes) -> bytes:
        own = directory / _LOG
        return output + (own.read_bytes() if own.is_file() else b"")

    def measurements(self, directory: Path, log: bytes) -> Found:
        return read_measure_files(
            [*sorted(directory.glob("*.m[tas]*[0-9]")), *sorted(directory.glob("*.measure"))]
        )
