"""Settings of the convergence fallback and of retries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from simorc.config.models import defaults
from simorc.config.models.fields import Name, Quantity, Seconds, Section, Text, Texts, Whole, kind_of
from simorc.config.names import did_you_mean, listed
from simorc.units import Number

ACCURACY = frozenset({"reltol", "abstol", "vntol", "chgtol", "trtol", "gmin", "pivtol", "pivrel", "bypass"})
"""Options that may make a result less accurate."""
OPTIONS = ACCURACY | {
    *("itl1", "itl2", "itl3", "itl4", "itl5", "itl6", "gminsteps", "gminfactor", "srcsteps", "noopiter"),
    *("noopac", "method", "maxord", "xmu", "rshunt", "cshunt", "gshunt", "ramptime", "convstep", "convlimit"),
    *("convabsstep", "minbreak", "klu", "sparse", "autostop", "savecurrents", "interp"),
}
"""The options of ngspice a step may set."""
_FLAGS = frozenset({"noopiter", "noopac", "klu", "sparse", "autostop", "savecurrents", "interp", "convlimit"})
_METHODS = ("gear", "trap", "trapezoidal")

RETRIED = (
    *("bad_netlist", "missing_model", "missing_file", "singular_matrix", "timeout", "stuck", "crashed"),
    *("out_of_memory", "raw_limit", "log_limit", "out_of_disk", "measurement_missing", "output_missing"),
    *("spawn_failed", "template_error", "lost_worker", "internal", "no_convergence", "timestep_too_small"),
    "partial",
)
"""Kinds of failure that may have a number of retries of their own."""


def _options(value: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): _option(name.lower(), text) for name, text in value.items()}


def _option(name: str, text: str) -> str:
    """The option's value as a card gives it."""
    if name not in OPTIONS:
        raise ValueError(f"'{name}' is not an option of a fallback step{did_you_mean(name, OPTIONS)}")
    if name in _FLAGS:
        if text.lower() not in {"true", "1"}:
            raise ValueError(f"{name} is a flag: write {name}: true")
        return ""
    if name == "method":
        if text.lower() not in _METHODS:
            raise ValueError(f"method must be one of {', '.join(_METHODS)}, not '{text}'")
        return text.lower()
    try:
        number = Number(text)
    except ValueError:
        raise ValueError(f"{name} takes a number, not '{text}'") from None
    if number < 0:
        raise ValueError(f"{name} cannot be negative")
    return text


def _flag_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "true" if entry is True else entry for name, entry in value.items()}
    return value


def _optran(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        try:
            Number(word)
        except ValueError:
            raise ValueError(f"optran takes numbers, not '{word}'") from None
    if len(words) != 6:
        raise ValueError("optran takes six numbers: noopiter gminsteps srcsteps tstep tstop supramp")
    return words


class FallbackStep(Section):
    """A fallback step: simulator options for another attempt at a case that did not converge."""

    name: Name
    """Name of the step; results of the step have it in the column `rung`."""
    options: Annotated[dict[Name, Text], BeforeValidator(_flag_text), AfterValidator(_options)] = Field(
        default_factory=dict
    )
    """ngspice options: {method: gear, itl4: 200}."""
    max_step: Annotated[Quantity, Field(gt=0, le=1)] | None = None
    """The largest time step of a transient, as a part of the default one."""
    optran: Annotated[Texts, AfterValidator(_optran)] | None = None
    """Operating point from a transient: the six numbers of the command `optran`."""

    @property
    def loosens(self) -> bool:
        """Whether it sets an option that decides how accurate a result is."""
        return bool(ACCURACY & self.options.keys())

    def cards(self) -> list[str]:
        """What it adds to a deck, in the form that `simorc.netlist.convergence_options` reads."""
        lines = [
            f".option {name}={value}" if value else f".option {name}" for name, value in self.options.items()
        ]
        if self.max_step is not None:
            lines.append(f".maxstep {float(self.max_step):g}")
        return [*lines, f"optran {' '.join(self.optran)}"] if self.optran else lines


_ITERATIONS = {"itl1": "1000", "itl2": "1000", "itl4": "200"}
DEFAULT_STEPS = (
    FallbackStep(name="iterations", options=_ITERATIONS),
    FallbackStep(name="gear", options={**_ITERATIONS, "method": "gear", "maxord": "2"}),
    FallbackStep(name="stepping", options={**_ITERATIONS, "gminsteps": "100", "srcsteps": "100"}),
    FallbackStep(name="optran", options=_ITERATIONS, optran=("0", "0", "0", "100n", "10u", "0")),
    FallbackStep(name="small_steps", max_step=Number("0.1")),
    FallbackStep(name="rshunt", options={"rshunt": "1e12"}),
)
"""Fallback steps that do not loosen accuracy, in the order in which they are tried."""
LOOSE_STEPS = (
    FallbackStep(name="loose", options={**_ITERATIONS, "reltol": "5e-3", "abstol": "1e-10", "vntol": "1e-5"}),
    FallbackStep(name="looser", options={**_ITERATIONS, "reltol": "1e-2", "abstol": "1e-9", "vntol": "1e-4"}),
)
"""The last steps where `loosen` is true."""
KNOWN_STEPS = {step.name: step for step in (*DEFAULT_STEPS, *LOOSE_STEPS)}


def _known_step(value: Any) -> Any:
    """A step by its name alone."""
    if isinstance(value, Mapping | FallbackStep):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected the name of a fallback step or {{name, options}}, not {kind_of(value)}")
    if value not in KNOWN_STEPS:
        near = did_you_mean(value, KNOWN_STEPS)
        raise ValueError(f"unknown fallback step '{value}'{near}; known: {listed(KNOWN_STEPS)}")
    return KNOWN_STEPS[value]


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
        for step in self.ladder or ():
            if step.loosens and not self.loosen:
                set_here = ", ".join(sorted(ACCURACY & step.options.keys()))
                raise ValueError(
                    f"fallback step '{step.name}' sets {set_here}, which needs loosen: true beside the ladder"
                )
        return self

    def steps(self) -> tuple[FallbackStep, ...]:
        """All fallback steps: as written or the default, then the loosening steps if they are requested."""
        ladder = DEFAULT_STEPS if self.ladder is None else self.ladder
        taken = {step.name for step in ladder}
        return (*ladder, *(step for step in LOOSE_STEPS if self.loosen and step.name not in taken))


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
