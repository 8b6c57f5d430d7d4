"""Parsed specs: the limits of a measurement, for all cases and for single corners."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simorc.units import unambiguous

SLACK = 1e-12
"""Relative rounding allowed on a limit: 3.3000000000000003 is 3.3."""


@dataclass(frozen=True)
class Spec:
    """The limits of one measurement, in its own unit; ``corners`` has other (min, max) for a named corner."""

    measurement: str
    min: float | None = None
    typ: float | None = None
    max: float | None = None
    near: float | str | None = None
    unit: str = ""
    description: str = ""
    corners: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)

    def limits_in(self, corner: str | None) -> tuple[float, float]:
        """(low, high) in a corner, infinite where there is no limit."""
        low, high = self.min, self.max
        if corner is not None and corner in self.corners:
            own_low, own_high = self.corners[corner]
            low, high = low if own_low is None else own_low, high if own_high is None else own_high
        return -math.inf if low is None else low, math.inf if high is None else high


def meets(spec: Spec, value: float, corners: Sequence[str | None] = ()) -> bool:
    """Whether a value is within the limits of a spec in the last of `corners` that has limits of its own."""
    own = [corner for corner in corners if corner in spec.corners]
    low, high = spec.limits_in(own[-1] if own else None)
    return min(value - low, high - value) >= -SLACK * abs(value)


def read_spec(measurement: str, written: Mapping[str, Any]) -> Spec:
    """A spec from the mapping of a manifest; a tolerance around ``typ`` becomes limits where none are
    written.
    """
    typ = _number(written.get("typ"))
    low, high = _number(written.get("min")), _number(written.get("max"))
    if typ is not None and written.get("tolerance") is not None:
        tolerance = margin_of(written["tolerance"], abs(typ))
        low = typ - tolerance if low is None else low
        high = typ + tolerance if high is None else high
    corners = {
        name: (_number(limits.get("min")), _number(limits.get("max")))
        for name, limits in (written.get("corners") or {}).items()
    }
    return Spec(
        *(measurement, low, typ, high, written.get("near"), written.get("unit") or ""),
        *(written.get("description") or "", corners),
    )


def read_specs(written: Mapping[str, Mapping[str, Any]]) -> list[Spec]:
    """Every spec, in the order written."""
    return [read_spec(name, each) for name, each in written.items()]


def _number(value: Any) -> float | None:
    if value is None:
        return None
    return float(unambiguous(value)) if isinstance(value, str) else float(value)


def margin_of(written: float | str, of: float) -> float:
    """A margin in units: a number as it is, ``5%`` as that share of ``of``."""
    if isinstance(written, str) and written.strip().endswith("%"):
        return float(unambiguous(written.strip().rstrip("%").strip())) / 100 * of
    return float(unambiguous(written)) if isinstance(written, str) else float(written)
