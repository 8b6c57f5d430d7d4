"""The specs of a run as a table: limits, what was found, the verdict, the worst case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from simorc.cli.case_rows import parameter_text
from simorc.cli.tables import table
from simorc.display import plain
from simorc.quantities import format_si
from simorc.runs.layout import RunLayout
from simorc.runs.manifest import load_manifest

if TYPE_CHECKING:
    from simorc.results.specs import SpecResult

HEADER = ("spec", "min", "typ", "max", "lowest", "mean", "highest", "verdict", "worst case")


def spec_results(layout: RunLayout) -> list[SpecResult]:
    """Every spec of the run over its cases; none where it has no specs."""
    manifest = load_manifest(layout)
    written = manifest.get("specs") or {}
    if not written:
        return []
    from simorc.results.frame import load_frame
    from simorc.results.specs import evaluate_specs, read_specs

    units = {name: (what or {}).get("unit") for name, what in manifest.get("measurements", {}).items()}
    specs = read_specs({name: {"unit": units.get(name), **_said(spec)} for name, spec in written.items()})
    return evaluate_specs(load_frame(layout), specs)


def _said(spec: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in spec.items() if value not in (None, "")}


def violated(results: Sequence[SpecResult]) -> bool:
    """Whether a spec is broken by a case that ran, or cannot be told for want of a value."""
    return any(result.status in ("fail", "missing") for result in results)


def spec_table(results: Sequence[SpecResult]) -> Iterator[str]:
    """One line per spec."""
    return table(HEADER, map(_cells, results), right=frozenset(range(1, 7)))


def _cells(result: SpecResult) -> tuple[str, ...]:
    spec = result.spec
    found = (spec.min, spec.typ, spec.max, result.least, result.mean, result.most)
    numbers = ("" if value is None else plain(format_si(value, spec.unit)) for value in found)
    return (plain(spec.measurement), *numbers, _verdict(result), _worst(result))


def _verdict(result: SpecResult) -> str:
    against = result.judged - result.counts["pass"] - result.counts["near"]
    return f"{result.status} ({against} of {result.judged})" if against else result.status


def _worst(result: SpecResult) -> str:
    if result.worst is None:
        return ""
    where = " ".join(f"{name}={parameter_text(value)}" for name, value in result.worst.parameters.items())
    return plain(f"{result.worst.case_id}: {where}")
