"""The kept combinations of a grid. Every condition is worked out over the axes it names only, then spread.

Where a corner bundle overrides what an earlier axis varies, one combination stands for all that would be
the same case: three supply voltages times a corner that sets the supply are one case, not three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simorc.errors import UsageError
from simorc.expressions.conditions import Expression
from simorc.expressions.operations import NotVectorisedError
from simorc.sweeps.axes import Listed
from simorc.sweeps.filters import Filters
from simorc.sweeps.grid import Grid
from simorc.sweeps.spans import Span

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

MAX_FILTERED = 100_000_000


def kept_combinations(grid: Grid, filters: Filters) -> npt.NDArray[np.unsignedinteger[Any]] | None:
    """The kept combinations, rising; None when all are kept."""
    masks = [*_overridden(grid), *_masks(grid, filters)]
    if not masks:
        return None
    if len(grid) > MAX_FILTERED:
        raise UsageError(f"{len(grid)} combinations are too many to filter (at most {MAX_FILTERED})")
    kept = np.ones(_shape(grid), dtype=bool)
    for mask in masks:
        kept &= mask
    if kept.all():
        return None
    return np.flatnonzero(kept).astype(np.uint32)


def _masks(grid: Grid, filters: Filters) -> list[Mask]:
    expressions = filters.compiled(grid.known)
    truths = {text: _holds(grid, expression) for text, expression in expressions.items()}
    masks = [~truths[text] for text in filters.exclude]
    masks += [truths[text] for text in (*filters.include, *filters.where)]
    return masks + [_chosen_corners(grid, names) for names in filters.corners]


def _dimensions(grid: Grid) -> dict[int, int]:
    """Axis -> array dimension. Axes of one place need none (numpy has few dimensions to give)."""
    long = [axis for axis, length in enumerate(grid.shape) if length > 1]
    return {axis: dimension for dimension, axis in enumerate(long)}


def _shape(grid: Grid) -> tuple[int, ...]:
    return tuple(grid.shape[axis] for axis in _dimensions(grid))


def _along(grid: Grid, axis: int, values: Any) -> Any:
    """An array over one axis, shaped to broadcast over the grid."""
    dimensions = _dimensions(grid)
    shape = [1] * len(dimensions)
    if axis in dimensions:
        shape[dimensions[axis]] = -1
    return np.asarray(values).reshape(shape)


def _array(values: Sequence[Any]) -> Any:
    steps = values.even_steps() if isinstance(values, Span) else None
    if steps is not None:
        first, step, divisor = steps
        return (np.arange(len(values), dtype=float) * step + first) / divisor
    texts = sum(isinstance(value, str) for value in values)
    if texts not in (0, len(values)):
        raise NotVectorisedError("text and numbers mixed")
    return np.array(values, dtype=str if texts else float)


def _pseudo_axis(grid: Grid, name: str) -> int | None:
    if name in grid.parameters or name in grid.defaults:
        return None
    return {"corner": grid.corner_axis, "sample": grid.sample_axis}.get(name)


def _values(grid: Grid, name: str) -> Any:
    """A name's value over the grid, as one array that broadcasts."""
    axis = _pseudo_axis(grid, name)
    if axis is not None:
        places = range(grid.shape[axis])
        values = (
            np.array(places, dtype=float) + 1
            if name == "sample"
            else np.array([grid.label(at) for at in places])
        )
        return _along(grid, axis, values)
    result = _array([grid.defaults[name]])[0] if name in grid.defaults else None
    for owner in grid.owners.get(name, ()):
        result = _overlaid(grid, owner, name, result)
    return result


def _overlaid(grid: Grid, axis: int, name: str, below: Any) -> Any:
    listed = grid.axes[axis]
    if isinstance(listed, Listed):
        return _along(grid, axis, _array(listed.columns[name]))
    places = grid.places(axis)
    given = [place[name] for place in places if name in place]
    if len(given) == len(places):
        return _along(grid, axis, _array(given))
    above = _array([place.get(name, given[0]) for place in places])
    if above.dtype.kind != np.asarray(below).dtype.kind:
        raise NotVectorisedError("text and numbers mixed")
    sets = [name in place for place in places]
    return np.where(_along(grid, axis, sets), _along(grid, axis, above), below)


def _holds(grid: Grid, expression: Expression) -> Mask:
    try:
        values = {name: _values(grid, name) for name in expression.names}
        result = expression.evaluate_arrays(values)
        return _full_rank(
            grid, np.asarray(result if np.asarray(result).dtype.kind != "U" else result != "", dtype=bool)
        )
    except NotVectorisedError:
        return _holds_one_by_one(grid, expression)


def _full_rank(grid: Grid, mask: Mask) -> Mask:
    return mask.reshape((1,) * (len(_dimensions(grid)) - mask.ndim) + mask.shape) if mask.ndim == 0 else mask


def _holds_one_by_one(grid: Grid, expression: Expression) -> Mask:
    named = {axis for name in expression.names for axis in _axes_of(grid, name)}
    dimensions = _dimensions(grid)
    mask = np.zeros([grid.shape[axis] if axis in named else 1 for axis in dimensions], dtype=bool)
    for index in np.ndindex(mask.shape):
        places = [0] * len(grid.shape)
        for axis, dimension in dimensions.items():
            places[axis] = index[dimension]
        scope = {**grid.defaults, **grid.case(grid.join(places), 1).scope()}
        mask[index] = expression.holds(scope)
    return mask


def _axes_of(grid: Grid, name: str) -> tuple[int, ...]:
    axis = _pseudo_axis(grid, name)
    return grid.owners.get(name, ()) if axis is None else (axis,)


def _chosen_corners(grid: Grid, names: tuple[str, ...]) -> Mask:
    """True where the bundle is one of the names, or without bundles where the parameter ``corner`` is."""
    axis = grid.corner_axis
    if axis is not None:
        return np.asarray(
            _along(grid, axis, [grid.label(place) in names for place in range(grid.shape[axis])])
        )
    axis = grid.owners["corner"][0]
    return np.asarray(_along(grid, axis, [str(place["corner"]) in names for place in grid.places(axis)]))


def _overridden(grid: Grid) -> list[Mask]:
    """Masks that keep one combination where a bundle makes places of an earlier axis equal."""
    corner = grid.corner_axis
    if corner is None:
        return []
    names = set(grid.axes[corner].names)
    clashing = [axis for axis in range(corner) if names.intersection(grid.axes[axis].names)]
    return [_first_of_equal(grid, axis, corner) for axis in clashing]


def _first_of_equal(grid: Grid, axis: int, corner: int) -> Mask:
    keep = np.zeros((len(grid.places(axis)), len(grid.places(corner))), dtype=bool)
    for column, bundle in enumerate(grid.places(corner)):
        seen = set()
        for row, place in enumerate(grid.places(axis)):
            left = tuple((name, value) for name, value in place.items() if name not in bundle)
            keep[row, column] = left not in seen or len(left) == len(place)
            seen.add(left)
    shape = [grid.shape[at] if at in (axis, corner) else 1 for at in _dimensions(grid)]
    return keep.reshape(shape)
