"""The model of a corner set: corners that several sweeps of a project share."""

from __future__ import annotations

from pydantic import Field

from simorc.config.models.fields import Section, Text
from simorc.config.models.sweep import Corners


class CornerSet(Section):
    """A file of `corner_sets/`. Sweeps and analyses use it by its name, as ``corner_set: NAME``."""

    description: Text = ""
    """What the set is."""
    corners: Corners = Field(min_length=1)
    """Corner -> values of several parameters at once."""
