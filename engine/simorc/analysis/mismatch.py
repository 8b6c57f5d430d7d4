"""Which device and variable contributes how much to the variance of a measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from simorc.analysis.circuit import Circuit, Progress
from simorc.analysis.evaluation import Evaluator
from simorc.analysis.local_model import LocalModel, from_samples
from simorc.analysis.subject import Subject
from simorc.config.models.analysis import Samples
from simorc.errors import UsageError

Method = Literal["sensitivity", "regression"]


@dataclass(frozen=True)
class Contribution:
    """One variable's part in the variance of a measurement.

    `share` is from 0 to 1, `slope` the change of the measurement for one sigma, `curvature` that of the
    slope.
    """

    variable: str
    device: str
    share: float
    slope: float
    curvature: float


@dataclass(frozen=True)
class Contributions:
    """The variance of a measurement at a condition, by variable, the largest share first.

    `r_squared` is what the linear terms explain; where that is below 0.9 (`quadratic`), the shares count
    quadratic terms as well. `simulations` are those of the condition, for all its measurements.
    """

    condition: str
    measurement: str
    method: Method
    nominal: float
    sigma: float
    r_squared: float
    quadratic: bool
    simulations: int
    parts: Sequence[Contribution]

    @property
    def devices(self) -> Mapping[str, float]:
        """The share of each device, the largest first."""
        found: dict[str, float] = {}
        for part in self.parts:
            found[part.device] = found.get(part.device, 0.0) + part.share
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "condition": self.condition,
            "measurement": self.measurement,
            "method": self.method,
            "nominal": self.nominal,
            "sigma": self.sigma,
            "r_squared": self.r_squared,
            "quadratic_terms": self.quadratic,
            "simulations": self.simulations,
            "devices": dict(self.devices),
            "variables": [
                {
                    "variable": each.variable,
                    "share": each.share,
                    "slope": each.slope,
                    "curvature": each.curvature,
                }
                for each in self.parts
            ],
        }


def contributions(
    subject: Subject,
    evaluator: Evaluator,
    measurements: Sequence[str],
    method: Method,
    drawn: Samples | None = None,
    progress: Progress = lambda simulations: None,
) -> list[Contributions]:
    """The contributions to each measurement at each condition; a regression is on the samples `drawn`.

    Raises UsageError where nothing is random, where a simulation near the nominal point fails, where a
    measurement does not vary, and for a regression without samples.
    """
    found = []
    for condition in subject.conditions:
        circuit = subject.circuit(evaluator, condition, measurements, progress)
        models = _fitted(drawn, circuit) if method == "regression" else _differences(subject, circuit)
        found += [_as_contributions(circuit, name, method, model) for name, model in models.items()]
    return found


def _differences(subject: Subject, circuit: Circuit) -> dict[str, LocalModel]:
    step = float(subject.definition.mismatch.step)
    circuit.star(step)
    return {name: circuit.model(name, step) for name in circuit.measurements}


def _fitted(drawn: Samples | None, circuit: Circuit) -> dict[str, LocalModel]:
    if drawn is None:
        raise UsageError("a regression needs samples", remedy="give --samples or monte_carlo: {samples: 200}")
    samples = np.random.default_rng(drawn.seed).standard_normal((drawn.samples, len(circuit.variables)))
    values = circuit.values(samples)
    models = {}
    for column, name in enumerate(circuit.measurements):
        good = np.isfinite(values[:, column])
        try:
            models[name] = from_samples(samples[good], values[good, column])
        except ValueError as error:
            raise UsageError(f"{name} at {circuit.condition.name}: {error}", remedy="more samples") from None
    return models


def _as_contributions(circuit: Circuit, name: str, method: Method, model: LocalModel) -> Contributions:
    if model.sigma <= 1e-12 * max(abs(model.nominal), 1e-30):
        raise UsageError(f"{name} does not vary with the random variables at {circuit.condition.name}")
    parts = [
        Contribution(variable.name, variable.device, float(share), float(slope), float(curvature))
        for variable, share, slope, curvature in zip(
            circuit.variables, model.shares, model.slopes, model.curvatures, strict=True
        )
    ]
    parts.sort(key=lambda part: -part.share)
    return Contributions(
        condition=circuit.condition.name,
        measurement=name,
        method=method,
        nominal=model.nominal,
        sigma=model.sigma,
        r_squared=model.r_squared,
        quadratic=not model.is_linear,
        simulations=circuit.simulations,
        parts=parts,
    )
