"""What these tests get: the project of a low-pass filter that the cluster's tests run."""

from __future__ import annotations

from tests.cluster.filter_project import filter_project, simorc_here

__all__ = ["filter_project", "simorc_here"]
