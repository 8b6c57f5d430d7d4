"""Damages every kind of file that simorc reads, and its arguments, and calls the commands on them here.

What must not happen: an exception that nobody foresaw (exit code 70), and a call that computes for more than
`MOST_SECONDS` of processor time. `Fuzzer` makes a project with a run of three cases once; each mutation gets
a copy of it.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np

from simorc.cli import errors as failures
from simorc.cli.main import run
from simorc.config.project import Project
from simorc.launch.build import build_run
from simorc.maintenance.archive import archive_run
from simorc.rundir.attempts.attempt_log import Trace
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import load_manifest
from simorc.rundir.metadata_csv import write_metadata
from simorc.rundir.store.finished import Finished
from simorc.rundir.store.writer import Store
from simorc.simulators.outcome import FailureKind, Outcome

MOST_SECONDS = 2.0
DECK = """* d
.param x={{ parameters.r }}
V1 a 0 1
R1 a 0 {x}
.tran 1n 9n
.meas tran v find v(a) at=5n
.end
"""
LOG = b"""Circuit: * d
Doing analysis at TEMP = 27.000000 and TNOM = 27.000000
v                   =  1.000000e+00
vx                  =  1.0e+00 at=  5.0e-09
Warning: singular matrix:  check nodes a and b
run simulation(s) aborted
"""
CACE = b"""name: sky130_ef_ip__amp
description: An amplifier
PDK: sky130A
cace_format: 5.2
paths: {root: .., schematic: xschem, netlist: netlist}
pins: {VDD: {type: power, Vmin: 1.7, Vmax: 1.9}}
default_conditions:
  vdd: {description: supply, unit: V, typical: 1.8, minimum: 1.7, maximum: 1.9}
  corner: {description: process, typical: tt, enumerate: [ff, ss]}
  temperature: {unit: degC, minimum: -40, typical: 27, maximum: 125, steps: 3}
parameters:
  gain:
    display: DC gain
    spec: {gain: {display: Gain, unit: dB, minimum: {value: 40, fail: true}, maximum: {value: any}}}
    tool:
      ngspice: {template: gain.spice, collate: iterations, format: ascii, suffix: .data, variables: [gain]}
    plot: {one: {type: xyplot, xaxis: time, yaxis: gain}}
    conditions: {vdd: {minimum: 1.7, maximum: 1.9, step: linear, stepsize: 0.1}}
"""
CACE_DECK = (
    b"* t\n.include CACE{DUT_path}\nV1 vdd 0 CACE{vdd}\n.temp CACE{temperature}\n.control\nop\n.endc\n.end\n"
)
LTSPICE = b"""* C:\\amp.asc
V1 in 0 SINE(0 1 1k) AC 1
R1 in out {R}
C1 out 0 1n
.param R=1k
.step param R list 1k 2k 5k
.tran 0 1m 0 1u
.meas tran top MAX V(out)
.ac dec 10 1 1meg
.backanno
.end
"""
ASC = b"""Version 4
SHEET 1 880 680
WIRE 96 80 16 80
FLAG 16 160 0
SYMBOL voltage 16 64 R0
SYMATTR InstName V1
SYMATTR Value 5
SYMBOL res 80 64 R0
SYMATTR InstName R1
SYMATTR Value 1k
TEXT 0 0 Left 2 !.tran 1m
"""
CICSIM = b"""* tb
.option seed=1
*#ifdef Tt
.temp 27
*#endif
VDD vdd 0 {AVDD}
.include "../../../work/xsch/LELO.spice"
.tran 1n 10n
.end
"""
CICSIM_YAML = b"corners: {view: [Sch], mpvt: [Tt, Ff, Ss]}\nname: tran\n"
CICSIM_MEAS = b".control\nmeas tran v find v(a) at=5n\n.endc\n"
NUMBERS = (
    "99999999999999999999999",
    "9" * 12000,
    "-1",
    "0",
    "1e999",
    "nan",
    "1e-400",
    "٣",
    "1k",
    "0x10",
    "1_0",
)
WORDS = (
    "",
    "\x1b[31m",
    "..",
    "/",
    "/dev/null",
    "last",
    "s",
    "pipeline",
    "a" * 5000,
    "\udcff",
    "%s",
    "-",
    "--",
)
EXPRESSIONS = (
    "r > 1",
    "(" * 400,
    "9**9**9",
    "v = ",
    "'",
    "not " * 300,
    "r in [1,2",
    "max(",
    "1/0",
    "r" + "+r" * 3000,
)
CALLS: tuple[tuple[str, ...], ...] = (
    *(("show", "R", "N"), ("log", "R", "N"), ("status", "R"), ("results", "R", "--where", "E")),
    *(
        ("results", "R", "--json"),
        ("results", "R", "--case", "N"),
        ("plot", "R", "--case", "N"),
        ("plot", "R", "E"),
    ),
    *(("compare", "R", "R"), ("note", "R", "W"), ("rename", "R", "W"), ("retry", "R", "--case", "N")),
    *(
        ("jobs", "R", "N"),
        ("cancel", "R", "--case", "N"),
        ("clean", "--keep", "N"),
        ("config", "show", "--env", "W"),
    ),
    *(("validate", "W"), ("build", "W"), ("measure", "R", "--case", "N"), ("fsck", "W"), ("archive", "W")),
    *(("archive", "W", "--restore"), ("report", "R", "--html", "W"), ("baseline", "save", "W"), ("W", "N")),
    *(
        ("import", "cace", "W"),
        ("import", "ltspice", "W"),
        ("schema", "W"),
        ("netlist", "W"),
        ("show", "W", "N"),
    ),
)
IMPORTS = {
    "cace/amp.yaml": ("cace", "cace/amp.yaml"),
    "cace/cace/templates/gain.spice": ("cace", "cace/amp.yaml"),
    "lt/amp.net": ("ltspice", "lt/amp.net"),
    "lt/amp.asc": ("ltspice", "lt/amp.asc"),
    "cic/tran.spi": ("cicsim", "cic/tran.spi"),
    "cic/tran.yaml": ("cicsim", "cic/tran.spi"),
    "cic/tran.meas": ("cicsim", "cic/tran.spi"),
    "cic/cicsim.yaml": ("cicsim", "cic/tran.spi"),
}
SEEDS = {
    "cace/amp.yaml": CACE,
    "cace/cace/templates/gain.spice": CACE_DECK,
    "lt/amp.net": LTSPICE,
    "lt/amp.asc": ASC,
    "cic/tran.spi": CICSIM,
    "cic/tran.yaml": b"v: {src: v, name: v, min: 1, typ: 2, max: 3, unit: V}\n",
    "cic/tran.meas": CICSIM_MEAS,
    "cic/cicsim.yaml": CICSIM_YAML,
}
PROJECT_FILES = ("sim_setup.yaml", "s.yaml", "tb/config.yaml", "tb/tb.spice.j2", "dut.spice")
NASTY = (
    *(b"null", b"NaN", b"-Infinity", b"1e999", b"-1", b"99999999999999999999", b"[]", b"{}", b'""', b"true"),
    *(
        b"\0",
        b'"\\0"',
        b"\xff\xfe",
        b"\x1b[31m",
        b"../../../etc/passwd",
        b"9" * 300,
        b"9" * 6000,
        b"[" * 3000,
    ),
    *(b"{{", b"\n\n", b"\r", "µΩ".encode(), b"&a *a", b"!!python/object:os.system", b": :", b"- -", b"'"),
    *(b"0 0 0", b"(" * 300, b"1e-999999999", b"2001-01-01", b"!!set {a}", b"? [a]", b"<<: *a", b"~", b".inf"),
)


class TooSlow(BaseException):
    """A call that took too much processor time."""


@dataclass(frozen=True)
class Finding:
    """What went wrong, where it came from, and how to repeat it."""

    kind: str
    what: str
    trace: str


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """`seed` with up to six things done to it."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        place, length = chance.randrange(len(data) + 1), chance.randint(1, 40)
        match chance.randrange(6):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = chance.choice(NASTY)
            case 3:
                data[place : place + length] = chance.choice(NASTY)
            case 4:
                data[place:place] = data[chance.randrange(len(data) + 1) :][:length]
            case _:
                del data[place:]
    return bytes(data)


def revalued(seed: bytes, chance: random.Random) -> bytes:
    """A text with one of its words or numbers replaced, so that it mostly stays well-formed."""
    words = seed.split(b" ")
    for _ in range(chance.randint(1, 2)):
        words[chance.randrange(len(words))] = chance.choice(NASTY)
    return b" ".join(words)


class Fuzzer:
    """A project to damage below `root`, by mutations that follow from `seed` alone."""

    def __init__(self, root: Path, seed: int = 1) -> None:
        self._root, self._seed = root, seed
        self._project = root / "seed"
        self._layout = make_project(self._project)
        self.findings: list[Finding] = []
        self.calls = 0
        self.codes: dict[int, int] = {}
        failures.show_bug = self._note_bug  # type: ignore[assignment]
        self._doing = ""

    def kinds(self) -> dict[str, Callable[[random.Random, Path], None]]:
        """What can be damaged, by name."""
        return {
            "project": self._damage_project,
            "importers": self._damage_import,
            "run": self._damage_run,
            "archive": self._damage_archive,
            "arguments": self._odd_arguments,
        }

    def go(self, kind: str, number: int) -> None:
        """Make the mutation `number` of a kind and call the commands that read it."""
        chance = random.Random(f"{self._seed} {kind} {number}")
        place = self._root / f"{kind}-{number}"
        shutil.copytree(self._project, place, symlinks=True)
        self._doing = f"{kind} {number}"
        try:
            self.kinds()[kind](chance, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def call(self, place: Path, *arguments: str) -> int:
        """One command line in the project at `place`, run there; its exit code."""
        self.calls += 1
        self._line = " ".join(arguments)[:200]
        streams = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
        code = 70
        with (
            contextlib.chdir(place),
            contextlib.redirect_stdout(streams),
            contextlib.redirect_stderr(streams),
            _limited(),
        ):
            try:
                code = run(["--project", str(place), *arguments])
            except TooSlow as error:
                self._note("slow", error)
            except BaseException as error:  # noqa: BLE001 - whatever leaves the program by another way is a finding
                self._note_bug(error)
        self.codes[code] = self.codes.get(code, 0) + 1
        return code

    def _note_bug(self, error: BaseException) -> int:
        if isinstance(error, TooSlow):
            raise error
        self._note("exception", error)
        return 70

    def _note(self, kind: str, error: BaseException) -> None:
        trace = "".join(traceback.format_exception(error)[-8:])
        what = f"{self._doing}: simorc {self._line!r}: {type(error).__name__}: {str(error)[:200]}"
        self.findings.append(Finding(kind, what, trace))

    # Kinds --------------------------------------------------------------------------------------------

    def _damage(self, path: Path, chance: random.Random) -> None:
        change = revalued if chance.random() < 0.4 else mutated
        path.write_bytes(change(path.read_bytes(), chance))

    def _damage_project(self, chance: random.Random, place: Path) -> None:
        self._damage(place / chance.choice(PROJECT_FILES), chance)
        self.call(place, "validate")
        self.call(place, "build", "s")
        if chance.random() < 0.2:
            self.call(place, "config", "show")
            self.call(place, "status")

    def _damage_import(self, chance: random.Random, place: Path) -> None:
        for name, text in SEEDS.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(text)
        name = chance.choice(list(SEEDS))
        self._damage(place / name, chance)
        tool, file = IMPORTS[name]
        made = place / "made"
        if self.call(place, "import", tool, str(place / file), "--out", str(made)) == 0:
            self.call(made, "validate")

    def _damage_run(self, chance: random.Random, place: Path) -> None:
        layout = RunLayout(place / "simulations" / self._layout.name)
        files = [layout.metadata_csv, layout.manifest, layout.database, layout.trace, layout.remarks]
        files += [layout.raw(1), layout.log(1), layout.deck(1)]
        self._damage(chance.choice(files), chance)
        calls: list[Sequence[str]] = [("status",), ("show", "s", "1"), ("results", "s"), ("fsck", "s")]
        calls += [("measure", "s"), ("results", "s", "--json"), ("log", "s", "1"), ("fsck", "--repair", "s")]
        calls += [("plot", "s", "--case", "1"), ("compare", "s", "s"), ("report", "s")]
        for arguments in chance.sample(calls, 3):
            self.call(place, *arguments)

    def _damage_archive(self, chance: random.Random, place: Path) -> None:
        archive = place / "run.tar.gz"
        plain = gzip.decompress((self._root / "run.tar.gz").read_bytes())
        whole = chance.random() < 0.3
        data = mutated((self._root / "run.tar.gz").read_bytes(), chance) if whole else b""
        archive.write_bytes(data or gzip.compress(_damaged_tar(plain, chance), 1))
        shutil.rmtree(place / "simulations")
        if self.call(place, "archive", str(archive), "--restore") == 0:
            self.call(place, "status")

    def _odd_arguments(self, chance: random.Random, place: Path) -> None:
        choices = {"R": ("s", "last", *WORDS), "N": NUMBERS, "W": WORDS, "E": EXPRESSIONS}
        pattern = chance.choice(CALLS)
        self.call(place, *(chance.choice(choices[word]) if word in choices else word for word in pattern))

    def pack(self) -> None:
        """Archive the run that is damaged later."""
        archive_run(self._layout, self._root / "run.tar.gz", force=True)


def _damaged_tar(plain: bytes, chance: random.Random) -> bytes:
    """A tar with damage in a header more often than elsewhere."""
    data = bytearray(plain)
    if chance.random() < 0.3:
        return mutated(plain, chance)
    for _ in range(chance.randint(1, 3)):
        block = 512 * chance.randrange(max(1, len(data) // 512))
        place = block + chance.choice((0, 100, 124, 136, 148, 156, 257, 345))
        nasty = chance.choice((*NASTY[:20], b"\x80" + b"\xff" * 11, b"../x", b"/etc/x", b"7" * 12, bytes(8)))
        data[place : place + len(nasty)] = nasty
    return bytes(data)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Raise `TooSlow` in the block after `MOST_SECONDS` of processor time."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {MOST_SECONDS:g} s")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def make_project(root: Path) -> RunLayout:
    """A project with a run of which three cases have ended, with waveforms of one."""
    (root / "tb").mkdir(parents=True)
    (root / "tb" / "tb.spice.j2").write_text(DECK)
    (root / "tb" / "config.yaml").write_text(
        "template: tb.spice.j2\nparameters: {r: 1k, corner: tt}\n"
        "measurements: {v: {unit: V}, twice: {expr: 2 * v}, top: {expr: max(v(a))}}\n"
        "specs: {v: {min: 0.5, max: 1.5}}\n"
    )
    (root / "dut.spice").write_text("* none\n")
    (root / "s.yaml").write_text(
        "testbench: tb\nparameters:\n  r: {start: 1k, stop: 100k, num: 5, scale: log}\n"
        "corners: {slow: {corner: ss}, fast: {corner: ff}}\nexclude: [\"corner == 'ff' and r > 50k\"]\n"
    )
    (root / "sim_setup.yaml").write_text(
        "dut: {netlist: dut.spice}\ntestbenches: {tb: tb}\nsweeps: {s: s.yaml}\n"
        "execution: {jobs: 2, timeout: 10m, convergence: {ladder: [gear]}}\n"
        "environments: {fast: {execution: {jobs: 4}, parameters: {r: 2k}}}\n"
    )
    layout = build_run(Project.load(root), "s")
    _fill(layout)
    return layout


def _fill(layout: RunLayout) -> None:
    plan = load_manifest(layout).plan
    with Store(layout, plan) as store:
        while store.fill(1000):
            pass
        for case_id in (1, 2):
            done = Outcome.completed({"v": 1.0}, seconds=0.1)
            store.attempt_finished(Finished(case_id, 1, done, "done", True, 1.0, "host"))
        failed = Outcome.failed(FailureKind.CRASHED, 'it "crashed", badly\n')
        store.attempt_finished(Finished(3, 1, failed, "give_up", True, 2.0, "host"))
        store.set_meta(state="finished", started=1.0, ended=2.0)
        store.flush()
        trace = Trace(layout)
        trace.append(store.attempts_after(0), {(1, 1): {"v": 1.0}, (2, 1): {"v": 1.0}})
        trace.close()
        write_metadata(layout, plan, store.statuses.snapshot(), store.failure_messages())
    layout.remarks.write_text('{"label": "first", "note": "as built"}')
    layout.case_dir(1).mkdir(parents=True)
    names = "Title: t\nDate: d\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 2\nNo. Points: 4\n"
    header = names + "Variables:\n\t0\ttime\ttime\n\t1\tv(a)\tvoltage\n"
    layout.raw(1).write_bytes(header.encode() + b"Binary:\n" + np.arange(8, dtype="<f8").tobytes())
    layout.log(1).write_bytes(LOG)
    layout.deck(1).write_text(DECK.replace("{{ parameters.r }}", "1k"))
