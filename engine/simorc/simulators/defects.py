"""What a defect of simorc leaves in runner.log."""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress

from simorc.machine_faults import machine_errno


def print_defect(error: BaseException) -> None:
    """Print where an exception came from, if it is a defect; never raises: the disk may be full."""
    if isinstance(error, OSError) or machine_errno(error) is not None:
        return
    with suppress(OSError, ValueError):
        traceback.print_exception(error, file=sys.stderr)
