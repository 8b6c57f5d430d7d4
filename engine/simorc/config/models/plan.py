"""The model of a run plan: sweeps that are run one after the other and judged together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from simorc.config.models.fields import Name, Section, Text


class PlanStep(Section):
    """One sweep of a plan; a bare name is short for ``{sweep: NAME}``."""

    sweep: Name
    """The sweep to run."""
    after: Text | None = None
    """What it waits for: "pvt_dc finished" or "pvt_dc passed"; default: the sweep's own `after`."""
    env: Name | None = None
    """The environment of this step; default: that of the command."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_name(cls, data: Any) -> Any:
        return data if isinstance(data, Mapping) or data is None else {"sweep": data}
