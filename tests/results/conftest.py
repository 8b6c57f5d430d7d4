"""What these tests get: runs made by hand."""

from __future__ import annotations

from tests.made_runs import make_run

__all__ = ["make_run"]
