"""A named corner as one line of text: ``slow_hot corner=ss temp=125``."""

from __future__ import annotations

import re

from simorc.config.yaml.edit import SweepText, yaml_text
from simorc.errors import UsageError
from simorc_tui.widgets.sweep_builder.section_lines import with_entry

_NAME = re.compile(r"[A-Za-z_][\w.+-]*")


def corner_pattern(draft: SweepText) -> str:
    """A line that sets what the last corner of the draft sets, to be changed; without a name."""
    corners = draft.data().get("corners")
    last = list(corners.values())[-1] if isinstance(corners, dict) and corners else {}
    values = last if isinstance(last, dict) else {}
    return "".join(f" {name}={value}" for name, value in values.items())


def with_corner(draft: SweepText, line: str) -> SweepText:
    """`draft` with one more corner. Raises UsageError for a line that is none or a name that is taken."""
    name, *settings = line.split() or [""]
    if not _NAME.fullmatch(name):
        raise UsageError("write the name and the settings of the corner: slow_hot corner=ss temp=125")
    if name in (draft.data().get("corners") or {}):
        raise UsageError(f"corner {name} already exists")
    pairs = [setting.partition("=") for setting in settings]
    wrong = next((setting for setting, pair in zip(settings, pairs, strict=True) if not all(pair)), None)
    if wrong or not pairs:
        raise UsageError(f"{wrong or name}: write the settings of a corner as parameter=value")
    inside = ", ".join(f"{yaml_text(key)}: {yaml_text(value)}" for key, _, value in pairs)
    entry = f"{yaml_text(name)}: {{{inside}}}"
    return SweepText(with_entry(draft.text, "corners", entry, draft.path.name), draft.path)
