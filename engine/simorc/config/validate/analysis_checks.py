"""Checks that an analysis asks about measurements and specs that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.names import did_you_mean, listed
from simorc.config.yaml.document import Document
from simorc.errors import Problem


def analysed_problems(
    analysis: Document[AnalysisDefinition], measurements: Collection[str], specs: Collection[str]
) -> Iterator[Problem]:
    """Measurements that do not exist, limits without a spec, and samples that are asked for without any."""
    definition, source = analysis.model, analysis.source
    if definition is None:
        return
    for place, name in enumerate(definition.mismatch.specs):
        if name not in measurements:
            message = (
                f"no measurement '{name}'{did_you_mean(name, measurements)}; known: {listed(measurements)}"
            )
            yield source.problem(("mismatch", "specs", place), message)
    for place, name in enumerate(definition.worst_case_distance.specs):
        if name not in specs:
            message = f"no spec '{name}'{did_you_mean(name, specs)}; known: {listed(specs)}"
            yield source.problem(("worst_case_distance", "specs", place), message)
    if definition.mismatch.method == "regression" and definition.monte_carlo is None:
        yield source.problem(("mismatch", "method"), "regression needs the samples of monte_carlo")
