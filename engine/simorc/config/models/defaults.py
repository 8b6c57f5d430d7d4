"""Defaults of settings, each defined once.

The models of the configuration read them, and so do the records of a run's manifest, which are opened
without those models. Times are in seconds, sizes in bytes.
"""

from __future__ import annotations

from typing import Final

SIMULATOR = "ngspice"
EXECUTABLE = "ngspice"
EXECUTOR = "local"
PRIORITY = 1
THREADS = 1
NICE = 0
RETRIES = 2
RETRY_DELAY = 0.5
LONGEST_RETRY_DELAY = 30.0
WARM: Final = "auto"
WARM_CHECK = 500
WARM_CASES = 1000
WARM_MEMORY = 2 * 1024**3
LOG_LIMIT = 64 * 1024**2
DISK_FLOOR = 512 * 1024**2
WALLTIME = 3600.0
JOB_CPUS = 1
CHUNK_TIME = 300.0
BRING_HOME: Final = "all"
POLL = 5.0
