"""The ngspice programs under test: the one in PATH, and those that SIMORC_TEST_NGSPICE names (``a:b``)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

OTHERS = [path for path in os.environ.get("SIMORC_TEST_NGSPICE", "").split(os.pathsep) if path]


def programs_under_test() -> Iterator[object]:
    """Parameters of a test that is to pass on each of them."""
    yield pytest.param("ngspice", id="installed", marks=pytest.mark.ngspice)
    for path in OTHERS:
        there = shutil.which(path) is not None
        yield pytest.param(
            path,
            id=Path(path).parent.parent.parent.name,
            marks=pytest.mark.skipif(not there, reason=f"SIMORC_TEST_NGSPICE: {path} is not a program"),
        )
