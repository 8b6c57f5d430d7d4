"""The remaining combinations of a grid. Each condition is evaluated over the axes it names only.

If a corner bundle overrides what an earlier axis varies, one combination represents all that would be the
same case: three supply voltages times a corner that sets the supply are one case, not three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simorc.errors import UsageError
from simorc.expressions.conditions import Condition
from simorc.expressions.operations import NotVectorisedError
from simorc.sweeps.axes import Listed
from simorc.sweeps.filters import Filters
from simorc.sweeps.grid import Grid
from simorc.sweeps.ranges import Span

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

MAX_FILTERED = 100_000_000
_SLAB = 4_000_000
"""Numbers held at a time while a condition is worked out."""


def kept_combinations(grid: Grid, filters: Filters) -> npt.NDArray[np.unsignedinteger[Any]] | None:
    """The kept combinations, rising; None when all are kept."""
    if (filters != Filters() or grid.overrides) and len(grid) > MAX_FILTERED:
        raise UsageError(
            f"{len(grid):,} combinations are too many to filter (at most {MAX_FILTERED:,})",
            remedy="sweep fewer values, or remove exclude, include and --where",
        )
    masks = [*_overridden(grid), *_masks(grid, filters)]
    if not masks:
        return None
    kept = np.ones(_shape(grid), dtype=bool)
    for mask in masks:
        kept &= mask
    if kept.all():
        return None
    return np.flatnonzero(kept).astype(np.uint32)


def idle_conditions(grid: Grid, filters: Filters) -> dict[str, str]:
    """Conditions that decide nothing, each with what it does: one that excludes no combination, ..."""
    if len(grid) > MAX_FILTERED:
        return {}
    truths = {text: _holds(grid, each) for text, each in filters.compiled(grid.known).items()}
    idle = {text: "matches no case" for text in filters.exclude if not truths[text].any()}
    idle |= {text: "excludes every case" for text in filters.exclude if truths[text].all()}
    idle |= {text: "keeps every case" for text in filters.include if truths[text].all()}
    return idle | {text: "keeps no case" for text in filters.include if not truths[text].any()}


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


def _holds(grid: Grid, expression: Condition) -> Mask:
    try:
        values = {name: _values(grid, name) for name in expression.names}
        return _full_rank(grid, _by_slabs(expression, values))
    except NotVectorisedError:
        return _holds_one_by_one(grid, expression)


def _by_slabs(expression: Condition, values: dict[str, Any]) -> Mask:
    """The truth of an expression over arrays that broadcast; few of its intermediate numbers at a time."""
    shape = np.broadcast_shapes(*(np.shape(each) for each in values.values()))
    size = math.prod(shape)
    if size <= _SLAB or not shape:
        return _truth(expression.evaluate_arrays(values))
    longest = max(range(len(shape)), key=lambda dimension: shape[dimension])
    rows = max(1, _SLAB * shape[longest] // size)
    truth = np.empty(shape, dtype=bool)
    for start in range(0, shape[longest], rows):
        part = slice(start, start + rows)
        cut = {name: _cut(each, longest, part) for name, each in values.items()}
        truth[(slice(None),) * longest + (part,)] = _truth(expression.evaluate_arrays(cut))
    return truth


def _cut(values: Any, dimension: int, part: slice) -> Any:
    """One part of an array along a dimension, the whole where it does not extend along it."""
    if np.ndim(values) == 0 or values.shape[dimension] == 1:
        return values
    return values[(slice(None),) * dimension + (part,)]


def _truth(result: Any) -> Mask:
    array = np.asarray(result)
    return np.asarray(array != "" if array.dtype.kind == "U" else array, dtype=bool)


def _full_rank(grid: Grid, mask: Mask) -> Mask:
    return mask.reshape((1,) * (len(_dimensions(grid)) - mask.ndim) + mask.shape) if mask.ndim == 0 else mask


def _holds_one_by_one(grid: Grid, expression: Condition) -> Mask:
    named = {axis for name in expression.names for axis in _axes_of(grid, name)}
    dimensions = _dimensions(grid)
    shape = [grid.shape[axis] if axis in named else 1 for axis in dimensions]
    mask = np.zeros(shape, dtype=bool)
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
