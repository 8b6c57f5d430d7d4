"""Pipeline runs as a data set: one JSON line per run, selected by a condition such as
``simulation.status==passed``.

A field is a key of result.json, or ``STAGE.KEY`` of its stages (``lint.metrics.warnings``,
``simulation.attempts``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simorc.config.names import stage_name
from simorc.expressions.conditions import compile_condition
from simorc.expressions.vocabulary import Vocabulary
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.pipeline.rundir.manifest import open_pipeline_run
from simorc.pipeline.rundir.results import result_of
from simorc.pipeline.tools import read_log

_VERDICTS = ("verification", "functional_success")
FIELDS = Vocabulary(open=True)
Test = Callable[[Mapping[str, Any]], bool]


def records(
    layouts: Sequence[PipelineLayout], where: str = "", *, unverified: bool = False
) -> Iterator[dict[str, Any]]:
    """The verified runs that meet the condition `where`, each with spec, RTL, testbench, log and verdicts.

    `unverified` adds those that are finished and not verified; so does a condition on the verification.
    """
    keep = compile_test(where)
    every = unverified or any(name in where for name in _VERDICTS)
    for layout in layouts:
        run = open_pipeline_run(layout)
        result = result_of(run, run.progress())
        wanted = every or result["verification"]["state"] == "verified"
        if result["state"] in ("passed", "failed") and wanted and keep(result):
            spec = layout.path / result["spec_file"] if result["spec_file"] else None
            text = read_log(spec) if spec is not None and spec.is_file() else None
            yield {**result, "spec": text, "inputs": run.manifest["inputs"]}


def compile_test(text: str) -> Test:
    """The test of a condition; an empty one keeps everything. Raises ExpressionError with the column."""
    if not text.strip():
        return lambda _: True
    condition = compile_condition(text, FIELDS)
    return lambda result: condition.truth(_Fields(result)) is True


class _Fields(Mapping[str, Any]):
    """The fields of a result by their dotted names: its keys, and those of its stages; None for others."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self._result = result

    def __getitem__(self, dotted: str) -> Any:
        first = dotted.partition(".")[0]
        here: Any = self._result if first in self._result else self._result["stages"]
        if first not in self._result:
            dotted = stage_name(first) + dotted[len(first) :]
        for part in dotted.split("."):
            here = here.get(part) if isinstance(here, Mapping) else None
        return here

    def __iter__(self) -> Iterator[str]:
        return iter(self._result)

    def __len__(self) -> int:
        return len(self._result)
