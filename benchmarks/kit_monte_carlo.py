"""Monte Carlo with named random variables beside the kit's own, for five circuits in sky130.

Run as ``python -m benchmarks.kit_monte_carlo DECKS [SAMPLES]``, with PDK_ROOT set and DECKS a directory that
contains follower.cir and mirror.cir. The kit draws its numbers in one ngspice that resets the deck for each
sample.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simorc.analysis.circuit import Circuit
from simorc.analysis.conditions import Condition
from simorc.analysis.evaluation import Evaluator
from simorc.config.project import Project

Floats = npt.NDArray[np.float64]
NFET, PFET = "sky130_fd_pr__nfet_01v8", "sky130_fd_pr__pfet_01v8"
LIBRARY = ".lib ${PDK_ROOT}/sky130A/libs.tech/combined/continuous/sky130.lib.spice tt_mm"
CURRENT = f"""* one transistor
{LIBRARY}
VD d 0 1.2
VG g 0 0.8
XM1 d g 0 0 {NFET} L=0.5 W=2 nf=1 mult=1
.op
.end
"""
INVERTER = f"""* an inverter on itself
{LIBRARY}
VDD vdd 0 1.8
XM1 out out 0 0 {NFET} L=0.15 W=1 nf=1 mult=1
XM2 out out vdd vdd {PFET} L=0.15 W=2 nf=1 mult=1
.op
.end
"""
PAIR = f"""* a differential pair with resistors
{LIBRARY}
VDD vdd 0 1.8
VCM in 0 1.0
R1 vdd a 20k
R2 vdd b 20k
XM1 a in t 0 {NFET} L=0.5 W=5 nf=1 mult=1
XM2 b in t 0 {NFET} L=0.5 W=5 nf=1 mult=1
IT t 0 40u
.op
.end
"""
CIRCUITS = {
    "follower": (None, "v(out)-v(inp)"),
    "mirror": (None, "i(vo)"),
    "current": (CURRENT, "i(vd)"),
    "inverter": (INVERTER, "v(out)"),
    "pair": (PAIR, "v(a)-v(b)"),
}
"""Circuit -> its deck (None: a file of DECKS), and what is measured at its operating point."""


def deck_of(decks: Path, name: str) -> str:
    """The deck of a circuit with the kit's directory filled in."""
    text = CIRCUITS[name][0] or (decks / f"{name}.cir").read_text()
    return text.replace("${PDK_ROOT}", os.environ["PDK_ROOT"])


def spinit() -> Path:
    """The kit's settings of ngspice."""
    return Path(os.environ["PDK_ROOT"]) / "sky130A" / "libs.tech" / "ngspice" / "spinit"


def drawn_by_kit(deck: str, expression: str, samples: int) -> Floats:
    """The values of samples that the kit draws itself."""
    control = f""".control
setseed 7
repeat {samples}
reset
op
let sample = {expression}
print sample >> values
end
quit
.endc
"""
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(spinit(), Path(place) / ".spiceinit")
        (Path(place) / "deck.cir").write_text(deck.replace(".end\n", f"{control}.end\n"))
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        subprocess.run(
            ["ngspice", "-b", "deck.cir"], cwd=place, check=True, capture_output=True, env=environment
        )
        lines = (Path(place) / "values").read_text().splitlines()
    return np.array([float(line.split("=")[1]) for line in lines if line.startswith("sample")])


def drawn_by_name(deck: str, expression: str, samples: int) -> Floats:
    """The values of samples of the named random variables."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / "tb").mkdir()
        (root / "tb" / "tb.spice").write_text(deck)
        (root / "tb" / "config.yaml").write_text(
            f'template: tb.spice\nmeasurements: {{sample: {{expr: "{expression}"}}}}\n'
        )
        (root / "sim_setup.yaml").write_text(
            f"testbenches: {{tb: tb}}\nsimulator: {{spiceinit: {spinit()}}}\n"
        )
        with Evaluator(Project.load(root), jobs=1) as evaluator:
            circuit = Circuit(evaluator, "tb", Condition("nominal"), ["sample"])
            drawn = np.random.default_rng(1).standard_normal((samples, len(circuit.variables)))
            return np.asarray(circuit.values(drawn)[:, 0])


def compared(name: str, own: Floats, named: Floats) -> Sequence[str]:
    """Mean and sigma of both, and how many standard errors they are apart (1.96: the 95 % interval)."""
    errors = math.sqrt(own.var(ddof=1) / len(own) + named.var(ddof=1) / len(named))
    mean = abs(own.mean() - named.mean()) / errors
    spread = math.sqrt(_variance_of_log_sigma(own) + _variance_of_log_sigma(named))
    sigma = abs(math.log(own.std(ddof=1) / named.std(ddof=1))) / spread
    verdict = "within" if max(mean, sigma) <= 1.96 else "OUTSIDE"
    return [
        f"{name:10} {len(own)} and {len(named)} samples",
        f"mean {own.mean():.6g} {named.mean():.6g} ({mean:.2f})",
        f"sigma {own.std(ddof=1):.5g} {named.std(ddof=1):.5g} ({sigma:.2f})",
        verdict,
    ]


def _variance_of_log_sigma(values: Floats) -> float:
    centred = values - values.mean()
    kurtosis = float((centred**4).mean() / (centred**2).mean() ** 2)
    return (kurtosis - 1.0) / (4.0 * len(values))


def main() -> None:
    """Print a row for each circuit."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    decks, samples = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 2000
    for name, (_, expression) in CIRCUITS.items():
        deck = deck_of(decks, name)
        own, named = (draw(deck, expression, samples) for draw in (drawn_by_kit, drawn_by_name))
        print("  ".join(compared(name, own, named)), flush=True)


if __name__ == "__main__":
    main()
