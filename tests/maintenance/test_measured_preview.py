"""The value that a measurement would have is the one that measuring again gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from simorc.config.definitions import measurements_of_json
from simorc.maintenance.measured_preview import previewed_value
from simorc.measurements.missing import MeasurementMissing
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout

from .test_remeasure import OLD, again, layout  # noqa: F401 -- a fixture


def preview(run: RunLayout, definitions: Mapping[str, Any], name: str, case: int = 2) -> float:
    return previewed_value(OpenRun(run), measurements_of_json(definitions), name, case, run.root)


def test_the_preview_is_what_measuring_again_gives(layout: RunLayout) -> None:  # noqa: F811
    new = {**OLD, "top": {"expr": "k*max(v(out))"}, "twice": {"expr": "2*top"}, "third": {"expr": "gain*2"}}
    previews = {name: preview(layout, new, name) for name in new}
    again(layout, new)
    frame = OpenRun(layout).frame
    assert previews == {name: frame.values(name)[1] for name in new}
    assert previews["twice"] == 2 * previews["top"] == 32, "of the new definition, not of the stored value"


def test_a_preview_without_a_value_says_why(layout: RunLayout) -> None:  # noqa: F811
    across = {**OLD, "spread": {"across": {"of": "top", "reduce": "max", "over": ["k"]}}}
    with pytest.raises(MeasurementMissing, match="across cases"):
        preview(layout, across, "spread")
    with pytest.raises(MeasurementMissing, match="vout"):
        preview(layout, {**OLD, "top": {"expr": "max(v(vout))"}}, "top")
    with pytest.raises(MeasurementMissing):
        preview(layout, {**OLD, "top": {"expr": "2*max(v(out))"}}, "top", case=4)
    with pytest.raises(MeasurementMissing, match="case 9"):
        preview(layout, {**OLD, "top": {"expr": "2*max(v(out))"}}, "top", case=9)
