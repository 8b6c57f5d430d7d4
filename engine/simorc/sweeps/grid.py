"""The full product of some axes: places, parameters and seeds of each combination. The last axis varies
fastest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from simorc.errors import UsageError
from simorc.sweeps.axes import AnyAxis, Corners, Listed, Samples
from simorc.sweeps.cases import Case
from simorc.sweeps.sampling import sample_seed
from simorc.units import Value

# Places of axes up to this long are worked out once; longer ones each time, to stay small in memory.
REMEMBERED = 4096


class Grid:
    """Axes and the defaults behind them. A combination is a number from 0 below ``len(grid)``."""

    def __init__(self, axes: Sequence[AnyAxis], defaults: Mapping[str, Value]) -> None:
        self.axes = tuple(axes)
        self.defaults = dict(defaults)
        self.shape = tuple(len(axis) for axis in self.axes)
        self.parameters = tuple(dict.fromkeys(name for axis in self.axes for name in axis.names))
        self.owners = {
            name: tuple(index for index, axis in enumerate(self.axes) if name in axis.names)
            for name in self.parameters
        }
        self._check_owners()

    def _check_owners(self) -> None:
        for name, owners in self.owners.items():
            plain = [owner for owner in owners if not isinstance(self.axes[owner], Corners)]
            late = len(plain) == 1 and len(owners) == 2 and isinstance(self.axes[plain[0]], Samples)
            if len(plain) > 1 or late:
                raise UsageError(f"{name} is varied twice")

    def __len__(self) -> int:
        return math.prod(self.shape)

    @cached_property
    def corner_axis(self) -> int | None:
        """The index of the axis of named corners."""
        return next((index for index, axis in enumerate(self.axes) if isinstance(axis, Corners)), None)

    @cached_property
    def sample_axis(self) -> int | None:
        """The index of the Monte Carlo axis."""
        return next((index for index, axis in enumerate(self.axes) if isinstance(axis, Samples)), None)

    @cached_property
    def overrides(self) -> bool:
        """Whether a corner bundle sets what an earlier axis varies."""
        return any(len(owners) > 1 for owners in self.owners.values())

    @cached_property
    def known(self) -> frozenset[str]:
        """Every name an expression may use: parameters, and ``corner`` and ``sample`` where the sweep has
        them.
        """
        pseudo = [("corner", self.corner_axis), ("sample", self.sample_axis)]
        return frozenset(
            [*self.defaults, *self.parameters, *(name for name, axis in pseudo if axis is not None)]
        )

    @cached_property
    def corner_names(self) -> tuple[str, ...]:
        """The bundles' names; without bundles the values of a swept parameter called ``corner``."""
        if self.corner_axis is not None:
            return tuple(str(self.label(place)) for place in range(self.shape[self.corner_axis]))
        values = (
            self.places(axis)[place]["corner"]
            for axis in self.owners.get("corner", ())
            for place in self._all(axis)
        )
        return tuple(dict.fromkeys(str(value) for value in values))

    def texts_of(self, name: str) -> frozenset[str] | None:
        """The texts a name may be in a case; None where it is a number somewhere or has too many values."""
        if name == "corner" and name not in self.parameters and name not in self.defaults:
            return frozenset(self.corner_names)
        owners = self.owners.get(name, ())
        if any(self.shape[axis] > REMEMBERED for axis in owners):
            return None
        values = [place[name] for axis in owners for place in self.places(axis) if name in place]
        if name in self.defaults and not any(isinstance(self.axes[axis], Listed) for axis in owners):
            values.append(self.defaults[name])
        return frozenset(map(str, values)) if all(isinstance(value, str) for value in values) else None

    def _all(self, axis: int) -> range:
        return range(self.shape[axis])

    def label(self, place: int) -> str | None:
        """The name of the bundle at a place of the corner axis."""
        axis = None if self.corner_axis is None else self.axes[self.corner_axis]
        return axis.labels[place] if isinstance(axis, Corners) else None

    def places(self, axis: int) -> Sequence[Mapping[str, Value]]:
        """What each place of an axis sets."""
        return self._places[axis]

    @cached_property
    def _places(self) -> tuple[Sequence[Mapping[str, Value]], ...]:
        return tuple(_Places(axis) if len(axis) > REMEMBERED else [*_Places(axis)] for axis in self.axes)

    def split(self, combination: int) -> list[int]:
        """The place on each axis."""
        places = [0] * len(self.shape)
        for axis in range(len(self.shape) - 1, -1, -1):
            combination, places[axis] = divmod(combination, self.shape[axis])
        return places

    def join(self, places: Sequence[int]) -> int:
        """The combination of these places."""
        combination = 0
        for place, length in zip(places, self.shape, strict=True):
            combination = combination * length + place
        return combination

    def case(self, combination: int, case_id: int) -> Case:
        """The case of one combination."""
        places = self.split(combination)
        values: dict[str, Value] = {}
        for axis, place in enumerate(places):
            values.update(self._places[axis][place])
        corner = None if self.corner_axis is None else self.label(places[self.corner_axis])
        if corner is None and "corner" in values:
            corner = str(values["corner"])
        sample = None if self.sample_axis is None else places[self.sample_axis] + 1
        return Case(case_id, values, self._seed(sample), corner, sample)

    def _seed(self, sample: int | None) -> int | None:
        axis = None if self.sample_axis is None else self.axes[self.sample_axis]
        return (
            sample_seed(axis.sampling.seed, sample)
            if isinstance(axis, Samples) and sample is not None
            else None
        )


class _Places(Sequence[Mapping[str, Value]]):
    """The positions of an axis, computed on first use."""

    def __init__(self, axis: AnyAxis) -> None:
        self._axis = axis

    def __len__(self) -> int:
        return len(self._axis)

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        return (self._axis.place(index) for index in range(len(self._axis)))

    def __getitem__(self, index: int) -> Mapping[str, Value]:  # type: ignore[override]
        return self._axis.place(index)
