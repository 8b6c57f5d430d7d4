"""The state of a tuner: its sliders, its cases, what was measured, what is to be simulated next."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from simorc.analysis.tuning.client import Answer, CaseMeasured, ParametersUnused, RequestOver
from simorc.analysis.tuning.knobs import Knob
from simorc.analysis.tuning.tuner import TunedCase
from simorc.errors import UsageError
from simorc.units import Value
from simorc_tui.data.tuning.readings import Reading

Values = Mapping[str, Value]
NAMES = string.ascii_uppercase
"""The names of variants."""


@dataclass(frozen=True)
class Variant:
    """Values of the sliders that were kept."""

    name: str
    values: Values
    reading: Reading | None = None


@dataclass
class _Asked:
    number: int
    values: Values
    measured: dict[int, CaseMeasured] = field(default_factory=dict)


class TunerModel:
    """What a tuner knows. `cases` follow the sliders, `others` may be chosen as well.

    `shown` is the newest reading without a failure, `nominal` the one with all sliders at their nominal
    values.
    """

    def __init__(
        self, knobs: Sequence[Knob], cases: Sequence[TunedCase], others: Sequence[TunedCase]
    ) -> None:
        self.knobs = list(knobs)
        self.cases = list(cases)
        self.all_cases = [*cases, *others]
        self.nominal: Reading | None = None
        self.shown: Reading | None = None
        self.variants: list[Variant] = []
        self._problem = ""
        self.note = ""
        self._asked: list[_Asked] = []
        self._failed: list[Values] = []

    # Sliders --------------------------------------------------------------------------------------

    @property
    def values(self) -> dict[str, Value]:
        """The values that differ from the nominal ones."""
        return {knob.name: knob.value for knob in self.knobs if knob.is_moved}

    def put(self, place: int, knob: Knob) -> None:
        """Replace a slider."""
        self.knobs[place] = knob
        self.note = ""

    def go_to(self, values: Values) -> None:
        """Put every slider at these values, the others at their nominal ones."""
        self.knobs = [
            knob.typed(str(values[knob.name])) if knob.name in values else knob.reset() for knob in self.knobs
        ]
        self.note = ""

    # Cases and variants ---------------------------------------------------------------------------

    def choose(self, names: Sequence[str], knobs: Sequence[Knob]) -> None:
        """Let other cases follow the sliders; everything is measured again."""
        self.cases = [case for case in self.all_cases if case.name in names]
        values = self.values
        self.knobs = list(knobs)
        self.go_to({knob.name: values[knob.name] for knob in knobs if knob.name in values and not knob.fixed})
        self.forget_readings()

    def forget_readings(self) -> None:
        """Everything is to be measured again."""
        self.nominal = self.shown = None
        self._asked = []
        self.variants = [replace(each, reading=None) for each in self.variants]
        self._problem, self.note, self._failed = "", "", []

    def keep(self) -> Variant:
        """Keep the present values as a variant. Raises UsageError where there is nothing to keep."""
        values = self.values
        if not values:
            raise UsageError("every slider is at its nominal value", remedy="move one first")
        if known := next((each for each in self.variants if same(each.values, values)), None):
            raise UsageError(f"these values are variant {known.name} already")
        free = next((name for name in NAMES if name not in {each.name for each in self.variants}), None)
        if free is None:
            raise UsageError("there are as many variants as names", remedy="remove one")
        reading = self.shown if self.shown is not None and same(self.shown.values, values) else None
        self.variants.append(Variant(free, values, reading))
        return self.variants[-1]

    def remove(self, name: str) -> None:
        """Remove a variant."""
        self.variants = [each for each in self.variants if each.name != name]

    # Simulations ----------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something is being simulated."""
        return bool(self._asked)

    @property
    def problem(self) -> str:
        """Why the present values have no reading; empty if they have one, or wait for it."""
        return self._problem if self.shown is None or self.stale else ""

    @property
    def stale(self) -> bool:
        """Whether what is shown does not belong to the present values."""
        return self.shown is not None and not same(self.shown.values, self.values)

    @property
    def kept(self) -> set[int]:
        """The requests whose waveforms are needed."""
        readings = (self.nominal, self.shown, *(each.reading for each in self.variants))
        return {reading.number for reading in readings if reading is not None}

    def wanted(self) -> Values | None:
        """The values to simulate now; None where there are none, or where what is under way comes first."""
        if self._asked and not self._is_outdated(self._asked[-1].values):
            return None
        missing = [values for values in self._missing() if not any(same(values, bad) for bad in self._failed)]
        return missing[0] if missing else None

    def asked(self, number: int, values: Values) -> None:
        """These values are being simulated."""
        self._asked.append(_Asked(number, values))

    def take(self, answer: Answer) -> bool:
        """Take an answer of the process; whether something that is shown has changed."""
        if isinstance(answer, ParametersUnused):
            self.knobs = [
                replace(knob, fixed=knob.fixed or answer.reasons.get(knob.name, "")) for knob in self.knobs
            ]
            return bool(answer.reasons)
        asked = next((each for each in self._asked if each.number == answer.number), None)
        if asked is None:
            return False
        if isinstance(answer, CaseMeasured):
            asked.measured[answer.place] = answer
            return False
        self._asked = [each for each in self._asked if each.number > answer.number]
        return self._over(answer, asked)

    def fail(self, problem: str) -> None:
        """Nothing can be simulated."""
        self._problem = problem

    def _over(self, answer: RequestOver, asked: _Asked) -> bool:
        if answer.error:
            self._failed.append(asked.values)
            self._problem = answer.error
            return True
        if not answer.complete or len(asked.measured) < len(self.cases):
            return False
        self._read(self._reading(asked))
        return True

    def _read(self, reading: Reading) -> None:
        failed = reading.failed
        if not reading.values:
            self.nominal = reading
        self.variants = [
            replace(each, reading=reading) if same(each.values, reading.values) else each
            for each in self.variants
        ]
        if same(reading.values, self.values) or self._is_outdated(reading.values):
            self._problem = "" if failed is None else f"{self.cases[failed].name}: {reading.failures[failed]}"
            self.note = self._effect(reading)
        if failed is not None:
            self._failed.append(reading.values)
        elif not self._is_of_variant(reading) or same(reading.values, self.values):
            self.shown = reading

    def _reading(self, asked: _Asked) -> Reading:
        found = [asked.measured[place] for place in range(len(self.cases))]
        return Reading(
            asked.number,
            asked.values,
            tuple(None if each.failure else each.measurements for each in found),
            tuple(each.failure for each in found),
            tuple(each.raw for each in found),
        )

    def _effect(self, reading: Reading) -> str:
        """A remark where other values give the same measurements."""
        before = self.shown
        if before is None or same(before.values, reading.values) or reading.failed is not None:
            return ""
        moved = [
            name
            for name in {**before.values, **reading.values}
            if before.values.get(name) != reading.values.get(name)
        ]
        return f"{', '.join(moved)}: no measurement changes" if before.measured == reading.measured else ""

    def _missing(self) -> list[Values]:
        """What is not measured yet, the present values first once the nominal ones are."""
        values, nominal = self.values, [] if self.nominal is not None else [dict[str, Value]()]
        shown = self.shown is not None and same(self.shown.values, values)
        present = [] if shown or (not values and nominal) else [values]
        variants = [each.values for each in self.variants if each.reading is None]
        return [*nominal, *present, *variants]

    def _is_outdated(self, values: Values) -> bool:
        """Whether nobody wants these values any more."""
        of_variant = any(same(values, each.values) for each in self.variants if each.reading is None)
        needed = of_variant or (not values and self.nominal is None)
        return not needed and not same(values, self.values)

    def _is_of_variant(self, reading: Reading) -> bool:
        return any(same(each.values, reading.values) for each in self.variants)


def same(one: Values, other: Values) -> bool:
    """Whether two sets of values are the same numbers."""
    return dict(one) == dict(other)
