"""The cases of a project sweep. Errors in conditions are reported with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simorc.config.models.sweep import SweepDefinition
from simorc.config.project import Project
from simorc.config.yaml.source import KeyPath, read_yaml
from simorc.errors import ConfigError, ExpressionError
from simorc.sweeps.plan import Plan


def plan_of(
    project: Project,
    definition: SweepDefinition,
    *,
    corners: Sequence[str] = (),
    where: str | None = None,
    source: Path | None = None,
) -> Plan:
    """The cases of a sweep, narrowed to some corners or by a condition.

    Raises ConfigError for a condition of the sweep file `source`, ExpressionError for `where` and for a
    definition that has no file, UsageError for more combinations than a run can have.
    """
    testbench = project.testbenches[definition.testbench]
    try:
        plan = Plan.expand(definition, defaults=testbench.parameters)
    except ExpressionError as error:
        if source is None:
            raise
        raise _at_its_place(error, definition, source) from error
    plan.refuse_too_many()
    return plan.select(corners=corners, where=where) if corners or where else plan


def _at_its_place(error: ExpressionError, definition: SweepDefinition, source: Path) -> ConfigError:
    """The error of one condition, with the line of that condition."""
    key: KeyPath = ()
    for name, conditions in (("exclude", definition.exclude), ("include", definition.include)):
        if error.text in conditions:
            key = (name, conditions.index(error.text))
    return ConfigError([read_yaml(source).problem(key, error.message)])
