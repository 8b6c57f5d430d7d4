"""A plan: all cases of a sweep, without storing each of them.

It keeps axes, filters and (when something is filtered) one small integer per kept case. Cases are numbered
from 1 without gaps: grid parameters in the order of the file, each zip group, sensitivity, corners, Monte
Carlo; the last varies fastest.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from simorc.config.names import did_you_mean
from simorc.errors import UsageError
from simorc.sweeps.axes import AnyAxis, axis_from_json, value_from_json, value_json
from simorc.sweeps.case_rows import CaseRows, Cell
from simorc.sweeps.cases import Case
from simorc.sweeps.definition import axes_of, entry
from simorc.sweeps.filters import Filters
from simorc.sweeps.grid import Grid
from simorc.units import Value

_FORM = 1
MOST_CASES = 1_000_000_000


class Plan:
    """The cases of a sweep. ``len(plan)``, ``plan.case(id)`` and ``plan.cases(start, stop)`` are all there
    is to it.
    """

    def __init__(
        self, axes: Sequence[AnyAxis], defaults: Mapping[str, Value], filters: Filters | None = None
    ) -> None:
        self._grid = Grid(axes, defaults)
        self._filters = filters or Filters()
        self._filters.compiled(self._grid.known)
        self._found: dict[tuple[int, tuple[str, ...]], dict[tuple[Value, ...], list[int]]] = {}

    @classmethod
    def expand(cls, definition: Any, *, defaults: Mapping[str, Value]) -> Plan:
        """The plan of a sweep definition: a mapping, or a model with the same names.

        ``defaults`` are the testbench's parameters. Raises UsageError (empty, unequal or twice varied
        values) and ExpressionError (``exclude``, ``include``).
        """
        conditions = Filters(_texts(entry(definition, "exclude")), _texts(entry(definition, "include")))
        return cls(axes_of(definition, defaults), defaults, conditions)

    def refuse_too_many(self) -> None:
        """Raise UsageError for more combinations than a run can have."""
        count = math.prod(self._grid.shape)
        if count > MOST_CASES:
            message = f"{count:,} combinations exceed the limit of a run ({MOST_CASES:,})"
            raise UsageError(message, remedy="sweep fewer values")

    def idle_conditions(self) -> dict[str, str]:
        """The conditions of the sweep that decide nothing, each with what it does."""
        if self._filters == Filters():
            return {}
        from simorc.sweeps.masks import idle_conditions

        return idle_conditions(self._grid, self._filters)

    def never_taken(self) -> list[tuple[str, str, str, frozenset[str]]]:
        """Texts that a name is compared with and never is: condition, name, that text, the name's values."""
        expressions = self._filters.compiled(self._grid.known)
        return [
            (text, name, word, values)
            for text, expression in expressions.items()
            for name, word in expression.compared_texts()
            if (values := self._grid.texts_of(name)) is not None and word not in values
        ]

    def __len__(self) -> int:
        return len(self._grid) if self._kept is None else len(self._kept)

    @cached_property
    def _kept(self) -> Any:
        # A pure grid needs no numpy, so counting it is instant.
        if self._filters == Filters() and not self._grid.overrides:
            return None
        from simorc.sweeps.masks import kept_combinations

        return kept_combinations(self._grid, self._filters)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The swept parameters, in axis order."""
        return self._grid.parameters

    @property
    def defaults(self) -> Mapping[str, Value]:
        """The testbench's parameters, which hold where a case sets nothing."""
        return self._grid.defaults

    @property
    def corner_names(self) -> tuple[str, ...]:
        """The names of the corner bundles; without bundles the values of a swept parameter ``corner``."""
        return self._grid.corner_names

    @property
    def expression_names(self) -> frozenset[str]:
        """What ``where`` and other expressions over this plan may name."""
        return self._grid.known

    @property
    def samples(self) -> int:
        """Monte Carlo samples per combination of everything else; 0 without Monte Carlo."""
        axis = self._grid.sample_axis
        return 0 if axis is None else self._grid.shape[axis]

    @property
    def drawn_parameters(self) -> tuple[str, ...]:
        """The parameters with a distribution, whose values belong to a Monte Carlo sample."""
        axis = self._grid.sample_axis
        return () if axis is None else tuple(self._grid.axes[axis].names)

    @property
    def bundle_parameters(self) -> frozenset[str] | None:
        """The parameters that named corners set; None for a sweep that names no corners."""
        axis = self._grid.corner_axis
        return None if axis is None else frozenset(self._grid.axes[axis].names)

    def sample_numbers(self) -> Any:
        """The Monte Carlo sample (from 1) of every case in order, an int64 array of shape (cases,).

        Raises UsageError without Monte Carlo.
        """
        import numpy as np

        if not self.samples:
            raise UsageError("this sweep has no Monte Carlo samples")
        combinations = np.arange(len(self), dtype=np.int64) if self._kept is None else np.asarray(self._kept)
        # The samples are the last axis, which varies fastest.
        return combinations.astype(np.int64) % self.samples + 1

    def case(self, case_id: int) -> Case:
        """One case, from 1. Raises UsageError beyond the last."""
        if not 1 <= case_id <= len(self):
            raise UsageError(f"no case {case_id}: this sweep has {len(self)} cases")
        return self._grid.case(self._combination(case_id), case_id)

    def cases(self, start_id: int = 1, stop_id: int | None = None) -> Iterator[Case]:
        """Cases from ``start_id`` up to but without ``stop_id`` (default: to the last), one at a time."""
        last = len(self) + 1 if stop_id is None else min(stop_id, len(self) + 1)
        return (
            self._grid.case(self._combination(case_id), case_id) for case_id in range(max(start_id, 1), last)
        )

    def __iter__(self) -> Iterator[Case]:
        return self.cases()

    def rows(self, convert: Callable[[Value], Cell]) -> Callable[[int], tuple[Cell, ...]]:
        """What makes the row of a case: the values of its scope in their order, converted. Much faster than
        `case` for many cases.
        """
        rows = CaseRows(self._grid, convert)
        return lambda case_id: rows.row(self._combination(case_id))

    def _combination(self, case_id: int) -> int:
        return case_id - 1 if self._kept is None else int(self._kept[case_id - 1])

    def select(self, *, corners: Sequence[str] = (), where: str | Sequence[str] | None = None) -> Plan:
        """The plan narrowed to some corners and conditions, numbered anew.

        Raises UsageError for an unknown corner, ExpressionError for a bad condition.
        """
        for name in [name for name in corners if name not in self.corner_names]:
            hint = did_you_mean(name, self.corner_names)
            known = ", ".join(self.corner_names) or "none"
            raise UsageError(f"unknown corner {name}{hint}", remedy=f"corners: {known}")
        filters = replace(self._filters, where=self._filters.where + _texts(where))
        if corners:
            filters = replace(filters, corners=(*filters.corners, tuple(corners)))
        return Plan(self._grid.axes, self._grid.defaults, filters)

    def matching(self, *, corners: Sequence[str] = (), where: str | Sequence[str] | None = None) -> list[int]:
        """The ids, in this plan, of the cases `select` would keep."""
        narrowed = self.select(corners=corners, where=where)._kept
        if narrowed is None:
            return list(range(1, len(self) + 1))
        ids = narrowed if self._kept is None else self._kept.searchsorted(narrowed)
        return [int(place) + 1 for place in ids]

    def find(self, parameters: Mapping[str, Value]) -> int | None:
        """The first case whose parameters (``corner`` and ``sample`` too) are these, numbers compared as
        numbers.
        """
        candidates = [self._candidates(axis, parameters) for axis in range(len(self._grid.axes))]
        for places in itertools.product(*candidates):
            combination = self._grid.join(places)
            scope = {**self._grid.defaults, **self._grid.case(combination, 1).scope()}
            matches = all(name in scope and scope[name] == value for name, value in parameters.items())
            case_id = self._id_of(combination) if matches else None
            if case_id is not None:
                return case_id
        return None

    def _candidates(self, axis: int, parameters: Mapping[str, Value]) -> Sequence[int]:
        if axis == self._grid.sample_axis and "sample" in parameters and "sample" not in self.parameters:
            sample = parameters["sample"]
            inside = not isinstance(sample, str) and sample == int(sample) and 1 <= sample <= self.samples
            return [int(sample) - 1] if inside else []
        names = tuple(
            name
            for name in self._grid.axes[axis].names
            if name in parameters and self._grid.owners[name] == (axis,)
        )
        if not names:
            return range(self._grid.shape[axis])
        return self._index(axis, names).get(tuple(parameters[name] for name in names), [])

    def _index(self, axis: int, names: tuple[str, ...]) -> dict[tuple[Value, ...], list[int]]:
        if (axis, names) not in self._found:
            index: dict[tuple[Value, ...], list[int]] = {}
            for place, values in enumerate(self._grid.places(axis)):
                index.setdefault(tuple(values[name] for name in names), []).append(place)
            self._found[axis, names] = index
        return self._found[axis, names]

    def _id_of(self, combination: int) -> int | None:
        if self._kept is None:
            return combination + 1
        place = bisect_left(self._kept, combination)
        return place + 1 if place < len(self._kept) and self._kept[place] == combination else None

    @property
    def axes(self) -> Sequence[AnyAxis]:
        """What the sweep varies, the slowest axis first."""
        return self._grid.axes

    def along(self, case_id: int, axis: int, places: Sequence[int]) -> list[int]:
        """Those of the cases at `places` of one axis that are at this case's place on every other one."""
        combination = self._grid.split(self._combination(case_id))
        found = (
            self._id_of(self._grid.join([*combination[:axis], place, *combination[axis + 1 :]]))
            for place in places
        )
        return [each for each in found if each is not None]

    @property
    def axis_sizes(self) -> tuple[int, ...]:
        """How many places each axis has, the slowest axis first."""
        return self._grid.shape

    @property
    def corner_axis(self) -> int | None:
        """The axis of named corners; None without one."""
        return self._grid.corner_axis

    @property
    def sample_axis(self) -> int | None:
        """The axis of Monte Carlo samples; None without one."""
        return self._grid.sample_axis

    def variation(self, axis: int, place: int) -> Case:
        """The case with one axis at `place` and all others at their first; it need not be kept, and has id
        0.
        """
        return self.combination({axis: place})

    def combination(self, places: Mapping[int, int]) -> Case:
        """The case with these axes at these places and all others at their first, as `variation`."""
        every = [places.get(axis, 0) for axis in range(len(self._grid.shape))]
        return self._grid.case(self._grid.join(every), 0)

    def grouped(self, codes: Sequence[Sequence[int]]) -> list[Sequence[int]]:
        """The case ids in groups: cases are together when all their places carry equal codes.

        ``codes[axis][place]`` is a small number. Groups come in the order of their first case, ids
        ascending within.
        """
        if all(len(set(of_axis)) <= 1 for of_axis in codes):
            return [range(1, len(self) + 1)]
        from simorc.sweeps.grouping import group_ids

        return group_ids(self._grid.shape, codes, len(self), self._kept)

    def to_json(self) -> dict[str, Any]:
        """Plain data from which `from_json` makes the same plan; its size is that of the axes, not of the
        cases.
        """
        defaults = {name: value_json(value) for name, value in self._grid.defaults.items()}
        axes = [axis.to_json() for axis in self._grid.axes]
        return {"form": _FORM, "axes": axes, "defaults": defaults, "filters": self._filters.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan `to_json` wrote. Raises UsageError for a newer form, and for what is no plan."""
        if data.get("form") != _FORM:
            raise UsageError(f"this plan has format {data.get('form')}; this simorc reads format {_FORM}")
        try:
            defaults = {name: value_from_json(value) for name, value in data["defaults"].items()}
            axes = [axis_from_json(axis) for axis in data["axes"]]
            plan = cls(axes, defaults, Filters.from_json(data["filters"]))
            sane = len(plan._grid) <= MOST_CASES
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, IndexError) as error:
            raise UsageError(f"invalid plan: {type(error).__name__}: {error}") from error
        if not sane:
            raise UsageError(f"this plan has more than {MOST_CASES:,} combinations")
        return plan


def _texts(written: Any) -> tuple[str, ...]:
    if not written:
        return ()
    if isinstance(written, Mapping):
        raise UsageError("write a condition as an expression, such as \"temp > 100 and corner == 'ff'\"")
    return (written,) if isinstance(written, str) else tuple(str(text) for text in written)
