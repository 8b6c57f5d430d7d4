"""manifest.json of a pipeline run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from simorc.config.models.pipeline import PipelineDefinition
from simorc.errors import StoreError
from simorc.pipeline.rundir.attempt_log import read_trace
from simorc.pipeline.rundir.layout import PipelineLayout
from simorc.pipeline.rundir.progress import Progress
from simorc.regular_files import read_regular

FORMAT = 1


@dataclass(frozen=True)
class PipelineRun:
    """A run as its manifest describes it."""

    layout: PipelineLayout
    manifest: dict[str, Any]
    definition: PipelineDefinition

    def progress(self) -> Progress:
        """How far it is, from its trace."""
        start = Progress.start(self.definition.order(), self.manifest["files"])
        return start.follow(read_trace(self.layout.trace))


def open_pipeline_run(layout: PipelineLayout) -> PipelineRun:
    """Read a run's manifest. Raises StoreError naming file and reason."""
    try:
        manifest = json.loads(read_regular(layout.manifest))
        if manifest["kind"] != "pipeline":
            raise StoreError(f"{layout.manifest}: not a run of a pipeline")
        if manifest["format"] > FORMAT:
            raise StoreError(f"{layout.manifest}: written by a newer simorc", remedy="update simorc")
        definition = PipelineDefinition.model_validate(manifest["definition"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise StoreError(f"{layout.manifest}: not a pipeline's manifest: {error}") from error
    return PipelineRun(layout, manifest, definition)
