"""The causes behind the specs of a run: what the run and the stored analyses of its testbench say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simorc.analysis.stored_analyses import Kind
from simorc.reports.spec_sheet import SpecRow

DIE = "process"
"""The device of a variable that is drawn once per die."""


@dataclass(frozen=True)
class Share:
    """The part of a random variable in the variance of a measurement (0 to 1), and its slope per sigma."""

    variable: str
    device: str
    share: float
    slope: float
    slope_text: str


@dataclass(frozen=True)
class Spread:
    """The variance of a measurement at a condition; `shares` are the largest first."""

    condition: str
    sigma: float
    sigma_text: str
    r_squared: float
    shares: Sequence[Share]


@dataclass(frozen=True)
class Slope:
    """How much a parameter, or a dimension of a device, changes a measurement for `step` of it."""

    parameter: str
    device: str
    change: float
    change_text: str
    step: str
    relative: float | None
    is_linear: bool


@dataclass(frozen=True)
class Tornado:
    """The sensitivities of a measurement at a condition, the largest first."""

    condition: str
    slopes: Sequence[Slope]


@dataclass(frozen=True)
class Distance:
    """How many sigma a limit is away at a condition: from samples where there are, with the interval at 99 %.

    `limit` is such as ``< 5 mV``. `sigma` is None where it is not known, for a `reason`. `normal` is what a
    normal distribution would say, None where `is_normal` leaves no doubt. `point` are the variables of the
    worst-case point, the largest first.
    """

    condition: str
    limit: str
    sigma: float | None
    low: float | None
    high: float | None
    normal: float | None
    is_normal: bool | None
    reason: str
    point: Sequence[tuple[str, str, float]]
    """(variable, its device, its value in sigma)"""


@dataclass(frozen=True)
class Yielded:
    """How many samples meet a spec at a condition, with the interval at 95 %."""

    condition: str
    passed: int
    samples: int
    fraction: float
    low: float
    high: float


@dataclass(frozen=True)
class Deciding:
    """The worst corner of one limit of a spec in the run.

    `chosen`: it is one of the fewest corners that decide every limit of the run.
    """

    corner: str
    parameters: str
    limit: str
    margin: str
    status: str
    case: int | None
    chosen: bool


@dataclass(frozen=True)
class SpecCauses:
    """Everything known about one spec; each part is the worst first."""

    row: SpecRow
    spreads: Sequence[Spread] = ()
    tornados: Sequence[Tornado] = ()
    distances: Sequence[Distance] = ()
    yields: Sequence[Yielded] = ()
    corners: Sequence[Deciding] = ()

    @property
    def nearest(self) -> Distance | None:
        """The limit with the smallest known distance."""
        known = [each for each in self.distances if each.sigma is not None]
        return known[0] if known else None


@dataclass(frozen=True)
class Source:
    """A stored analysis that is shown. `doubts` are why it may not be about the circuit of the run."""

    name: str
    kind: Kind
    created: str
    doubts: Sequence[str] = ()


@dataclass(frozen=True)
class Causes:
    """The causes of a run. `names` are the analyses and the sweep from which new ones can be started.

    `corner_words` sums up the deciding corners, or says why there are none; `remarks` are about files that
    cannot be read.
    """

    run: str
    testbench: str
    specs: Sequence[SpecCauses] = ()
    sources: Sequence[Source] = ()
    names: Sequence[str] = ()
    remarks: Sequence[str] = ()
    corner_words: str = ""
    kinds: frozenset[str] = field(default_factory=frozenset)

    @property
    def doubts(self) -> list[str]:
        """Why what is shown may not be about the circuit of the run, then what cannot be read."""
        return [*(doubt for source in self.sources for doubt in source.doubts), *self.remarks]


@dataclass(frozen=True)
class Effect:
    """What a device does to one measurement at a condition, in one analysis.

    `share` is the length of its bar, from -1 to 1, relative to all that act on the measurement.
    """

    measurement: str
    kind: str
    what: str
    condition: str
    share: float
    text: str


def effects_of(causes: Causes, device: str) -> list[Effect]:
    """What a device (or a parameter of that name) does to every measurement, in the order of the specs."""
    found: list[Effect] = []
    for spec in causes.specs:
        name = spec.row.name
        for spread in spec.spreads:
            found += [
                Effect(
                    *(name, "spread", each.variable, spread.condition, each.share),
                    f"{100 * each.share:.1f} % of the variance, {each.slope_text} per σ",
                )
                for each in spread.shares
                if each.device == device
            ]
        for tornado in spec.tornados:
            largest = abs(tornado.slopes[0].change) if tornado.slopes else 1.0
            found += [
                Effect(
                    *(name, "slope", each.parameter, tornado.condition, each.change / largest),
                    f"{each.change_text} for {each.step}",
                )
                for each in tornado.slopes
                if device in (each.device, each.parameter)
            ]
        for distance in spec.distances:
            largest = max((abs(value) for _, _, value in distance.point), default=1.0) or 1.0
            found += [
                Effect(
                    *(name, "worst", variable, distance.condition, value / largest),
                    f"{value:+.2f} σ where it is {_beyond(distance.limit)}",
                )
                for variable, owner, value in distance.point
                if owner == device
            ]
    return found


def _beyond(limit: str) -> str:
    """``5 mV`` of ``< 5 mV``: the worst point is on the limit."""
    return limit.split(" ", 1)[-1]
