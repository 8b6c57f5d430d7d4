"""The spec sheet of a run as rows of text, the same on every surface: interface, command line, reports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from simorc.errors import SimorcError
from simorc.plots.limit_strip import LimitStrip
from simorc.results.case_counts import CaseCounts, counts_of
from simorc.results.open_run import OpenRun
from simorc.results.sample_yields import yield_text
from simorc.results.specs import Spec, SpecResult
from simorc.rundir.as_written import WrittenParameters
from simorc.shown_values import parameters_text
from simorc.units import ShownAs

_ORDER = ("fail", "missing", "near", "pass", "empty")


@dataclass(frozen=True)
class SpecRow:
    """One spec over a run; a text is empty where there is nothing to show.

    `low` and `high` are the limits as displayed (a negative scale turns them round). `margin` is the distance
    of the worst case to its limit as a share of it, negative beyond. Yield and Cpk are for Monte Carlo only.
    """

    name: str
    status: str
    low: str
    typ: str
    high: str
    strip: LimitStrip
    least: str
    mean: str
    most: str
    counts: CaseCounts = field(default_factory=CaseCounts)
    worst_case: int | None = None
    worst: str = ""
    where: str = ""
    margin: float | None = None
    yield_text: str = ""
    cpk: str = ""

    @property
    def passing(self) -> str:
        """``44/45``: how many of the cases that ran meet the spec."""
        return f"{self.counts.meeting}/{self.counts.ran}" if self.counts.ran else ""

    @property
    def margin_text(self) -> str:
        """``-5.88 %``."""
        return "" if self.margin is None else f"{self.margin:+.3g} %"


def spec_rows(run: OpenRun) -> tuple[SpecRow, ...]:
    """Every spec of a run, in the order in which they are written."""
    written = _written(run)
    return tuple(_row(run, result, written) for result in run.spec_results)


def tightest(rows: Sequence[SpecRow]) -> SpecRow | None:
    """The spec that needs attention first: violated before incomplete, then the smallest margin."""
    ranked = [row for row in rows if row.worst_case is not None]

    def rank(row: SpecRow) -> tuple[int, float]:
        return _ORDER.index(row.status), math.inf if row.margin is None else row.margin

    return min(ranked, key=rank, default=None)


def limit_strip(shown: ShownAs, result: SpecResult) -> LimitStrip:
    """The strip of a spec on its display scale."""
    spec = result.spec
    low, high = _turned(shown, spec.min, spec.max)
    least, most = _turned(shown, result.least, result.most)
    own = {shown.scale * each for pair in spec.corners.values() for each in pair if each is not None}
    return LimitStrip(
        *(low, high, least, _scaled(shown, result.mean), most),
        violated=counts_of(result.counts).violating > 0,
        corner_limits=tuple(sorted(own - {low, high})),
    )


def _row(run: OpenRun, result: SpecResult, written: WrittenParameters | None) -> SpecRow:
    spec, worst = result.spec, result.worst
    return replace(
        spec_row(result, run.shown(spec.measurement)),
        where="" if worst is None else _where(written, worst.case_id, worst.parameters),
        yield_text="" if run.yields is None else yield_text(run.yields.by_spec[spec.measurement]),
        cpk=_cpk(run, spec),
    )


def spec_row(result: SpecResult, shown: ShownAs) -> SpecRow:
    """The row of a spec over some cases: without the place of the worst, and what only a run has."""
    spec, worst = result.spec, result.worst
    low, high = _turned(shown, spec.min, spec.max)
    strip = limit_strip(shown, result)
    unit = ShownAs(shown.unit)
    return SpecRow(
        *(
            spec.measurement,
            result.status,
            _text(unit, low),
            _text(shown, spec.typ),
            _text(unit, high),
            strip,
        ),
        *(_text(unit, strip.least), _text(unit, strip.mean), _text(unit, strip.most)),
        counts=counts_of(result.counts),
        worst_case=None if worst is None else worst.case_id,
        worst="" if worst is None else _text(shown, worst.value),
        margin=None if worst is None else worst.percent,
    )


def _cpk(run: OpenRun, spec: Spec) -> str:
    cpk = run.capability(spec)[1]
    return "" if cpk is None else f"{cpk:.2f}"


def _written(run: OpenRun) -> WrittenParameters | None:
    """None for a run of another version, whose plan cannot be read: its numbers are in the store."""
    try:
        return WrittenParameters(run.layout)
    except (SimorcError, KeyError, TypeError):
        return None


def _where(written: WrittenParameters | None, case_id: int, parameters: Mapping[str, object]) -> str:
    texts = written.of(case_id) if written is not None else {}
    return parameters_text({name: texts.get(name, value) for name, value in parameters.items()}, " ")


def _turned(shown: ShownAs, low: float | None, high: float | None) -> tuple[float | None, float | None]:
    pair = (_scaled(shown, low), _scaled(shown, high))
    return pair[::-1] if shown.scale < 0 else pair


def _scaled(shown: ShownAs, value: float | None) -> float | None:
    return None if value is None else shown.scale * value


def _text(shown: ShownAs, value: float | None) -> str:
    return "" if value is None else shown.text(value)
