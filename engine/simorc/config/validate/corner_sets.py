"""Puts the corners of a corner set into the sweeps and analyses that use it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.models.corner_set import CornerSet
from simorc.config.models.fields import Scalar
from simorc.config.models.sweep import SweepDefinition
from simorc.config.names import STATISTICAL_CORNER, did_you_mean, listed
from simorc.config.yaml.document import Document
from simorc.config.yaml.source import Source
from simorc.errors import Problem

Definition = TypeVar("Definition", SweepDefinition, AnalysisDefinition)


def with_corner_set(
    definition: Definition,
    source: Source,
    sets: Mapping[str, Document[CornerSet]],
    parameters: Collection[str],
) -> tuple[Definition, list[Problem]]:
    """A sweep or an analysis with the corners of its corner set, as far as its testbench has their
    `parameters`: of corners that differ in others only, the first. And what is wrong with that.
    """
    name = definition.corner_set
    if name is None:
        return definition, []
    if name not in sets:
        message = f"no corner set '{name}'{did_you_mean(name, sets)}; known: {listed(sets)}"
        return definition, [source.problem(("corner_set",), message)]
    saved = sets[name].model
    bundles = _distinct_bundles({} if saved is None else saved.corners, parameters)
    twice = sorted(bundles.keys() & definition.corners.keys())
    message = f"corner set '{name}' has a corner of this name"
    problems = [source.problem(("corners", each), message) for each in twice]
    return definition.model_copy(update={"corners": {**bundles, **definition.corners}}), problems


def _distinct_bundles(
    bundles: Mapping[str, Mapping[str, Scalar]], parameters: Collection[str]
) -> dict[str, dict[str, Scalar]]:
    found: dict[str, dict[str, Scalar]] = {}
    for name, bundle in bundles.items():
        known = {
            key: value for key, value in bundle.items() if key in parameters or key == STATISTICAL_CORNER
        }
        if known not in found.values():
            found[name] = known
    return found
