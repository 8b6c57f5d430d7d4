"""Fallback steps of simulator options for cases that do not converge, as frozen records.

The settings are written with `models.convergence`; a manifest and the runner use these records. They need
no library, so that a worker starts fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
_SET = "true"
"""How a flag is written in settings; its card has no value."""


def checked_options(written: Mapping[str, str]) -> dict[str, str]:
    """The options of a step by their name in lower case, with the values of cards; a flag has none.

    Raises ValueError for an option that a step may not set, and for an invalid value.
    """
    return {name.lower(): _option(name.lower(), text) for name, text in written.items()}


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
    return _not_negative(name, text)


def _not_negative(name: str, text: str) -> str:
    try:
        number = Number(text)
    except ValueError:
        raise ValueError(f"{name} takes a number, not '{text}'") from None
    if number < 0:
        raise ValueError(f"{name} cannot be negative")
    return text


def checked_optran(words: Sequence[str]) -> tuple[str, ...]:
    """The six numbers of the command ``optran``, as written. Raises ValueError for anything else."""
    for word in words:
        try:
            Number(word)
        except ValueError:
            raise ValueError(f"optran takes numbers, not '{word}'") from None
    if len(words) != 6:
        raise ValueError("optran takes six numbers: noopiter gminsteps srcsteps tstep tstop supramp")
    return tuple(words)


@dataclass(frozen=True)
class FallbackStep:
    """Options for another attempt at a case that did not converge.

    `options` has the values of ``.option`` cards, '' for a flag; `max_step` is the largest time step of a
    transient as a part of the default one; `optran` has the six numbers of that command.
    """

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    max_step: float | None = None
    optran: tuple[str, ...] | None = None

    @classmethod
    def of_json(cls, written: Mapping[str, Any] | str) -> FallbackStep:
        """From JSON, or a known step by its name. Raises ValueError, TypeError or KeyError."""
        if isinstance(written, str):
            return known_step(written)
        optran, max_step = written.get("optran"), written.get("max_step")
        if max_step is not None and not 0 < float(max_step) <= 1:
            raise ValueError(f"max_step must be above 0 and at most 1, not {max_step}")
        return cls(
            str(written["name"]),
            checked_options({name: text or _SET for name, text in (written.get("options") or {}).items()}),
            None if max_step is None else float(max_step),
            checked_optran(optran) if optran else None,
        )

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
            lines.append(f".maxstep {self.max_step:g}")
        return [*lines, f"optran {' '.join(self.optran)}"] if self.optran else lines


_ITERATIONS = {"itl1": "1000", "itl2": "1000", "itl4": "200"}
DEFAULT_STEPS = (
    FallbackStep("iterations", _ITERATIONS),
    FallbackStep("gear", {**_ITERATIONS, "method": "gear", "maxord": "2"}),
    FallbackStep("stepping", {**_ITERATIONS, "gminsteps": "100", "srcsteps": "100"}),
    FallbackStep("optran", _ITERATIONS, optran=("0", "0", "0", "100n", "10u", "0")),
    FallbackStep("small_steps", max_step=0.1),
    FallbackStep("rshunt", {"rshunt": "1e12"}),
)
"""Fallback steps that do not loosen accuracy, in the order in which they are tried."""
LOOSE_STEPS = (
    FallbackStep("loose", {**_ITERATIONS, "reltol": "5e-3", "abstol": "1e-10", "vntol": "1e-5"}),
    FallbackStep("looser", {**_ITERATIONS, "reltol": "1e-2", "abstol": "1e-9", "vntol": "1e-4"}),
)
"""The last steps where `loosen` is true."""
KNOWN_STEPS: Mapping[str, FallbackStep] = {step.name: step for step in (*DEFAULT_STEPS, *LOOSE_STEPS)}


def known_step(name: str) -> FallbackStep:
    """The step of simorc with that name. Raises ValueError if there is none."""
    if name not in KNOWN_STEPS:
        near = did_you_mean(name, KNOWN_STEPS)
        raise ValueError(f"unknown fallback step '{name}'{near}; known: {listed(KNOWN_STEPS)}")
    return KNOWN_STEPS[name]


@dataclass(frozen=True)
class ConvergenceRecord:
    """The fallback steps of a run: those written, None for the default ones; whether the last may loosen
    reltol and abstol.
    """

    ladder: tuple[FallbackStep, ...] | None = None
    loosen: bool = False

    @classmethod
    def of_json(cls, written: Mapping[str, Any]) -> ConvergenceRecord:
        """From JSON. Raises ValueError, TypeError or KeyError for invalid values."""
        steps = written.get("ladder")
        record = cls(
            None if steps is None else tuple(FallbackStep.of_json(step) for step in steps),
            bool(written.get("loosen")),
        )
        record.refuse_unrequested_loosening()
        return record

    def refuse_unrequested_loosening(self) -> None:
        """Raise ValueError for a written step that loosens accuracy without `loosen`."""
        for step in self.ladder or ():
            if step.loosens and not self.loosen:
                set_here = ", ".join(sorted(ACCURACY & step.options.keys()))
                raise ValueError(
                    f"fallback step '{step.name}' sets {set_here}, which needs loosen: true beside the ladder"
                )

    def steps(self) -> tuple[FallbackStep, ...]:
        """All fallback steps: as written or the default, then the loosening steps if they are requested."""
        ladder = DEFAULT_STEPS if self.ladder is None else self.ladder
        taken = {step.name for step in ladder}
        return (*ladder, *(step for step in LOOSE_STEPS if self.loosen and step.name not in taken))
