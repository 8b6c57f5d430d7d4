"""``python -m simorc``: the same as the ``simorc`` command."""

from __future__ import annotations

from simorc.cli.main import main

if __name__ == "__main__":
    main()
