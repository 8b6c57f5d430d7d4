"""Expressions evaluated twice on the same waveforms: by ngspice's ``let`` in its session, and by simorc.

`differences` runs a deck of every analysis once, lets ngspice work out each expression of `EXPRESSIONS` and
write it with all its digits, evaluates the same text over the raw file, and returns what differs by more
than 1e-12.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simorc.errors import SimorcError
from simorc.measurements.arrays import Trace
from simorc.measurements.expressions import Scope, compile_wave_expression
from simorc.measurements.waves import open_waves
from simorc.waveforms.rawfile import RawFile
from tests.waiting import PATIENCE

TOLERANCE = 1e-12

DECK = """* a low-pass with a resonance, driven by a sine on a slope
v1 in 0 dc 1 ac 1 sin(0.5 1.5 20k 3u)
v2 two 0 dc 2 ac 0.5 45 pulse(-1 2 1u 2u 3u 20u 50u)
r1 in a 100
l1 a b 1m
c1 b 0 20n
c2 b out 1n
r2 out 0 10k
r3 two out 30k
d1 b 0 dm
.model dm d
.control
dc v1 -2 2 0.25
tran 0.7u 90u
tran 1u 40u
ac dec 7 10 10meg
noise v(out) v1 dec 3 1k 1meg
op
tf v(out) v1
{lines}
.endc
.end
"""

SESSION = {
    "dc": "dc1",
    "tran": "tran1",
    "tran2": "tran2",
    "ac": "ac2",
    "noise": "noise2",
    "noise_total": "noise3",
    "op": "op3",
    "tf": "tf3",
}
"""The plots that expressions are evaluated in, and what the session calls them."""

_BOTH = (
    *("v(out)", "v(out) + v(b)", "v(out)-v(b)", "v(out)*v(b)*3", "v(b)/(v(out)+17)", "-v(b)", "-v(b)^2"),
    *("v(out)^2", "v(out)^3", "2^3^2", "2^-1", "-2^2", "7 % 3", "(v(out)+9)^-2"),
    *("v(in,b)", "v(b)*2", "i(v1)", "i(v1)*v(in)", "mag(v(out))", "magnitude(v(b))"),
    *("abs(v(out))", "ph(v(out))", "ph(-v(b))", "cph(v(out))", "cphase(i(v1))"),
    *("re(v(out))", "real(v(b))", "conj(v(out))", "j(v(out))", "j(j(v(b)))", "mag(j(v(b)))", "sqrt(v(out))"),
    *("sqrt(-v(b))", "exp(v(out))", "sin(v(out))", "cos(v(b))", "tan(v(out)+0.3)", "sinh(v(out))"),
    *("cosh(v(b))", "tanh(v(out))", "norm(v(out))", "pos(v(out))", "nint(5*v(out))", "floor(5*v(out))"),
    *("ceil(7*v(b))", "mean(v(out))", "stddev(v(b))", "avg(v(out))", "vecmax(v(out))", "vecmin(v(b))"),
    *("maximum(v(b))", "minimum(v(out))", "length(v(out))", "vecd(v(out))", "vm(out)", "vr(b)", "vm(in,b)"),
    *("vp(out)", "vp(out,b)", "ln(mag(v(out))+1)", "log(mag(v(b))+1)", "log10(mag(v(out))+1)"),
    *("atan(re(v(out)))", "db(mag(v(out))+1)", "deriv(mag(v(out)))", "integ(mag(v(b)))"),
    *("max(re(v(out)),re(v(b)))", "min(re(v(out)),0.25)", "re(v(out)) gt 0.5", "re(v(out)) le re(v(b))"),
    *("re(v(b)) ge 0.1", "re(v(b)) lt 0.1", "re(v(b)) ne re(v(out))", "re(v(b)) eq re(v(b))", "not re(v(b))"),
    *("(re(v(b)) gt 0) and (re(v(out)) gt 0)", "(re(v(b)) gt 0.3) or (re(v(out)) lt 0)", "10*re(v(b)) % 3"),
    *("1k*v(b)", "3meg/1.5u", "2.5n*4p", "1m+1u", "pi*2", "1e3+1e-3", "4t/2g", "3f*1"),
    *(
        "vecmax(tran1.v(out))",
        "vecmin(dc1.v(b))",
        "mag(op3.v(out))",
        "mean(tran2.v(out))",
        "vecmax(mag(ac2.v(b)))",
        "vecmax(tran2.v(b))",
    ),
)

EXPRESSIONS: Mapping[str, Sequence[str]] = {
    "dc": (*_BOTH, "deriv(v(out))", "integ(v(b))"),
    "tran": (*_BOTH, "deriv(v(out))", "integ(v(out)*v(b))", "unwrap(4*v(b))", "integ(v(out))/90u"),
    "tran2": ("v(out)", "deriv(v(b))", "mean(v(out))"),
    "ac": (
        *_BOTH,
        *("db(v(out)/v(in))", "ph(v(out)/v(in))*180/pi", "cph(v(out)/v(in))", "im(v(out))", "imag(v(b))"),
        *("vdb(out)", "vdb(out,b)", "vi(out)", "vg(out)", "gd(out)", "group_delay(v(b)/v(in))"),
        *("log10(v(out))", "ln(v(b))", "v(out)^2.5", "v(b)^v(out)", "(v(b)-v(out))/(v(in)+v(out)*v(b))"),
        *("deriv(ph(v(out)))", "deriv(vdb(out))", "integ(vm(out))", "unwrap(ph(v(out)))"),
    ),
    "noise": ("onoise_spectrum", "db(onoise_spectrum)", "onoise_spectrum^2", "sqrt(onoise_spectrum)"),
    "noise_total": ("onoise_total", "sqrt(onoise_total)*2"),
    "tf": ("transfer_function", "transfer_function*3"),
    "op": ("v(out)", "v(out)/v(in)", "i(v1)*v(in)", "sqrt(v(in))", "exp(v(b))", "v(in) gt v(out)"),
}


@dataclass(frozen=True)
class Difference:
    """An expression over a plot whose values differ, by at most `largest` (relative), and in words why."""

    plot: str
    text: str
    why: str
    largest: float = float("inf")


def differences(
    ngspice: Path | str,
    directory: Path,
    expressions: Mapping[str, Sequence[str]] = EXPRESSIONS,
    environment: Mapping[str, str] | None = None,
) -> list[Difference]:
    """What simorc evaluates otherwise than this ngspice does; writes its files in `directory`.

    An expression that ngspice has no value for is a difference too.
    """
    numbered = [(plot, text) for plot, texts in expressions.items() for text in texts]
    lines = ["set filetype=binary", *(_written(i, *each) for i, each in enumerate(numbered))]
    lines += ["set appendwrite", *(f"write all.raw {name}.all" for name in SESSION.values()), "quit"]
    (directory / "deck.sp").write_text(DECK.format(lines="\n".join(lines)))
    subprocess.run(
        [str(ngspice), "-b", "deck.sp"],
        cwd=directory,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    waves = open_waves(directory / "all.raw")
    scopes = {plot: Scope(lambda: waves, lambda _: None, name) for plot, name in SESSION.items()}
    found = (
        _compared(directory / f"e{number}.raw", plot, text, scopes[plot])
        for number, (plot, text) in enumerate(numbered)
    )
    return [each for each in found if each is not None]


def _written(number: int, plot: str, text: str) -> str:
    return f"setplot {SESSION[plot]}\nlet e{number} = {text}\nwrite e{number}.raw e{number}\nunlet e{number}"


def _compared(raw: Path, plot: str, text: str, scope: Scope) -> Difference | None:
    if not raw.is_file():
        return Difference(plot, text, "ngspice has no value")
    theirs = _column(raw)
    try:
        value = compile_wave_expression(text).value(scope)
    except SimorcError as error:
        return Difference(plot, text, error.message)
    ours = np.atleast_1d(value.y if isinstance(value, Trace) else value)
    if ours.size != theirs.size and ours.size != 1:
        return Difference(plot, text, f"{ours.size} points, ngspice has {theirs.size}")
    largest = _largest(ours, theirs)
    return None if largest <= TOLERANCE else Difference(plot, text, "other values", largest)


def _column(raw: Path) -> Any:
    plot = RawFile.open(raw).plots[0]
    values = plot.rows[:, -1]
    return values[:1] if plot.variables[-1].padded else values


def _largest(ours: Any, theirs: Any) -> float:
    """The largest relative difference; a value far below the largest of its vector counts against that one's
    rounding.
    """
    away = np.abs(ours - theirs)
    scale = np.maximum(np.abs(theirs), 1e-4 * np.max(np.abs(theirs)))
    return float(np.max(np.where(away == 0, 0.0, away / np.where(scale == 0, 1.0, scale))))
