"""What these tests get: a project of a low-pass filter, and a Slurm of their own."""

from __future__ import annotations

from tests.cluster.filter_project import filter_project, simorc_here, slurm, slurm_started

__all__ = ["filter_project", "simorc_here", "slurm", "slurm_started"]
