"""Rewrites metadata.csv of a run that was measured again."""

from __future__ import annotations

from simorc.results.frame import load_frame
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest import Manifest
from simorc.rundir.metadata_csv import write_metadata
from simorc.rundir.store.reader import STATUSES


def rewrite_metadata(layout: RunLayout, manifest: Manifest) -> None:
    """metadata.csv with the verdicts as they are now."""
    frame = load_frame(layout)
    plan = manifest.plan
    codes, messages = bytearray(len(plan) + 1), dict[int, str]()
    for case_id, status, message in zip(frame.ids.tolist(), frame.status, frame.messages, strict=True):
        codes[case_id] = STATUSES.index(status)
        if status == "failed":
            messages[case_id] = message or ""
    write_metadata(layout, plan, bytes(codes), messages)
