"""The base class of simulators other than ngspice.

An `Adapter` contains a simulator's command line, the patterns of its log and the paths of its results; the
worker does the rest: the process, its limits, the verdict. Packages add more through entry points of the
group ``simorc.simulators``, each naming an `Adapter`.

A verdict is based on evidence here, too: the simulator reported that it finished, the expected waveforms
exist, and every requested measurement has a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from simorc.errors import NetlistError, ToolMissing
from simorc.measurements.meas_output import parse_meas_output
from simorc.simulators.outcome import FailureKind


@dataclass(frozen=True)
class Found:
    """Measurements a simulator left, by name in lower case, and the names of those that failed."""

    values: Mapping[str, float]
    failed: frozenset[str] = frozenset()


class Adapter:
    """One simulator. Subclasses override what differs; the defaults are those most simulators share."""

    name = ""
    executable = ""
    version_options: tuple[str, ...] = ()
    """Options that print its version; empty: the version cannot be queried."""
    version_text = re.compile(r"(\d+(?:\.\d+)+)")
    versions = ("", "")
    """The oldest and the newest version the adapter was written for."""
    finished = re.compile(rb"")
    """What the log of a simulation that reached its end contains; empty: no particular text."""
    complaints: tuple[tuple[re.Pattern[bytes], FailureKind], ...] = ()
    """Patterns of the log that mean failure, the most severe first."""
    causes: tuple[tuple[re.Pattern[bytes], FailureKind], ...] = ()
    """Patterns that explain why it did not finish; harmless in the log of a simulation that did."""
    environment: ClassVar[Mapping[str, str]] = {}
    """Variables it is started with."""
    deck_name = "netlist.spice"
    waveforms = True
    """Whether it leaves waveforms simorc reads."""

    def command(self, executable: str, args: Sequence[str]) -> list[str]:
        """What is started in the case's directory."""
        raise NotImplementedError

    def deck(self, text: str) -> str:
        """The rendered deck as this simulator takes it. Raises NetlistError."""
        return text

    def log(self, directory: Path, output: bytes) -> bytes:
        """All its messages: its output, and its log file if it writes one."""
        return output

    def measurements(self, directory: Path, log: bytes) -> Found:
        """The measurements of the deck."""
        output = parse_meas_output(log)
        return Found({name: each.value for name, each in output.printed.items()}, output.failed)

    def collect(self, directory: Path) -> None:
        """Bring the waveforms into results.raw, in a form `simorc.waveforms` reads. Raises WaveformError."""

    def version(self, output: str) -> str:
        """Its version, parsed from its output. Raises ToolMissing."""
        match = self.version_text.search(output)
        if match is None:
            raise ToolMissing(f"{self.name} does not report its version", remedy="set simulator.executable")
        return match[1]

    def supports(self, version: str) -> str:
        """Why a version may not do; empty if it is in the range the adapter was written for."""
        oldest, newest = (_numbers(each) for each in self.versions)
        if oldest and _numbers(version) < oldest:
            return f"{self.name} {version} is older than {self.versions[0]}"
        if newest and _numbers(version)[: len(newest)] > newest:
            return f"{self.name} {version} is newer than {self.versions[1]}, the newest tested version"
        return ""


def refuse_own_sweep(text: str, *words: str) -> None:
    """A deck that sweeps by itself has several results, of which a case could only take the first.

    Raises NetlistError.
    """
    found = re.search(rf"^\s*\.({'|'.join(words)})\b", text, re.IGNORECASE | re.MULTILINE)
    if found:
        raise NetlistError(f"the deck contains its own sweep (.{found[1].lower()}); use a sweep file instead")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
