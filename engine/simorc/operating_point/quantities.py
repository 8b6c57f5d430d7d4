"""What an operating point has of a device, whatever its model: current, conductances, voltages, region.

ngspice's models report under different names and with different signs. Here a voltage or a current of a
p-channel or pnp device has the sign that it has in the n-channel or npn device at the mirrored point: a
conducting transistor has a positive gate overdrive and a positive current.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

OFF_CURRENT = 1e-9
"""The current (A) below which a transistor below its threshold is off."""
JUNCTION_ON = 0.3
"""The forward voltage (V) from which a junction of a bipolar transistor counts as on."""

REGIONS = ("off", "linear", "saturation", "subthreshold", "active", "saturated", "reverse")
"""The regions; the value of ``op(device.region)`` is the place of a region in this list."""
FIELD_EFFECT = ("off", "linear", "saturation", "subthreshold")
BIPOLAR = ("off", "active", "saturated", "reverse")

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of a table: its name in expressions, its title and its unit."""

    name: str
    title: str
    unit: str


QUANTITIES = (
    Quantity("id", "id", "A"),
    Quantity("gm", "gm", "S"),
    Quantity("gds", "gds", "S"),
    Quantity("gm_id", "gm/id", "1/V"),
    Quantity("vdsat", "vdsat", "V"),
    Quantity("vgs", "vgs", "V"),
    Quantity("vds", "vds", "V"),
    Quantity("vth", "vth", "V"),
    Quantity("vov", "vgs-vth", "V"),
    Quantity("margin", "vds-vdsat", "V"),
    Quantity("vbs", "vbs", "V"),
    Quantity("vbe", "vbe", "V"),
    Quantity("vbc", "vbc", "V"),
    Quantity("vce", "vce", "V"),
    Quantity("ib", "ib", "A"),
    Quantity("beta", "ic/ib", ""),
)
"""The quantities that are defined for all models that have what they are made of."""

_SIGNED_THRESHOLD = ("mos", "vdmos")
"""The beginnings of types whose threshold has the sign of the ``.model`` card: levels 1, 2, 3, 6 and 9."""
_OWN_JUNCTIONS = ("hicum",)
"""The types whose junction voltages are those of internal nodes in another order."""


def unit_of_quantity(name: str) -> str:
    """The unit of a quantity; empty where it has none or is a parameter of a model."""
    return next((each.unit for each in QUANTITIES if each.name == name), "")


def reports_correctly(type_of_model: str, polarity: int) -> bool:
    """Whether ngspice's values of such a device can be used: those of a pnp HICUM are not its own."""
    return polarity > 0 or not type_of_model.lower().startswith("hicum")


@dataclass(frozen=True, slots=True)
class Bias:
    """The values that ngspice reports of one device, with the voltages of its terminals (V).

    `letter` is the first letter of its name, `polarity` 1 or -1 (0: none).
    """

    letter: str
    type: str
    polarity: int
    values: Values
    terminals: tuple[float | None, ...]

    def quantity(self, name: str) -> float | None:
        """A quantity of `QUANTITIES`, ``region`` as a number, or a parameter of the model by its own name.
        None: the model does not have it.
        """
        if name == "region":
            region = self.region
            return float(REGIONS.index(region)) if region else None
        rule = _RULES.get(name)
        value = self.values.get(name) if rule is None else rule(self)
        return value + 0.0 if value is not None and math.isfinite(value) else None  # -0.0 becomes 0.0

    @property
    def region(self) -> str:
        """The region in which the device operates; empty where the model does not show it."""
        if self.letter == "q":
            return self._bipolar_region()
        return self._channel_region() if self.letter in "mn" else ""

    def _bipolar_region(self) -> str:
        current, vbe, vbc = (self.quantity(name) for name in ("id", "vbe", "vbc"))
        if current is None or vbe is None or vbc is None:
            return ""
        if abs(current) < OFF_CURRENT:
            return "off"
        if vbe > JUNCTION_ON:
            return "saturated" if vbc > JUNCTION_ON else "active"
        return "reverse" if vbc > JUNCTION_ON else "off"

    def _channel_region(self) -> str:
        current, overdrive, margin = (self.quantity(name) for name in ("id", "vov", "margin"))
        if current is None or overdrive is None:
            return ""
        if overdrive < 0:
            return "off" if abs(current) < OFF_CURRENT else "subthreshold"
        if margin is None:
            return ""
        return "saturation" if margin >= 0 else "linear"

    def first(self, *names: str) -> float | None:
        """The first of these parameters that the model has."""
        return next((self.values[name] for name in names if name in self.values), None)

    def between(self, one: int, other: int) -> float | None:
        """The voltage from one terminal to another, with the sign of the n-channel device."""
        if max(one, other) >= len(self.terminals) or not self.polarity:
            return None
        plus, minus = self.terminals[one], self.terminals[other]
        return None if plus is None or minus is None else self.polarity * (plus - minus)


def _current(bias: Bias) -> float | None:
    if bias.letter == "q":
        return _signed(bias, bias.values.get("ic"))
    return bias.first("id", "ids", "cd", "i", "current")


def _signed(bias: Bias, value: float | None) -> float | None:
    return None if value is None or not bias.polarity else bias.polarity * value


def _gate_source(bias: Bias) -> float | None:
    own = bias.values.get("vgs")
    return own if own is not None or bias.letter == "q" else bias.between(1, 2)


def _drain_source(bias: Bias) -> float | None:
    if bias.letter == "q":
        return None
    own, to_gate, from_gate = (bias.values.get(name) for name in ("vds", "vgs", "vgd"))
    if own is None and to_gate is not None and from_gate is not None:
        return to_gate - from_gate
    return bias.between(0, 2) if own is None else own


def _bulk_source(bias: Bias) -> float | None:
    own = bias.values.get("vbs")
    return bias.between(3, 2) if own is None and bias.letter in "mn" else own


def _threshold(bias: Bias) -> float | None:
    value = bias.first("vth", "von")
    return _signed(bias, value) if bias.type.lower().startswith(_SIGNED_THRESHOLD) else value


def _saturation_voltage(bias: Bias) -> float | None:
    value = bias.values.get("vdsat")
    return None if value is None else abs(value)


def _overdrive(bias: Bias) -> float | None:
    """Of a device whose drain and source are exchanged (vds < 0), the gate is seen from the drain."""
    gate, drain, threshold = _gate_source(bias), _drain_source(bias), _threshold(bias)
    if gate is None or threshold is None:
        return None
    return gate - min(0.0, drain or 0.0) - threshold


def _margin(bias: Bias) -> float | None:
    drain, enough = _drain_source(bias), _saturation_voltage(bias)
    return None if drain is None or enough is None else abs(drain) - enough


def _conductance(bias: Bias) -> float | None:
    return bias.first("go") if bias.letter == "q" else bias.first("gds")


def _junction(own: str, to: int) -> Callable[[Bias], float | None]:
    def voltage(bias: Bias) -> float | None:
        if bias.letter != "q":
            return bias.values.get(own)
        found = None if bias.type.lower().startswith(_OWN_JUNCTIONS) else bias.values.get(own)
        return bias.between(1, to) if found is None else found

    return voltage


def _collector_emitter(bias: Bias) -> float | None:
    emitter, collector = bias.quantity("vbe"), bias.quantity("vbc")
    return None if emitter is None or collector is None or bias.letter != "q" else emitter - collector


def _ratio(above: Callable[[Bias], float | None], below: Callable[[Bias], float | None]) -> Rule:
    def ratio(bias: Bias) -> float | None:
        top, bottom = above(bias), below(bias)
        return None if top is None or not bottom else top / abs(bottom)

    return ratio


def _base_current(bias: Bias) -> float | None:
    return _signed(bias, bias.values.get("ib")) if bias.letter == "q" else None


def _transconductance(bias: Bias) -> float | None:
    return bias.first("gm", "gmi")


Rule = Callable[[Bias], float | None]

_RULES: Mapping[str, Rule] = {
    "id": _current,
    "gm": _transconductance,
    "gds": _conductance,
    "gm_id": _ratio(_transconductance, _current),
    "vdsat": _saturation_voltage,
    "vgs": _gate_source,
    "vds": _drain_source,
    "vth": _threshold,
    "vov": _overdrive,
    "margin": _margin,
    "vbs": _bulk_source,
    "vbe": _junction("vbe", 2),
    "vbc": _junction("vbc", 0),
    "vce": _collector_emitter,
    "ib": _base_current,
    "beta": _ratio(_current, _base_current),
}
