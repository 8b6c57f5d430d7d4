"""Finds the random variables of one deck in another, whose instance of the circuit may have another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simorc.errors import NetlistError
from simorc.netlist.random_variables.variables import RandomVariable


def matched(values: Mapping[str, float], variables: Sequence[RandomVariable]) -> dict[str, float]:
    """`values` by the names of `variables`: the same name, else the one that is the same but for the first
    instance of its path (``xo.xm3 vth`` and ``xdut.xm3 vth``).

    Raises NetlistError for a value without such a variable, and for one with several.
    """
    known = {variable.name for variable in variables}
    by_end: dict[str, list[str]] = {}
    for name in sorted(known):
        by_end.setdefault(_below_the_top(name), []).append(name)
    found = {}
    for name, value in values.items():
        candidates = [name] if name in known else by_end.get(_below_the_top(name), [])
        if len(candidates) != 1:
            many = "no variable" if not candidates else "several variables"
            raise NetlistError(f"the deck has {many} '{name}' of the statistical corner")
        found[candidates[0]] = value
    return found


def _below_the_top(name: str) -> str:
    path, _, label = name.rpartition(" ")
    return f"{path.partition('.')[2] or path} {label}"
