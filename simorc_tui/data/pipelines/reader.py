"""Reads a pipeline run for its screen in a thread: stages and the files of an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simorc.pipeline.rundir.layout import PipelineLayout
from simorc_tui.data.pipelines.attempt_files import AttemptFile, files_of
from simorc_tui.data.pipelines.runs import Ladder, read_ladder


@dataclass(frozen=True)
class Sight:
    """A run's stages and the files in `directory`, that of the selected attempt."""

    ladder: Ladder
    directory: Path | None
    files: tuple[AttemptFile, ...]


class SightReader:
    """Reads a run periodically; `directory` selects whose files are read and may change at any time."""

    def __init__(self, layout: PipelineLayout) -> None:
        self._layout = layout
        self.directory: Path | None = None

    def __call__(self) -> Sight:
        directory = self.directory
        return Sight(read_ladder(self._layout), directory, files_of(directory))
