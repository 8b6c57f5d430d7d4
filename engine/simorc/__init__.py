"""simorc: parameter sweeps, corners and Monte Carlo for ngspice.

The headless engine. ``import simorc`` is free: every part is imported where it is used, so that the quick
commands stay quick. See ``docs/architecture.md`` for the parts and which way they may import one another.
"""

from __future__ import annotations

__version__ = "0.1.0.dev0"
