"""``python -m simorc_tui DIR``: starts the interface without checking for a terminal, as under
textual-serve."""

from __future__ import annotations

import sys
from pathlib import Path

from simorc.config.root import find_root
from simorc_tui.main import launch

if __name__ == "__main__":
    sys.exit(launch(find_root(Path(sys.argv[1]) if sys.argv[1:] else None)))
