"""Settings of the convergence fallback and of retries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from simorc.config import fallback_steps
from simorc.config.fallback_steps import ConvergenceRecord, checked_optran, known_step
from simorc.config.models import defaults
from simorc.config.models.fields import Name, Quantity, Seconds, Section, Text, Texts, Whole, kind_of
from simorc.config.names import did_you_mean, listed
from simorc.units import Number

RETRIED = (
    *("bad_netlist", "missing_model", "missing_file", "singular_matrix", "timeout", "stuck", "crashed"),
    *("out_of_memory", "raw_limit", "log_limit", "out_of_disk", "measurement_missing", "output_missing"),
    *("spawn_failed", "template_error", "lost_worker", "internal", "no_convergence", "timestep_too_small"),
    "partial",
)
"""Kinds of failure that may have a number of retries of their own."""


def _flag_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "true" if entry is True else entry for name, entry in value.items()}
    return value


class FallbackStep(Section):
    """A fallback step: simulator options for another attempt at a case that did not converge."""

    name: Name
    """Name of the step; results of the step have it in the column `rung`."""
    options: Annotated[
        dict[Name, Text], BeforeValidator(_flag_text), AfterValidator(fallback_steps.checked_options)
    ] = Field(default_factory=dict)
    """ngspice options: {method: gear, itl4: 200}."""
    max_step: Annotated[Quantity, Field(gt=0, le=1)] | None = None
    """The largest time step of a transient, as a part of the default one."""
    optran: Annotated[Texts, AfterValidator(checked_optran)] | None = None
    """Operating point from a transient: the six numbers of the command `optran`."""

    def record(self) -> fallback_steps.FallbackStep:
        """The record that a manifest and the runner use."""
        max_step = None if self.max_step is None else float(self.max_step)
        return fallback_steps.FallbackStep(self.name, dict(self.options), max_step, self.optran)


def _known_step(value: Any) -> Any:
    """A step by its name alone."""
    if isinstance(value, Mapping | FallbackStep):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected the name of a fallback step or {{name, options}}, not {kind_of(value)}")
    step = known_step(value)
    max_step = None if step.max_step is None else Number(str(step.max_step))
    return FallbackStep.model_construct(
        name=step.name, options=dict(step.options), max_step=max_step, optran=step.optran
    )


def _distinct_steps(ladder: tuple[FallbackStep, ...]) -> tuple[FallbackStep, ...]:
    names = [step.name for step in ladder]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"fallback step '{twice[0]}' is listed twice")
    return ladder


class Convergence(Section):
    """Fallback steps for cases that do not converge."""

    ladder: (
        Annotated[
            tuple[Annotated[FallbackStep, BeforeValidator(_known_step)], ...], AfterValidator(_distinct_steps)
        ]
        | None
    ) = None
    """Fallback steps in order, by name or as {name, options, max_step, optran}. The default has all steps
    that do not loosen accuracy; an empty list tries nothing.
    """
    loosen: bool = False
    """Whether the last steps may loosen reltol and abstol. A result of a step has the name of the step."""

    @model_validator(mode="after")
    def _only_as_loose_as_asked(self) -> Convergence:
        steps = None if self.ladder is None else tuple(step.record() for step in self.ladder)
        ConvergenceRecord(steps, self.loosen).refuse_unrequested_loosening()
        return self


def _kinds(value: Mapping[str, int]) -> Mapping[str, int]:
    for name in value:
        if name not in RETRIED:
            raise ValueError(
                f"unknown kind of failure '{name}'{did_you_mean(name, RETRIED)}; known: {listed(RETRIED, 30)}"
            )
    return value


class Retry(Section):
    """How often and when a failed case is repeated unchanged."""

    kinds: Annotated[dict[Name, Annotated[Whole, Field(ge=0, le=100)]], AfterValidator(_kinds)] = Field(
        default_factory=dict
    )
    """Kind of failure -> number of retries instead of `retries`: {crashed: 5, out_of_memory: 0, timeout: 1}.
    """
    delay: Seconds = defaults.RETRY_DELAY
    """Delay before the first retry, in seconds; it doubles with every further retry."""
    longest_delay: Seconds = defaults.LONGEST_RETRY_DELAY
    """The longest delay, in seconds."""
