"""Plots of a whole run by what was chosen; all of it is slow, for a thread."""

from __future__ import annotations

from collections.abc import Sequence

from simorc_tui.data.distributions import (
    Map,
    Spread,
    histogram_of,
    map_of,
    over_parameter,
    values_of_parameters,
)
from simorc_tui.data.plot_choices import (
    ALL_COMBINATIONS,
    ALL_SPECS,
    PlotChoices,
    curve_choices,
    map_choices,
)
from simorc_tui.data.run_model import RunModel


def curve_choices_of(
    model: RunModel, measurements: Sequence[str], likely: Sequence[str], parameters: Sequence[str]
) -> PlotChoices:
    """What curves over a parameter can be of."""
    return curve_choices(measurements, likely, values_of_parameters(model.results().frame, parameters))


def map_choices_of(model: RunModel, likely: Sequence[str], parameters: Sequence[str]) -> PlotChoices:
    """What a map can be of."""
    results = model.results()
    specs = [spec.measurement for spec in results.specs]
    return map_choices(specs, likely, values_of_parameters(results.frame, parameters))


def histogram(model: RunModel, choices: PlotChoices) -> Spread:
    """The histogram that was chosen. Raises UsageError where there is no value."""
    return histogram_of(model.results(), choices["measurement"])


def curves(model: RunModel, choices: PlotChoices) -> Spread:
    """The curves that were chosen. Raises UsageError where there is no value."""
    by = _named(choices["by"], ALL_COMBINATIONS)
    return over_parameter(model.results(), choices["measurement"], choices["over"], by)


def verdict_map(model: RunModel, choices: PlotChoices) -> Map:
    """The map that was chosen."""
    spec = _named(choices["map of"], ALL_SPECS)
    return map_of(model.results(), spec, choices["across"], choices["down"])


def file_name(kind: str, choices: PlotChoices) -> str:
    """What a file of the plot is called, without its ending."""
    if kind == "over":
        return f"{choices['measurement']}_over_{choices['over']}"
    if kind == "map":
        spec = _named(choices["map of"], ALL_SPECS) or "all"
        return f"map_{spec}_{choices['across']}_{choices['down']}"
    return f"histogram_{choices['measurement']}"


def _named(value: str, all_of_them: str) -> str:
    """The name that was chosen; '' where all of them were."""
    return "" if value == all_of_them else value
