"""What plain ``ngspice -b`` gives on the deck of one case, run where its includes are found.

``-b`` prints measurements and keeps no waveforms; ``-b -r`` keeps waveforms and refuses ``.meas``. So a deck
of cards runs twice. What the user's own control block writes is taken as it is; one that writes nothing is
given the commands that do. A deck with cards of several kinds prints the measurements of one of them only;
there the cards are given as ``meas`` commands on the plot of their kind.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.decks import ConformanceDeck
from tests.conformance.raw_plots import RawPlot, read_plots

DECK = "deck.spice"
SECONDS = 60.0
_KINDS = "ac|dc|op|tran|pz|tf|disto|noise|sens|sp"
_ANALYSIS = re.compile(rf"^\s*\.({_KINDS})\b", re.I)
_RUNS = re.compile(rf"^\s*(?:run|{_KINDS})\b", re.I)
_MEAS = re.compile(r"^\s*\.(meas(?:ure)?\s+(\w+)\s+(\S+).*)$", re.I)
_PRINTED = re.compile(
    r"^[ \t]*([\w.#:\[\]@$-]+)[ \t]*=[ \t]+([-+]?\d+(?:\.\d*)?e[-+]?\d+|[-+]?(?:nan|inf)|failed)(?![\w.])",
    re.I | re.M,
)
_FAILED = re.compile(r"^[ \t]*\.?meas(?:ure)?[ \t]+\w+[ \t]+(\S+)[ \t].*failed!", re.I | re.M)
_TROUBLE = re.compile(
    r"^.*(?:simulation\(s\) aborted|doAnalyses:(?! pause requested)|fatal error|could not find include"
    r"|could not find library|can't find model|unknown subckt|no circuit loaded|there aren't any circuits"
    r"|simulation interrupted due).*$",
    re.I | re.M,
)
_WRITE_ALL = """set appendwrite
foreach simorcplot $plots
strcmp isnoplot $simorcplot const
if $isnoplot
setplot $simorcplot
write plain_all.raw all
end
end
"""


@dataclass
class Evidence:
    """What a plain run left: plots, measurements as printed (names in lower case), names of failed ones."""

    plots: list[RawPlot] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    trouble: str = ""

    @property
    def completed(self) -> bool:
        """Whether ngspice shows that everything asked for is there."""
        return bool(self.plots) and not self.failed and not self.trouble


@dataclass(frozen=True)
class PlainNgspice:
    """An ngspice program, started as a person starts it."""

    executable: str

    def run(self, deck: ConformanceDeck, text: str, directory: Path) -> Evidence:
        """Everything plain ngspice says of `text`, the deck of one case of `deck`."""
        outline = _Outline(text, deck.files.values())
        evidence, log = Evidence(), ""
        if outline.runs_itself:
            log = self._start(deck, text, directory / "control")
            evidence.plots = _raws(directory / "control")
            if not evidence.plots:
                written = outline.with_commands(_WRITE_ALL)
                self._start(deck, written, directory / "write")
                evidence.plots = _raws(directory / "write")
            _take_measurements(evidence, log)
        if outline.analyses or not outline.runs_itself:
            log += self._start(deck, text, directory / "raw", "-r", "plain.raw")
            evidence.plots += _raws(directory / "raw", "plain.raw")
            if outline.measures:
                self._measure(deck, outline, directory / "meas", evidence)
        trouble = _TROUBLE.search(log)
        evidence.trouble = trouble[0].strip() if trouble else ""
        return evidence

    def _measure(self, deck: ConformanceDeck, outline: _Outline, directory: Path, evidence: Evidence) -> None:
        log = self._start(deck, outline.measured(), directory)
        _take_measurements(evidence, log)
        names = {name.lower() for _, name, _ in outline.measures}
        if not outline.conditional:
            evidence.failed |= names - evidence.printed.keys()

    def _start(self, deck: ConformanceDeck, text: str, directory: Path, *options: str) -> str:
        directory.mkdir(parents=True)
        encoding = "utf-8" if deck.encoding.lower().startswith("utf-16") else deck.encoding
        (directory / DECK).write_bytes(deck.encoded(text, encoding))
        for name, content in deck.files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(deck.encoded(content, encoding))
        command = [self.executable, "-b", *options, DECK]
        ended = subprocess.run(
            command,
            cwd=directory,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
        (directory / "log").write_bytes(ended.stdout)
        return ended.stdout.decode("utf-8", "replace").replace("\r\n", "\n")


def environment() -> dict[str, str]:
    """The environment of every plain run: one thread, no screen."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return kept | {"OMP_THREAD_LIMIT": "1", "OMP_WAIT_POLICY": "passive", "LC_ALL": "C"}


class _Outline:
    """Which analyses, measurements and control blocks a deck has."""

    def __init__(self, text: str, beside: Iterable[str] = ()) -> None:
        self.lines = text.splitlines()
        self.analyses: list[str] = []
        self.measures: list[tuple[str, str, str]] = []
        self.runs_itself = False
        self.conditional = bool(re.search(r"^\s*\.if\b", text, re.I | re.M))
        self.saves = bool(re.search(r"^\s*\.(?:save|probe)\b", text, re.I | re.M))
        self._last_control = -1
        inside = False
        for number, line in enumerate(self.lines):
            lowered = line.strip().lower()
            if lowered.startswith((".control", ".endc")):
                inside = lowered.startswith(".control")
                self._last_control = self._last_control if inside else number
            elif inside:
                self.runs_itself = self.runs_itself or bool(_RUNS.match(line))
            elif number:
                self._card(line, self.lines[number + 1 :])
        for content in beside:
            self._included(content.splitlines())

    def _included(self, lines: Sequence[str]) -> None:
        inside = False
        for number, line in enumerate(lines):
            if line.strip().lower().startswith((".control", ".endc")):
                inside = line.strip().lower().startswith(".control")
            elif inside:
                self.runs_itself = self.runs_itself or bool(_RUNS.match(line))
            else:
                self._card(line, lines[number + 1 :])

    def _card(self, line: str, following: Sequence[str]) -> None:
        if match := _ANALYSIS.match(line):
            self.analyses.append(match[1].lower())
        if match := _MEAS.match(line):
            card = match[1]
            for more in following:
                if not more.startswith("+"):
                    break
                card += " " + more[1:]
            self.measures.append((match[2].lower(), match[3], card))

    def with_commands(self, commands: str) -> str:
        """The deck with `commands` at the end of its last control block, or in one of their own."""
        place = self._last_control
        if place < 0:
            place = next(
                (n for n, line in enumerate(self.lines) if line.strip().lower() == ".end"), len(self.lines)
            )
            commands = f".control\n{commands}.endc\n"
        elif self.lines[place - 1].strip().lower() in {"quit", "exit"}:
            place -= 1
        return "\n".join([*self.lines[:place], commands.rstrip("\n"), *self.lines[place:]]) + "\n"

    def measured(self) -> str:
        """The deck as a run that prints every measurement."""
        if len(set(self.analyses)) == 1:
            return "\n".join([self.lines[0], *([] if self.saves else [".save all"]), *self.lines[1:]]) + "\n"
        commands = ["run"]
        for kind, _, card in self.measures:
            if kind in self.analyses:
                commands += [f"setplot {plot_of(kind, self.analyses)}", card]
        return self.with_commands("\n".join([*commands, "quit"]) + "\n")


def plot_of(kind: str, analyses: list[str]) -> str:
    """The name of the last plot of `kind` that ``run`` makes of cards of the kinds `analyses`."""
    taken: list[str] = []
    number = 1
    for each in sorted(
        analyses, key=["ac", "dc", "op", "tran", "pz", "tf", "disto", "noise", "sens", "sp"].index
    ):
        for plot in (each, each) if each in {"noise", "disto"} else (each,):
            while f"{plot}{number}" in taken:
                number += 1
            taken.append(f"{plot}{number}")
    mine = [name for name in taken if name.startswith(kind)]
    return mine[-2] if kind == "noise" and len(mine) > 1 else mine[-1]


def _take_measurements(evidence: Evidence, log: str) -> None:
    """In the order of the log: a name that is printed and then fails has failed."""
    said = [(match.start(), match[1].lower(), match[2].lower()) for match in _PRINTED.finditer(log)]
    said += [(match.start(), match[1].lower(), "failed") for match in _FAILED.finditer(log)]
    for _, name, text in sorted(said):
        evidence.failed.discard(name)
        evidence.printed.pop(name, None)
        if "n" in text:  # a measurement that is infinite or no number is none
            text = "failed"
        if text == "failed":
            evidence.failed.add(name)
        else:
            evidence.printed[name] = text


def _raws(directory: Path, name: str = "") -> list[RawPlot]:
    """The plots of the raw files a run has written, or of the one called `name`; ``results.raw`` comes before
    any others, as in simorc.
    """
    name = name or ("results.raw" if (directory / "results.raw").exists() else "")
    plots: list[RawPlot] = []
    for path in sorted(directory.rglob(name or "*")):
        if path.is_file() and path.read_bytes()[:6] == b"Title:":
            try:
                plots += read_plots(path)
            except ValueError:  # what an analysis that was given up leaves; the log says why
                continue
    return plots
