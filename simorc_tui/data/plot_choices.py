"""What a plot of a run is of: measurement, parameters, spec; the likeliest first, each to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

ALL_SPECS = "all specs"
ALL_COMBINATIONS = "each combination"
NAMED_MOST = 12
"""A parameter of more values than curves are drawn makes no good curves."""


@dataclass(frozen=True)
class PlotChoice:
    """One of the things to choose: its name, what can be chosen, and what is. `apart` names the choice that
    cannot be the same.
    """

    name: str
    values: tuple[str, ...]
    value: str
    apart: str = ""


@dataclass(frozen=True)
class PlotChoices:
    """The choices of one plot, in the order in which they are shown."""

    choices: tuple[PlotChoice, ...]

    def __getitem__(self, name: str) -> str:
        """What is chosen; '' for a choice that this plot does not have."""
        return next((choice.value for choice in self.choices if choice.name == name), "")

    @property
    def chosen(self) -> dict[str, str]:
        """What is chosen, by the name of the choice."""
        return {choice.name: choice.value for choice in self.choices}

    def stepped(self, place: int, by: int) -> PlotChoices:
        """The choice at `place` goes on by so many values, round and round."""
        choice = self.choices[place]
        at = choice.values.index(choice.value)
        return self.with_value(place, choice.values[(at + by) % len(choice.values)])

    def with_value(self, place: int, value: str) -> PlotChoices:
        """Choose a value; the choice that has it and must not have it gets the former one."""
        changed, found = self.choices[place], list(self.choices)
        found[place] = replace(changed, value=value)
        for at, each in enumerate(self.choices):
            if each.name == changed.apart and each.value == value:
                former = (changed.value, *each.values)
                other = next((name for name in former if name in each.values and name != value), value)
                found[at] = replace(each, value=other)
        return PlotChoices(tuple(found))

    def recalled(self, remembered: Mapping[str, str]) -> PlotChoices:
        """With the values that were chosen before, as far as they can still be chosen."""
        found = self
        for place, choice in enumerate(self.choices):
            value = remembered.get(choice.name, "")
            if value in choice.values:
                found = found.with_value(place, value)
        return found


def histogram_choices(measurements: Sequence[str], likely: Iterable[str]) -> PlotChoices:
    """Of one of the measurements: the first of `likely` that is one."""
    return PlotChoices((_measurement(measurements, likely),))


def curve_choices(
    measurements: Sequence[str], likely: Iterable[str], parameters: Mapping[str, Sequence[object]]
) -> PlotChoices:
    """A measurement over the parameter of most numbers, a curve for each value of a second one.

    `parameters` are the values that each swept parameter takes, each once.
    """
    over, by = _axes(parameters)
    choices = [_measurement(measurements, likely), PlotChoice("over", tuple(parameters), over, "by")]
    if by:
        few = len(parameters[by]) <= NAMED_MOST
        values = (*parameters, ALL_COMBINATIONS)
        choices.append(PlotChoice("by", values, by if few else ALL_COMBINATIONS, "over"))
    return PlotChoices(tuple(choices))


def map_choices(
    specs: Sequence[str], likely: Iterable[str], parameters: Mapping[str, Sequence[object]]
) -> PlotChoices:
    """The verdicts of all specs over two parameters, of which there have to be two; numbers go across."""
    across, down = _axes(parameters)
    found = (ALL_SPECS, *specs)
    return PlotChoices(
        (
            PlotChoice("map of", found, next((name for name in likely if name in found), ALL_SPECS)),
            PlotChoice("across", tuple(parameters), across, "down"),
            PlotChoice("down", tuple(parameters), down, "across"),
        )
    )


def _measurement(measurements: Sequence[str], likely: Iterable[str]) -> PlotChoice:
    first = next((name for name in likely if name in measurements), measurements[0])
    return PlotChoice("measurement", tuple(measurements), first)


def _axes(parameters: Mapping[str, Sequence[object]]) -> tuple[str, str]:
    """The parameter of x, and the second one ('' where there is none): numbers before texts, both of several
    values.
    """

    def rank(name: str) -> tuple[bool, bool, int]:
        values = parameters[name]
        texts = any(isinstance(value, str) for value in values)
        return len(values) < 2, texts, -len(values)

    over = min(parameters, key=rank)
    rest = [name for name in parameters if name != over]
    texts = [n for n in rest if len(parameters[n]) > 1 and isinstance(parameters[n][0], str)]
    return over, min(texts or rest, key=rank, default="")
