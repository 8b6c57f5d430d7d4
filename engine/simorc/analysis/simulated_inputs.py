"""Which files the simulations of an analysis read, by their digests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Point
from simorc.config.names import STATISTICAL_CORNER
from simorc.rundir.provenance import hash_inputs


def inputs_of(evaluator: Evaluator, points: Sequence[Point]) -> dict[str, str]:
    """The digest of every file that a simulation of the points reads, by its name in the project.

    Raises what rendering a deck raises.
    """
    project, files = evaluator.project, list[Path]()
    directory = project.root / "results" / "0"
    for name in dict.fromkeys(point.testbench for point in points):
        bench = project.testbenches[name]
        files += [bench.template, bench.config_path]
        hooks = (each.python for each in bench.config.measurements.values())
        files += [project.root / hook.rpartition(":")[0] for hook in hooks if hook]
        spiceinit = project.settings(name).simulator.spiceinit
        files += [Path(spiceinit)] if spiceinit else []
    files += [
        project.statistical_corners[name].path
        for name in dict.fromkeys(str(each.parameters.get(STATISTICAL_CORNER)) for each in points)
        if name in project.statistical_corners
    ]
    decks = [evaluator.bench(point.testbench).deck(point, directory)[0] for point in points]
    return hash_inputs(project.root, files, directory, decks)
