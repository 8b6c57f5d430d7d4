"""Sizing a two-stage amplifier of sky130 over ten corners: simulations until every corner is met, and supply
current reached.

python -m benchmarks.sizing [--method linear|cma] [--starts N]; needs the kit below ``PDK_ROOT``. The circuit
has 8 variables. One simulation is the operating point and an AC analysis of one corner.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "engine"), str(REPOSITORY)]

from benchmarks.tables import table  # noqa: E402 - after the path is set
from benchmarks.workloads import kit, write_project  # noqa: E402

WANTED_MET, WANTED_CURRENT, WANTED_IN = 250, 100e-6, 700

DECK = """two-stage amplifier
.lib "{{ parameters.models }}" {{ parameters.corner }}
.param w1={{ parameters.w1 }} w3={{ parameters.w3 }} w5={{ parameters.w5 }} w6={{ parameters.w6 }}
.param w7={{ parameters.w7 }} cc={{ parameters.cc }} rz={{ parameters.rz }} ib={{ parameters.ib }}
.temp {{ parameters.temp }}
VDD vdd 0 1.8
VCM inp 0 dc 0.9 ac 1
.nodeset v(out)=0.9 v(fb)=0.9 v(t)=0.2 v(o1)=0.8 v(o2)=0.8 v(nb)=0.7
LF out fb 1e9
CF fb 0 1
IB vdd nb {ib*1u}
XMb nb nb 0 0 sky130_fd_pr__nfet_01v8 L=1 W=4 nf=1 mult=1
XM1 o1 fb t 0 sky130_fd_pr__nfet_01v8 L=0.5 W={w1} nf=1 mult=1
XM2 o2 inp t 0 sky130_fd_pr__nfet_01v8 L=0.5 W={w1} nf=1 mult=1
XM3 o1 o1 vdd vdd sky130_fd_pr__pfet_01v8 L=0.5 W={w3} nf=1 mult=1
XM4 o2 o1 vdd vdd sky130_fd_pr__pfet_01v8 L=0.5 W={w3} nf=1 mult=1
VT t tt_ 0
XM5 tt_ nb 0 0 sky130_fd_pr__nfet_01v8 L=1 W={w5} nf=1 mult=1
XM6 out o2 vdd vdd sky130_fd_pr__pfet_01v8 L=0.5 W={w6} nf=1 mult=1
XM7 out nb 0 0 sky130_fd_pr__nfet_01v8 L=1 W={w7} nf=1 mult=1
RZ o2 zz {rz*1k}
CC zz out {cc*1p}
CL out 0 5p
.op
.ac dec 8 10 1g
.end
"""
CONFIG = """measurements:
  gain_db: {expr: "at(db(ac.v(out)), 10)", unit: dB}
  gbw: {measure: unity_gain_frequency, signal: ac.v(out)}
  pm: {measure: phase_margin, signal: ac.v(out)}
  idd: {expr: "-op.i(vdd)", unit: A}
  offset: {expr: "op.v(out) - 0.9", unit: V}
  slew: {expr: "op.i(vt)/(cc*1e-12)", unit: V/s}
specs:
  gain_db: {min: 70}
  gbw: {min: 15meg}
  pm: {min: 60}
  idd: {max: 160u}
  offset: {min: -1m, max: 1m}
  slew: {min: 10meg}
"""
SIZES = {"w1": 10, "w3": 5, "w5": 8, "w6": 20, "w7": 16, "cc": 2, "rz": 1, "ib": 10}
RANGES = {
    "w1": (1, 60),
    "w3": (1, 40),
    "w5": (1, 60),
    "w6": (2, 100),
    "w7": (2, 100),
    "cc": (0.3, 10),
    "rz": (0.1, 10),
    "ib": (1, 30),
}


@dataclass(frozen=True)
class Start:
    """One start and what came of it."""

    number: int
    met_after: int | None
    current: float | None
    simulations: int
    seconds: float


def starts(count: int) -> list[dict[str, float]]:
    """The sizes of the circuit as given, then random ones within half the range of each variable."""
    found: list[dict[str, float]] = [dict(SIZES)]
    for seed in range(1, count):
        draw = random.Random(seed)
        found.append(
            {
                name: float(f"{low * (high / low) ** draw.uniform(0.25, 0.75):.4g}")
                for name, (low, high) in RANGES.items()
            }
        )
    return found


def amplifier(root: Path, begin: dict[str, float], method: str, budget: int) -> None:
    """A project of the amplifier with the sizing ``amp``."""
    found = kit()
    assert found is not None, "PDK_ROOT does not name a directory with sky130A"
    models = found / "libs.tech" / "combined" / "continuous" / "sky130.lib.spice"
    spiceinit = f"simulator: {{spiceinit: {found / 'libs.tech' / 'ngspice' / 'spinit'}}}\n"
    parameters = {"models": models, "corner": "tt", "temp": 27, **SIZES}
    write_project(root, DECK, parameters, "parameters: {temp: [27]}\n", spiceinit)
    with (root / "testbenches" / "bench" / "config.yaml").open("a") as stream:
        stream.write(CONFIG)
    variables = "".join(
        f"  {name}: {{low: {low}, high: {high}, scale: log, start: {begin[name]}}}\n"
        for name, (low, high) in RANGES.items()
    )
    (root / "sizing").mkdir()
    (root / "sizing" / "amp.yaml").write_text(
        f"testbenches: bench\nvariables:\n{variables}minimize: idd\nmethod: {method}\n"
        "corners: {corner: [tt, ss, ff, sf, fs], temp: [-40, 125]}\n"
        f"budget: {{simulations: {budget}}}\nseed: 1\n"
    )


def sized(root: Path, number: int, begin: dict[str, float], method: str) -> Start:
    """Size from one start; the record stays in `root`."""
    from simorc.analysis.sizing.project_run import open_sizing
    from simorc.config.project import Project

    amplifier(root, begin, method, WANTED_IN)
    began = time.monotonic()
    with open_sizing(Project.load(root), "amp", resume=None, jobs=1) as sizing:
        found = sizing.run()
    return Start(number, found.met_after, found.goal, found.simulations, time.monotonic() - began)


def same_after_kill(root: Path) -> bool:
    """Kill a sizing of the project at `root` with SIGKILL and resume it; whether its trajectory is that of
    the sizing that is there already.
    """
    from simorc.analysis.sizing.record import find_sizings

    (whole,) = find_sizings(root)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path[:2])}
    command = [sys.executable, "-m", "simorc", "size", "--project", str(root), "--jobs", "1"]
    killed = subprocess.Popen([*command, "amp"], env=environment, stderr=subprocess.DEVNULL)
    while not _has_lines(root, whole.name, 30):
        assert killed.poll() is None, "the sizing ended before it was killed"
        time.sleep(0.2)
    killed.kill()
    killed.wait()
    resumed = find_sizings(root)[0]
    subprocess.run([*command, resumed.name], env=environment, check=True, capture_output=True)
    return resumed.steps.read_text() == whole.steps.read_text()


def _has_lines(root: Path, other: str, count: int) -> bool:
    from simorc.analysis.sizing.record import find_sizings

    newest = find_sizings(root)[0]
    if newest.name == other or not newest.evaluations.exists():
        return False
    return newest.evaluations.read_text().count("\n") >= count


def main() -> int:
    """Size from every start, print what was reached beside what is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizing", description=__doc__)
    parser.add_argument("--method", choices=("linear", "cma"), default="linear")
    parser.add_argument("--starts", type=int, default=5)
    asked = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="simorc-sizing-") as directory:
        for number, begin in enumerate(starts(asked.starts)):
            root = Path(directory) / str(number)
            root.mkdir()
            found.append(sized(root, number, begin, asked.method))
            print(found[-1], flush=True)
        same = same_after_kill(Path(directory) / "0")
    rows = [("start", "simulations to meet all corners", "idd at the worst corner", "simulations", "seconds")]
    for each in found:
        current = "-" if each.current is None else f"{1e6 * each.current:.1f} µA"
        met = "-" if each.met_after is None else str(each.met_after)
        rows.append((str(each.number), met, current, str(each.simulations), f"{each.seconds:.0f}"))
    print(table(rows))
    met = sum(each.met_after is not None and each.met_after <= WANTED_MET for each in found)
    low = sum(each.current is not None and each.current <= WANTED_CURRENT for each in found)
    print(f"all corners met in {WANTED_MET} simulations: {met} of {len(found)} (wanted: all)")
    print(f"{1e6 * WANTED_CURRENT:g} µA in {WANTED_IN} simulations: {low} of {len(found)} (wanted: 4 of 5)")
    print(f"killed and resumed: {'the same trajectory' if same else 'ANOTHER trajectory'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
