"""What a run measures, judges and plots, as frozen records: measurements, specs, plot specs and the stop rule
of Monte Carlo.

They come from the configuration and are written as JSON in a manifest; runner, results, reports and interface
use them. They need no library, so that a worker starts fast; the models in `models/` check what the user
writes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simorc.units import ShownAs, unambiguous

SOURCES = ("meas", "measure", "expr", "python", "operating_point", "across")
"""The keys that define the source of a measurement; ``across`` ones belong to a whole run."""


@dataclass(frozen=True)
class AcrossDefinition:
    """Another measurement (`of`) reduced over the parameters in `over`."""

    reduce: str
    over: tuple[str, ...]
    of: str

    @classmethod
    def of_json(cls, written: Mapping[str, Any]) -> AcrossDefinition:
        """From JSON. Raises KeyError for a missing key."""
        over = written["over"]
        return cls(
            str(written["reduce"]), (over,) if isinstance(over, str) else tuple(over), str(written["of"])
        )


@dataclass(frozen=True)
class MeasurementDefinition:
    """How a number is measured: one of `meas` (a card), `measure` (built in), `expr`, `python`,
    `operating_point` (the number of devices outside of these regions), `across`.

    `scale` is for display only: limits and exports have the value as measured.
    """

    meas: str = ""
    measure: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    expr: str = ""
    python: str = ""
    operating_point: tuple[str, ...] = ()
    across: AcrossDefinition | None = None
    unit: str = ""
    scale: float = 1.0
    description: str = ""
    optional: bool = False

    @classmethod
    def of_json(cls, written: Mapping[str, Any]) -> MeasurementDefinition:
        """From JSON; unknown keys are ignored. Raises ValueError, TypeError or KeyError."""
        texts = ("meas", "measure", "expr", "python", "unit", "description")
        across = written.get("across")
        return cls(
            **{key: str(written.get(key) or "") for key in texts},
            args=dict(written.get("args") or {}),
            operating_point=_texts(written.get("operating_point")),
            across=AcrossDefinition.of_json(across) if across else None,
            scale=_number(written.get("scale")) or 1.0,
            optional=bool(written.get("optional")),
        )

    @property
    def card(self) -> str:
        """The ``.meas`` card it reads, in lower case; '' for any other source."""
        return self.meas.lower()

    @property
    def sources(self) -> tuple[str, ...]:
        """The keys that define its source; a valid definition has one."""
        return tuple(source for source in SOURCES if getattr(self, source))

    @property
    def shown(self) -> ShownAs:
        """How a person reads its values."""
        return ShownAs(self.unit, self.scale)

    def to_json(self) -> dict[str, Any]:
        """As JSON for a manifest."""
        across = self.across
        return {
            **{key: getattr(self, key) or None for key in ("meas", "measure")},
            "args": dict(self.args),
            **{key: getattr(self, key) or None for key in ("expr", "python")},
            "operating_point": [*self.operating_point] or None,
            "across": across and {"reduce": across.reduce, "over": [*across.over], "of": across.of},
            "unit": self.unit,
            "scale": self.scale,
            "description": self.description,
            "optional": self.optional,
        }


@dataclass(frozen=True)
class Spec:
    """The limits of one measurement, in its own unit; ``corners`` has other (min, max) for a named corner.

    `tolerance` around `typ` gives the limits that are not written.
    """

    measurement: str
    min: float | None = None
    typ: float | None = None
    max: float | None = None
    near: float | str | None = None
    unit: str = ""
    description: str = ""
    corners: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    tolerance: float | str | None = None

    @classmethod
    def of_json(cls, measurement: str, written: Mapping[str, Any]) -> Spec:
        """From JSON. Raises ValueError, TypeError or AttributeError for invalid values."""
        typ, tolerance = _number(written.get("typ")), written.get("tolerance")
        low, high = _derived(typ, tolerance)
        least, most = _number(written.get("min")), _number(written.get("max"))
        corners = {
            name: (_number(limits.get("min")), _number(limits.get("max")))
            for name, limits in (written.get("corners") or {}).items()
        }
        return cls(
            measurement,
            low if least is None else least,
            typ,
            high if most is None else most,
            written.get("near"),
            *(written.get("unit") or "", written.get("description") or "", corners, tolerance),
        )

    def limits_in(self, corner: str | None) -> tuple[float, float]:
        """(low, high) in a corner, infinite where there is no limit."""
        low, high = self.min, self.max
        if corner is not None and corner in self.corners:
            own_low, own_high = self.corners[corner]
            low, high = low if own_low is None else own_low, high if own_high is None else own_high
        return -math.inf if low is None else low, math.inf if high is None else high

    def to_json(self) -> dict[str, Any]:
        """As JSON for a manifest: the limits that follow from a tolerance are not written."""
        low, high = _derived(self.typ, self.tolerance)
        return {
            "min": None if self.min == low else self.min,
            "max": None if self.max == high else self.max,
            "typ": self.typ,
            "tolerance": self.tolerance,
            "near": self.near,
            "unit": self.unit,
            "corners": {name: {"min": low, "max": high} for name, (low, high) in self.corners.items()},
            "description": self.description,
        }


@dataclass(frozen=True)
class StopRule:
    """When a yield is known: its interval at `confidence` is at most `width` wide, or all on one side of
    `target`; never before `least` samples. `spec` is the measurement whose spec counts; None: all specs.
    """

    confidence: float = 0.95
    width: float | None = None
    target: float | None = None
    least: int = 20
    spec: str | None = None

    @classmethod
    def of_json(cls, written: Mapping[str, Any]) -> StopRule:
        """From the ``stop_when`` of a sweep. Raises ValueError or TypeError for invalid values."""
        confidence = _number(written.get("confidence"))
        return cls(
            cls.confidence if confidence is None else confidence,
            _number(written.get("width")),
            _number(written.get("target")),
            int(written.get("least", cls.least)),
            written.get("spec") or None,
        )


@dataclass(frozen=True)
class PlotSource:
    """One entry of ``plot_specs``: the name of a file, or a plot spec that is `written` in place."""

    file: str = ""
    written: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_json(cls, entry: Any) -> PlotSource:
        """From JSON or YAML: a mapping is a plot spec, anything else is the name of a file."""
        return cls(written=dict(entry)) if isinstance(entry, Mapping) else cls(str(entry))

    @property
    def name(self) -> str:
        """The name of the file, or the title of the plot spec."""
        return self.file or str(self.written.get("title") or "plot")

    def to_json(self) -> Any:
        """As JSON for a manifest."""
        return self.file or dict(self.written)


MeasurementDefinitions = Mapping[str, MeasurementDefinition]
Specs = Mapping[str, Spec]


def measurements_of_json(written: Mapping[str, Mapping[str, Any]]) -> dict[str, MeasurementDefinition]:
    """Measurements by name, from JSON. Raises as `MeasurementDefinition.of_json`."""
    return {name: MeasurementDefinition.of_json(each) for name, each in written.items()}


def specs_of_json(written: Mapping[str, Mapping[str, Any]]) -> dict[str, Spec]:
    """Specs by measurement, from JSON. Raises as `Spec.of_json`."""
    return {name: Spec.of_json(name, each) for name, each in written.items()}


def plot_sources(*lists: Iterable[Any]) -> tuple[PlotSource, ...]:
    """The entries of several ``plot_specs`` in their order."""
    return tuple(PlotSource.of_json(entry) for entries in lists for entry in entries)


def to_json(records: Mapping[str, MeasurementDefinition] | Mapping[str, Spec]) -> dict[str, dict[str, Any]]:
    """Measurements or specs by name, as JSON for a manifest."""
    return {name: each.to_json() for name, each in records.items()}


def margin_of(written: float | str, of: float) -> float:
    """A margin in units: a number as it is, ``5%`` as that share of ``of``."""
    if isinstance(written, str) and written.strip().endswith("%"):
        return float(unambiguous(written.strip().rstrip("%").strip())) / 100 * of
    return float(unambiguous(written)) if isinstance(written, str) else float(written)


def _derived(typ: float | None, tolerance: float | str | None) -> tuple[float | None, float | None]:
    """The limits that a tolerance around `typ` gives."""
    if typ is None or tolerance is None:
        return None, None
    margin = margin_of(tolerance, abs(typ))
    return typ - margin, typ + margin


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value or ()))


def _number(value: Any) -> float | None:
    if value is None:
        return None
    return float(unambiguous(value) if isinstance(value, str) else value)


def wanted_cards(declared: MeasurementDefinitions) -> tuple[tuple[str, ...], frozenset[str]]:
    """The ``.meas`` cards a case must have a value of, and the cards it may lack, both in lower case.

    A measurement may have another name than its card (``vout: {meas: y}``): what counts is the card. A card
    that several measurements read may be lacking only if all of them are optional.
    """
    read = [(each.card, each.optional) for each in declared.values() if each.card]
    needed = tuple(dict.fromkeys(card for card, optional in read if not optional))
    spared = {card for card, _ in read} | {name.lower() for name, each in declared.items() if each.optional}
    return needed, frozenset(spared - set(needed))
