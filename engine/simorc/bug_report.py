"""A file that describes an unexpected error, for the user to report it with."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback

from simorc import __version__


def written_report(error: BaseException) -> str:
    """Write versions, command line and traceback to a new file; returns its name. Raises OSError."""
    report = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", prefix="simorc-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"simorc {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        file.write(f"{' '.join(sys.argv)}\n\n{report}")
    return file.name
