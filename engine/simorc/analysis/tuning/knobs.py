"""The numeric parameters of a testbench as sliders: steps, typed values, spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil, floor

from simorc.analysis.parameter_steps import AllowedSteps, steps_of
from simorc.decimals import SCALES
from simorc.errors import UsageError
from simorc.number_grammar import exact_decimal
from simorc.units import Number, Value, unambiguous

COARSE = 10
"""Fine steps of a coarse one."""
_SHARES = tuple(
    tuple(map(Decimal, shares)) for shares in (("0.02", "0.01"), ("0.05", "0.02", "0.01"), ("0.1", "0.05"))
)
"""The steps of a mantissa from 1, from 2 and from 5 on, the best first."""
_LETTERS = re.compile(r"[^\d.]*$")
_EXPONENT = re.compile(r"\de[-+]?\d", re.IGNORECASE)
_LEAST, _MOST = Decimal("0.001"), Decimal(10_000)
"""The mantissas that a number keeps its suffix for."""


@dataclass(frozen=True)
class Knob:
    """A parameter that is tuned. `step` is a fine step; 0 where none is known, for a value of 0.

    `fixed` says why it cannot be moved: empty if it can.
    """

    name: str
    nominal: Number
    value: Number
    step: Decimal
    fixed: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether its value is another number than the nominal one."""
        return self.value != self.nominal

    @property
    def place(self) -> float:
        """Where the value is on a track from 0 to twice the nominal value: 0 to 1, clipped."""
        if not self.nominal:
            return 0.5
        share = 0.5 + 0.5 * (float(self.value) - float(self.nominal)) / abs(float(self.nominal))
        return min(1.0, max(0.0, share))

    def moved(self, steps: int) -> Knob:
        """The knob moved by fine steps, onto a multiple of the step.

        Raises UsageError if it cannot be moved, or no step is known.
        """
        self._refuse_fixed()
        if not self.step:
            raise UsageError(f"{self.name} is 0, so no step is known", remedy="press enter and type a value")
        exact = exact_decimal(str(self.value)) / self.step
        whole = (floor(exact) if steps > 0 else ceil(exact)) + steps
        return replace(self, value=spelled(whole * self.step, self.nominal))

    def typed(self, text: str) -> Knob:
        """The knob at a value that was typed. Raises UsageError for what is no number or is ambiguous."""
        self._refuse_fixed()
        try:
            value = unambiguous(text.strip())
        except ValueError as error:
            raise UsageError(f"{self.name}: {error}") from error
        return replace(self, value=value)

    def reset(self) -> Knob:
        """The knob at its nominal value."""
        return replace(self, value=self.nominal)

    def _refuse_fixed(self) -> None:
        if self.fixed:
            raise UsageError(f"{self.name}: {self.fixed}")


def knobs_of(
    defaults: Mapping[str, Value],
    cases: Sequence[Mapping[str, Value]],
    allowed: AllowedSteps,
    unused: Mapping[str, str],
) -> list[Knob]:
    """The sliders of a testbench: its numeric parameters at the values of the first of some cases.

    `unused` says why parameters change nothing. A parameter that has different values in the cases is fixed,
    since these values are what the cases are about.
    """
    nominal = {**defaults, **cases[0]}
    steps, gaps = steps_of(nominal, allowed)
    sizes = {each.parameter: each.size if each.is_whole else None for each in steps}
    sizes |= {each.parameter: 0.0 for each in gaps}
    knobs = []
    for name, value in nominal.items():
        if name in sizes and isinstance(value, int | float):
            number = Number(value)
            step = _step(number, sizes[name], allowed.grid.get(name))
            reason = unused.get(name) or _spread(name, defaults, cases)
            knobs.append(Knob(name, number, number, step, reason))
    return knobs


def spelled(value: Decimal, like: Number) -> Number:
    """A decimal as a number with the suffix and the unit of another one, where that reads well."""
    written = str(like)
    letters = "" if _EXPONENT.search(written) else _LETTERS.findall(written)[0]
    mantissa = value / exact_decimal(f"1{letters}")
    if value and not _LEAST <= abs(mantissa) < _MOST:
        power = min(12, max(-15, 3 * floor(Decimal(value.adjusted()) / 3)))
        letters, mantissa = SCALES[power], value.scaleb(-power)
    return Number(f"{mantissa.normalize():f}{letters}")


def _step(number: Number, whole: float | None, grid: float | None) -> Decimal:
    """A fine step: 1 for a whole number, that of a grid, else 1 to 2.5 % of the value as a round number that
    divides the value, if there is one.
    """
    if whole is not None:
        return Decimal(str(whole))
    exact = abs(exact_decimal(str(number)))
    power = exact.adjusted()
    first = exact.scaleb(-power)
    shares = _SHARES[0] if first < 2 else _SHARES[1] if first < 5 else _SHARES[2]
    step = next((each for each in shares if first % each == 0), shares[0]).scaleb(power)
    if not grid:
        return step
    exact_grid = Decimal(repr(grid))
    return max(1, round(step / exact_grid)) * exact_grid


def _spread(name: str, defaults: Mapping[str, Value], cases: Sequence[Mapping[str, Value]]) -> str:
    values = {each.get(name, defaults[name]) for each in cases}
    return "the cases differ in it" if len(values) > 1 else ""
