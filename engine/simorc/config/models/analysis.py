"""The model of an analysis file: what is asked about a testbench at its conditions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simorc.config.models.fields import Name, Quantity, Section, Texts, Whole
from simorc.config.models.measurement import Measurements, Spec
from simorc.config.models.sweep import Conditions, Corners, SweepDefinition, Values, ZipGroups
from simorc.config.models.testbench import distinct

MOST_SAMPLES = 10_000_000


class Samples(Section):
    """Random samples."""

    samples: Annotated[Whole, Field(ge=50, le=MOST_SAMPLES)]
    """Number of samples."""
    seed: Annotated[Whole, Field(ge=0)] = 1
    """The same seed gives the same samples."""


class MismatchAnalysis(Section):
    """Which device and variable contributes how much to the variance of a measurement."""

    specs: Texts = ()
    """The measurements; default: all that have a spec."""
    method: Literal["sensitivity", "regression"] = "sensitivity"
    """Central differences (2N + 1 simulations for N variables), or a fit to the samples of `monte_carlo`."""
    step: Annotated[Quantity, Field(gt=0, le=3)] = Field(default=1.0, validate_default=True)
    """The step of a difference; the unit is one sigma."""


class WorstCaseAnalysis(Section):
    """How many sigma of the random variables a limit is away, and the point at which it is violated."""

    specs: Texts = ()
    """The measurements; default: all that have a spec."""
    target: Annotated[Quantity, Field(gt=0)] | None = None
    """The distance wanted; the unit is one sigma. A smaller one violates it (exit code 3)."""
    starts: Annotated[Whole, Field(ge=0, le=1000)] = 0
    """Further searches that begin in random directions, for limits with several failure regions."""
    at: Literal["every_corner", "worst_corner"] = "every_corner"
    """Every condition, or for each limit the one in which the linear model puts it nearest."""
    verify: Samples | None = None
    """Importance sampling at the worst-case points, which gives the probability with an interval."""


class AnalysisDefinition(Section):
    """An analysis file. Conditions are the product of parameters, zip groups and corners, as in a sweep."""

    testbench: Name
    """The testbench."""
    description: str = ""
    """Description of the analysis."""
    parameters: Annotated[dict[Name, Values], AfterValidator(distinct)] = Field(default_factory=dict)
    """Parameter -> its values: a list, or {start, stop, step | num, scale}."""
    zip: ZipGroups = ()
    """Parameters that vary together: a mapping like `parameters`, or a list of such groups."""
    corners: Corners = Field(default_factory=dict)
    """Corner -> values of several parameters at once."""
    corner_set: Name | None = None
    """More corners: those of the corner set with this name, before the others."""
    exclude: Conditions = ()
    """Conditions of excluded cases, such as "corner == 'ff' and temp > 100"."""
    include: Conditions = ()
    """Only cases that meet all of these conditions."""
    measurements: Annotated[Measurements, AfterValidator(distinct)] = Field(default_factory=dict)
    """Additional measurements."""
    specs: dict[Name, Spec] = Field(default_factory=dict)
    """Specs; they replace those of the testbench with the same name."""
    mismatch: MismatchAnalysis = MismatchAnalysis()
    """What `simorc mismatch` does."""
    worst_case_distance: WorstCaseAnalysis = WorstCaseAnalysis()
    """What `simorc wcd` does."""
    monte_carlo: Samples | None = None
    """Samples of the random variables, for `simorc yield` and for regression."""
    save_corner: Name | None = None
    """Save the nearest worst-case point of `simorc wcd` as a corner with this name."""

    def as_sweep(self) -> SweepDefinition:
        """The conditions, measurements and specs as those of a sweep."""
        shared = {name: getattr(self, name) for name in _OF_SWEEPS if name in self.model_fields_set}
        return SweepDefinition.model_construct(_fields_set={"testbench", *shared}, **shared)


_OF_SWEEPS = (
    *("testbench", "parameters", "zip", "corners", "exclude", "include", "measurements", "specs"),
    *("corner_set", "description"),
)
