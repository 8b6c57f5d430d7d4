"""One case of a sweep."""

from __future__ import annotations

from dataclasses import dataclass, field

from simorc.units import Value


@dataclass(frozen=True, slots=True)
class Case:
    """One simulation to do.

    ``id`` counts from 1 in the order of the sweep. ``parameters`` contains the swept parameters only, in axis
    order. ``corner`` is the name of the bundle under ``corners:``, None without one. ``sample`` counts Monte
    Carlo samples from 1 and ``seed`` (1 ... 2^31 - 1) is its seed; both are None outside Monte Carlo.
    """

    id: int
    parameters: dict[str, Value] = field(default_factory=dict)
    seed: int | None = None
    corner: str | None = None
    sample: int | None = None

    def scope(self) -> dict[str, Value]:
        """What an expression about this case may name: its parameters, and ``corner`` and ``sample`` where
        free.
        """
        scope = dict(self.parameters)
        if self.corner is not None:
            scope.setdefault("corner", self.corner)
        if self.sample is not None:
            scope.setdefault("sample", self.sample)
        return scope
