"""The names of corner bundles, where a parameter of the sweep is called ``corner`` as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simorc.results.frame import Frame, Texts, texts_of
from simorc.sweeps.plan import Plan


def bundle_names(plan: Mapping[str, Any] | None, frame: Frame) -> Texts | None:
    """The bundle of every case (``slow_hot: {corner: ss, ...}``); None where the column ``corner`` has it.

    `plan` is the manifest's. The store keeps one column ``corner``, and a parameter of that name comes first.
    """
    axes = (plan or {}).get("axes", ())
    bundles = [axis["bundles"] for axis in axes if axis["kind"] == "corners"]
    columns = [name for axis in axes for name in axis.get("columns", ())]
    set_inside = [name for named in bundles for bundle in named.values() for name in bundle]
    if plan is None or not bundles or "corner" not in (*columns, *set_inside):
        return None
    cases = Plan.from_json(plan)
    return texts_of([cases.case(case_id).corner for case_id in frame.ids.tolist()])
