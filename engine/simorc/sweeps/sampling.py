"""Monte Carlo: one seed per sample, and parameters drawn from distributions.

Sample ``i`` (from 1) of a sweep with seed ``S`` has the seed ``1 + mix(S, i) mod (2^31 - 1)``, ``mix``
being two rounds of splitmix64. It depends on nothing else, so any sample can be repeated alone, on any
machine.

A distributed parameter's value is the inverse distribution function at a point of (0, 1): for ``random``
the point is mixed from seed, sample and the parameter's name; ``lhs`` and ``sobol`` take whole point sets
from scipy.
"""

from __future__ import annotations

import hashlib
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

from simorc.config.names import did_you_mean
from simorc.errors import UsageError
from simorc.units import Number, Value, parse_number

_WORD = (1 << 64) - 1
_HIGHEST_SEED = (1 << 31) - 1
SAMPLINGS = ("random", "lhs", "sobol")

# Distribution -> (its needed arguments, those it may have).
DISTRIBUTIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "normal": (("mean", "sigma"), ()),
    "lognormal": (("mean", "sigma"), ()),
    "uniform": (("low", "high"), ()),
    "triangular": (("low", "high"), ("mode",)),
    "truncated": (("mean", "sigma", "low", "high"), ()),
}
_ALIASES = {"truncated_normal": "truncated"}


def _splitmix(state: int) -> int:
    state = (state + 0x9E3779B97F4A7C15) & _WORD
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _WORD
    return state ^ (state >> 31)


def mix(*numbers: int) -> int:
    """64 well stirred bits of several integers; the same everywhere and for ever."""
    state = 0
    for number in numbers:
        state = _splitmix(state ^ _splitmix(number & _WORD))
    return state


def sample_seed(seed: int, sample: int) -> int:
    """The simulator seed of one sample, 1 ... 2^31 - 1."""
    return 1 + mix(seed, sample) % _HIGHEST_SEED


def _name_number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Distribution:
    """How one parameter is distributed. ``arguments`` are in the parameter's unit.

    normal(mean, sigma); lognormal(mean, sigma): mean and sigma of the natural logarithm; uniform(low, high);
    triangular(low, high, mode: the middle unless given); truncated(mean, sigma, low, high): a normal one
    cut off.
    """

    kind: str
    arguments: Mapping[str, Number]

    def __post_init__(self) -> None:
        required, optional = DISTRIBUTIONS[self.kind]
        for missing in [name for name in required if name not in self.arguments]:
            raise UsageError(f"{self.kind}: {missing} is missing")
        for unknown in [name for name in self.arguments if name not in required + optional]:
            raise UsageError(
                f"{self.kind}: unknown key {unknown}{did_you_mean(unknown, required + optional)}"
            )
        if "sigma" in self.arguments and self.arguments["sigma"] < 0:
            raise UsageError(f"{self.kind}: sigma is negative")
        if "low" in self.arguments and not self.arguments["low"] <= self.arguments["high"]:
            raise UsageError(f"{self.kind}: low is above high")
        if self.kind == "triangular" and not self._low <= self._mode <= self._high:
            raise UsageError("triangular: mode is outside low ... high")

    @property
    def _low(self) -> float:
        return float(self.arguments["low"])

    @property
    def _high(self) -> float:
        return float(self.arguments["high"])

    @property
    def _mode(self) -> float:
        return float(self.arguments.get("mode", (self._low + self._high) / 2))

    def quantile(self, point: float) -> float:
        """The value below which the fraction ``point`` (0 < point < 1) of all values lies."""
        if self.kind == "uniform":
            return self._low + (self._high - self._low) * point
        if self.kind == "triangular":
            return self._triangular(point)
        mean, sigma = float(self.arguments["mean"]), float(self.arguments["sigma"])
        if self.kind == "truncated":
            return self._truncated(point, mean, sigma)
        value = mean + sigma * NormalDist().inv_cdf(point)
        return math.exp(value) if self.kind == "lognormal" else value

    def _triangular(self, point: float) -> float:
        low, mode, high = self._low, self._mode, self._high
        if low == high:
            return low
        turn = (mode - low) / (high - low)
        if point < turn:
            return low + math.sqrt(point * (high - low) * (mode - low))
        return high - math.sqrt((1 - point) * (high - low) * (high - mode))

    def _truncated(self, point: float, mean: float, sigma: float) -> float:
        if sigma == 0:
            return min(max(mean, self._low), self._high)
        normal = NormalDist(mean, sigma)
        below, above = normal.cdf(self._low), normal.cdf(self._high)
        inside = below + (above - below) * point
        if not 0 < inside < 1:
            raise UsageError("truncated: low ... high is too far from the mean")
        return min(max(normal.inv_cdf(inside), self._low), self._high)

    def to_json(self) -> dict[str, dict[str, str]]:
        """The form of the sweep file: ``{normal: {mean: 3.3, sigma: 10m}}``."""
        return {self.kind: {name: str(value) for name, value in self.arguments.items()}}


def distribution_of(definition: Mapping[str, Any]) -> Distribution:
    """A distribution from ``{kind: {argument: value}}``; entries that are None do not count."""
    given = {kind: arguments for kind, arguments in definition.items() if arguments is not None}
    if len(given) != 1:
        raise UsageError(f"a distribution needs exactly one of {', '.join(DISTRIBUTIONS)}, not {len(given)}")
    ((written, arguments),) = given.items()
    kind = _ALIASES.get(written, written)
    if kind not in DISTRIBUTIONS:
        raise UsageError(f"unknown distribution {written}{did_you_mean(written, DISTRIBUTIONS)}")
    return Distribution(
        kind, {name: _number(value) for name, value in arguments.items() if value is not None}
    )


def _number(value: Value) -> Number:
    try:
        return value if isinstance(value, Number) else parse_number(str(value))
    except ValueError:
        raise UsageError(f"{value} is not a number") from None


@dataclass(frozen=True)
class Sampling:
    """``count`` samples of some distributed parameters (none: the models' own mismatch, by seed alone)."""

    count: int
    seed: int
    distributions: Mapping[str, Distribution]
    method: str = "random"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise UsageError("samples: must be at least 1")
        if self.method not in SAMPLINGS:
            raise UsageError(f"sampling: {self.method} is not supported; use {', '.join(SAMPLINGS)}")

    def value(self, name: str, sample: int) -> Number:
        """The value of one parameter in one sample (from 1), with 10 significant digits."""
        point = self._point(name, sample)
        return parse_number(f"{self.distributions[name].quantile(point):.10g}")

    def _point(self, name: str, sample: int) -> float:
        if self.method == "random":
            return (mix(self.seed, sample, _name_number(name)) >> 11) * 2.0**-53 + 2.0**-54
        point = float(self._points[sample - 1, list(self.distributions).index(name)])
        return min(max(point, 2.0**-54), 1 - 2.0**-53)

    @cached_property
    def _points(self) -> Any:
        """All points at once: samples x parameters."""
        qmc = _quasi_monte_carlo(self.method)
        dimensions = len(self.distributions)
        if self.method == "lhs":
            return _seeded(qmc.LatinHypercube, dimensions, self.seed).random(self.count)
        # A Sobol set is balanced in powers of two only: draw the next one and keep its beginning.
        power = (self.count - 1).bit_length()
        return _seeded(qmc.Sobol, dimensions, self.seed).random_base2(power)[: self.count]


def _seeded(engine: Callable[..., Any], dimensions: int, seed: int) -> Any:
    import numpy as np

    return engine(dimensions, seed=np.random.default_rng(seed & _WORD))


def _quasi_monte_carlo(method: str) -> Any:
    try:
        return importlib.import_module("scipy.stats.qmc")
    except ImportError:
        remedy = "install scipy, or use sampling: random"
        raise UsageError(f"sampling: {method} needs scipy", remedy=remedy) from None
