"""What is remembered of a project between two starts: run, case, pane, and what was plotted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from simorc_tui.settings.kept_records import KeptRecords

FILE = "projects.json"
PROJECTS_KEPT = 100
SWEEPS_KEPT = 50


@dataclass(frozen=True)
class Remembered:
    """Where the user was: the run, the newest run of that time, the case, the pane and tab, zoomed or not;
    and what was plotted, by sweep and kind of plot.
    """

    run: str = ""
    newest: str = ""
    case: int = 0
    pane: str = ""
    tab: str = ""
    zoomed: bool = False
    plots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class ProjectMemory:
    """What is remembered of the project at `root`. Never raises: what cannot be kept is not kept."""

    def __init__(self, root: Path) -> None:
        self._records = KeptRecords(FILE, PROJECTS_KEPT)
        self._root = str(root.resolve())

    def recall(self) -> Remembered:
        """As it was left; nothing where nothing is known."""
        return _remembered(self._records.get(self._root))

    def keep(self, state: Remembered) -> None:
        """From now on this; the projects used last are kept."""
        plots = dict(list(state.plots.items())[-SWEEPS_KEPT:])
        self._records.put(self._root, {**asdict(state), "plots": plots})


def _remembered(record: Any) -> Remembered:
    """What the record says, as far as it is of the kind that is expected."""
    if not isinstance(record, dict):
        return Remembered()
    texts = {name: record.get(name) for name in ("run", "newest", "pane", "tab")}
    plots = record.get("plots")
    return Remembered(
        **{name: value for name, value in texts.items() if isinstance(value, str)},
        case=record["case"] if type(record.get("case")) is int else 0,
        zoomed=record.get("zoomed") is True,
        plots={str(key): _texts(value) for key, value in plots.items()} if isinstance(plots, dict) else {},
    )


def _texts(record: Any) -> dict[str, str]:
    if not isinstance(record, dict):
        return {}
    return {str(name): value for name, value in record.items() if isinstance(value, str)}
