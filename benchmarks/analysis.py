"""Analyses of mismatch beside the figures that are wanted: counts of simulations, shares, distances.

Run as ``python -m benchmarks.analysis DECKS``, with PDK_ROOT set and DECKS a directory that contains
follower.cir and mirror.cir. The analytic limits need neither: ``python -m benchmarks.analysis analytic``.
Where openturns is installed, its distances are computed beside those of simorc.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from simorc.analysis.circuit import Circuit, Limit
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.failure_probability.failure_search import search_from_star
from simorc.analysis.failure_probability.limit_states import Margin
from simorc.analysis.failure_probability.starting_points import worst_cases
from simorc.analysis.failure_probability.verification import verified
from simorc.analysis.local_model import star
from simorc.analysis.mismatch import contributions
from simorc.analysis.subject import subject_of
from simorc.analysis.worst_case import distances
from simorc.config.models.analysis import Samples
from simorc.config.project import Project
from tests.analysis.analytic_limits import KNOWN

SEEDS = 100
LIMITS = {"mirror": {"iout": (68.03e-9, 6.195)}, "follower": {"offset": (20.0e-3, 4.501)}}
"""Upper limits, and the distance of OpenTURNS' AbdoRackwitz there (follower: recomputed for its sigma)."""
MEASURES = {"mirror": ("iout", "i(vo)"), "follower": ("offset", "v(out)-v(inp)")}


def row(work: str, wanted: str, seen: str) -> None:
    print(f"{work:44} wanted {wanted:36} seen {seen}", flush=True)


def analytic() -> None:
    """How often the interval contains the probability."""
    for known in KNOWN:
        began = time.perf_counter()
        margins = known.margin(star(known.dimensions))
        found = search_from_star(known.margin, margins)
        inside = 0
        for seed in range(SEEDS):
            estimate = verified(known.margin, [found], float(margins[0]), 2000, seed)
            inside += estimate.low <= known.probability <= estimate.high
        seconds = time.perf_counter() - began
        row(known.name, f">= 95 of {SEEDS} seeds", f"{inside} ({estimate.method}, {seconds:.1f} s)")


def project_of(directory: Path, decks: Path, name: str) -> Project:
    """A project with one testbench of a deck, and an analysis of the same name."""
    kit = Path(os.environ["PDK_ROOT"]) / "sky130A" / "libs.tech"
    text = (decks / f"{name}.cir").read_text().replace("${PDK_ROOT}", os.environ["PDK_ROOT"])
    (directory / "tb").mkdir()
    (directory / "tb" / "tb.spice").write_text(re.sub(r"^\.lib.*tt_mm", lambda match: match[0], text))
    measurement, expression = MEASURES[name]
    limit = next(iter(LIMITS[name].values()))[0]
    (directory / "tb" / "config.yaml").write_text(
        f'template: tb.spice\nmeasurements: {{{measurement}: {{expr: "{expression}"}}}}\n'
        f"specs: {{{measurement}: {{max: {limit}}}}}\n"
    )
    (directory / "a.yaml").write_text("testbench: tb\n")
    (directory / "sim_setup.yaml").write_text(
        f"testbenches: {{tb: tb}}\nanalyses: {{a: a.yaml}}\nsimulator: {{spiceinit: {kit}/ngspice/spinit}}\n"
    )
    return Project.load(directory)


def of_decks(decks: Path) -> None:
    for name in ("follower", "mirror"):
        with tempfile.TemporaryDirectory() as place:
            project = project_of(Path(place), decks, name)
            _deck_rows(project, name)


def _deck_rows(project: Project, name: str) -> None:
    subject, measurement = subject_of(project, "a"), MEASURES[name][0]
    with Evaluator(project, jobs=1) as evaluator:
        began = time.perf_counter()
        (found,) = contributions(subject, evaluator, [measurement], "sensitivity")
        seconds = time.perf_counter() - began
        drawn = Samples.model_construct(samples=500, seed=1)
        (fitted,) = contributions(subject, evaluator, [measurement], "regression", drawn)
        apart = max(abs(found.devices[device] - share) for device, share in fitted.devices.items())
        row(
            f"contributions, {name}",
            "13 simulations (follower), < 5 s",
            f"{found.simulations} simulations, {seconds:.1f} s",
        )
        error = _standard_error(fitted.r_squared, max(found.devices.values()), drawn.samples)
        row(
            f"contributions, {name}",
            "0.5 points of a 500-sample regression",
            f"{100 * apart:.2f} points (standard error of the regression: {100 * error:.2f})",
        )
        circuit = subject.circuit(evaluator, subject.conditions[0], [measurement])
        samples = np.random.default_rng(1).standard_normal((drawn.samples, len(circuit.variables)))
        spread = float(circuit.values(samples).std(ddof=1))
        row(f"sigma, {name}", "6 % of 500 samples", f"{100 * abs(found.sigma / spread - 1):.1f} %")
        for line in _oracle_rows(circuit, name, measurement, spread):
            row(*line)
        for line in _distance_rows(subject, evaluator, name, measurement, found.simulations):
            row(*line)


def _standard_error(r_squared: float, share: float, samples: int) -> float:
    """Of the share of a device in a regression on so many samples, from what it leaves unexplained."""
    return 2 * math.sqrt(share * max(0.0, 1.0 - r_squared) / samples)


def _oracle_rows(
    circuit: Circuit, name: str, measurement: str, spread: float
) -> Iterator[tuple[str, str, str]]:
    """The distances of limits at 3, 4.5 and 6 sigma of the samples beside those of OpenTURNS."""
    margins = circuit.star()[:, 0]
    for sigma in (3.0, 4.5, 6.0):
        limit = Limit(measurement, float(margins[0]) + sigma * spread, is_minimum=False)
        before = circuit.simulations
        (found, *_) = worst_cases(circuit.margin(limit), limit.margins(margins), 1.0, 0, 1)
        simulations = circuit.simulations - before
        oracle = abdo_rackwitz(circuit.margin(limit), len(circuit.variables))
        seen = "openturns is not installed" if oracle is None else f"{abs(oracle - found.distance):.4f}"
        yield (
            f"wcd, {name}, {limit.name}",
            "0.02 of AbdoRackwitz",
            f"{seen} ({found.distance:.3f} sigma, {simulations} simulations after the star)",
        )


def abdo_rackwitz(margin: Margin, dimensions: int) -> float | None:
    """The distance that OpenTURNS finds; None where it is not installed. Its tolerances are absolute, so that
    the margin is given relative to that at the nominal point.
    """
    if importlib.util.find_spec("openturns") is None:
        return None
    ot: Any = importlib.import_module("openturns")
    nominal = float(margin(np.zeros((1, dimensions)))[0])
    function = ot.PythonFunction(
        dimensions, 1, lambda point: [float(margin(np.array([point]))[0]) / abs(nominal)]
    )
    steps = [0.05] * dimensions
    function.setGradient(ot.CenteredFiniteDifferenceGradient(steps, function.getEvaluation()))
    output = ot.CompositeRandomVector(function, ot.RandomVector(ot.Normal(dimensions)))
    solver = ot.AbdoRackwitz()
    solver.setMaximumIterationNumber(30)
    for allow in ("AbsoluteError", "RelativeError", "ResidualError", "ConstraintError"):
        getattr(solver, f"setMaximum{allow}")(1e-3)
    form = ot.FORM(solver, ot.ThresholdEvent(output, ot.Less(), 0.0), [0.0] * dimensions)
    form.run()
    return float(form.getResult().getHasoferReliabilityIndex())


def _distance_rows(
    subject: object, evaluator: Evaluator, name: str, measurement: str, shared: int
) -> Iterator[tuple[str, str, str]]:
    compute: Callable[..., list] = distances  # type: ignore[type-arg]
    _, wanted = LIMITS[name][measurement]
    (plain,) = compute(subject, evaluator, [measurement])
    most = 25 if name == "follower" else 35
    yield f"wcd, {name}", f"<= {most} simulations", str(shared + plain.simulations)
    if name == "mirror":
        yield f"wcd, {name}", f"{wanted} within 0.02", f"{plain.distance:.3f}"
        yield f"wcd, {name}", "not normal", f"normal: {plain.is_normal} ({plain.normal:.1f} sigma)"
    verify = Samples.model_construct(samples=2000, seed=1)
    (checked,) = compute(subject, evaluator, [measurement], verify=verify)
    estimate = checked.estimate
    difference = abs(estimate.sigma - plain.distance)
    yield (
        f"importance sampling, {name}",
        "within 0.05 sigma, variation <= 8 %",
        (f"{difference:.3f} sigma, {100 * estimate.variation:.1f} %"),
    )


def main() -> None:
    """Print a row for each figure."""
    np.seterr(all="raise", under="ignore")
    if sys.argv[1:] == ["analytic"]:
        analytic()
    elif len(sys.argv) == 2:
        of_decks(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
