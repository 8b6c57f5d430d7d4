"""The names of corners if the sweep also has a parameter ``corner``."""

from __future__ import annotations

from simorc.results.frame import Frame, Texts, texts_of
from simorc.sweeps.axes import Corners
from simorc.sweeps.plan import Plan


def bundle_names(plan: Plan | None, frame: Frame) -> Texts | None:
    """The bundle of every case (``slow_hot: {corner: ss, ...}``); None where the column ``corner`` has it.

    The store keeps one column ``corner``, and a parameter of that name comes first.
    """
    if plan is None or "corner" not in plan.parameters:
        return None
    if not any(isinstance(axis, Corners) for axis in plan.axes):
        return None
    return texts_of([plan.case(case_id).corner for case_id in frame.ids.tolist()])
