"""The swept values of cases in rows, each value converted once and not once a case.

A row has the values of `Case.scope`, in its order. Neighbouring cases share the places of all axes but the
last, so a row is mostly that of its neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from simorc.sweeps.grid import REMEMBERED, Grid
from simorc.units import Value

Cell = TypeVar("Cell")


class _Cells(NamedTuple, Generic[Cell]):
    """What a place of an axis contributes to a row: its parameters, and its name at the end of the row."""

    parameters: tuple[Cell, ...]
    names: tuple[Cell, ...]


class CaseRows(Generic[Cell]):
    """The rows of a grid; `convert` makes the cell of a value."""

    def __init__(self, grid: Grid, convert: Callable[[Value], Cell]) -> None:
        self._grid, self._convert = grid, convert
        self._joined = _is_joined(grid)
        self._last = len(grid.axes) - 1
        self._before = -1
        self._cells_before = _Cells[Cell]((), ())
        self._remembered = [self._all(axis) for axis in range(len(grid.axes))] if self._joined else []

    def row(self, combination: int) -> tuple[Cell, ...]:
        """The cells of a combination of the grid."""
        if not self._joined:
            return tuple(map(self._convert, self._grid.case(combination, 1).scope().values()))
        before, place = divmod(combination, self._grid.shape[-1])
        if before != self._before:
            self._cells_before, self._before = self._joined_before(combination), before
        first, last = self._cells_before, self._cells_of(self._last, place)
        return first.parameters + last.parameters + first.names + last.names

    def _joined_before(self, combination: int) -> _Cells[Cell]:
        """The cells of all axes but the last."""
        places = self._grid.split(combination)[:-1]
        cells = [self._cells_of(axis, place) for axis, place in enumerate(places)]
        return _Cells(
            tuple(cell for each in cells for cell in each.parameters),
            tuple(cell for each in cells for cell in each.names),
        )

    def _all(self, axis: int) -> Sequence[_Cells[Cell]] | None:
        """The cells of every place of an axis; None for an axis that is too long to remember them."""
        length = self._grid.shape[axis]
        return [self._converted(axis, place) for place in range(length)] if length <= REMEMBERED else None

    def _cells_of(self, axis: int, place: int) -> _Cells[Cell]:
        remembered = self._remembered[axis]
        return self._converted(axis, place) if remembered is None else remembered[place]

    def _converted(self, axis: int, place: int) -> _Cells[Cell]:
        grid, convert = self._grid, self._convert
        parameters = tuple(map(convert, grid.places(axis)[place].values()))
        label = grid.label(place) if axis == grid.corner_axis else None
        if label is not None and "corner" not in grid.parameters:
            return _Cells(parameters, (convert(label),))
        if axis == grid.sample_axis and "sample" not in grid.parameters:
            return _Cells(parameters, (convert(place + 1),))
        return _Cells(parameters, ())


def _is_joined(grid: Grid) -> bool:
    """Whether a scope is what its axes set, one after the other, with corner and sample at the end: no axis
    changes what another sets, and no place leaves a name out.
    """
    if not grid.axes or grid.overrides or grid.sample_axis not in {None, len(grid.axes) - 1}:
        return False
    return all(
        tuple(place) == axis.names
        for number, axis in enumerate(grid.axes)
        if grid.shape[number] <= REMEMBERED or number == grid.corner_axis
        for place in grid.places(number)
    )
