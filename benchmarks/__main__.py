"""python -m benchmarks [WHAT ...]: simorc beside other tools, on this machine, now.

Prints tables and saves what it measured as JSON in benchmarks/results/. WHAT is any of the side-by-side
workloads (sky130_ac, sky130_mismatch, sky130_corners, sample, rc), `cut_kit`, `overhead`, `coordinator` and
`million`; default: all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "engine"), str(REPOSITORY)]
os.environ["PYTHONPATH"] = os.pathsep.join([*sys.path[:2], os.environ.get("PYTHONPATH", "")]).rstrip(
    os.pathsep
)

from benchmarks.coordinator import measure_coordinator  # noqa: E402 - after the path is set
from benchmarks.cut_kit import cut_rows, measure_cut  # noqa: E402
from benchmarks.machine import adopt_orphans, description  # noqa: E402
from benchmarks.million import measure_million  # noqa: E402
from benchmarks.overhead import measure_overhead  # noqa: E402
from benchmarks.sidebyside import Row, measure  # noqa: E402
from benchmarks.tables import (  # noqa: E402
    coordinator_table,
    million_table,
    overhead_table,
    side_by_side_table,
    table,
)
from benchmarks.workloads import WORKLOADS, kit  # noqa: E402

RESULTS = Path(__file__).resolve().parent / "results"
OTHERS = ("cut_kit", "overhead", "coordinator", "million")


def main() -> int:
    """Measure what was asked for, print it, save it."""
    asked = _arguments()
    if asked.ngspice:
        os.environ["PATH"] = f"{Path(asked.ngspice).resolve().parent}{os.pathsep}{os.environ['PATH']}"
    adopt_orphans()
    machine = description()
    print(", ".join(f"{name} {value}" for name, value in machine.items()), flush=True)
    found: dict[str, Any] = {"machine": machine}
    with tempfile.TemporaryDirectory(prefix="simorc-bench-", dir=asked.directory) as directory:
        found["side_by_side"] = [row.as_json() for row in _side_by_side(asked, Path(directory))]
        if "cut_kit" in asked.what and kit() is not None:
            found["cut_kit"] = measure_cut(Path(directory))
            print(f"\n{table(cut_rows(found['cut_kit']))}\n", flush=True)
        if "overhead" in asked.what:
            found["overhead"] = measure_overhead(Path(directory))
            print(overhead_table(found["overhead"]), flush=True)
        if "coordinator" in asked.what:
            found["coordinator"] = measure_coordinator(Path(directory))
            print(coordinator_table(found["coordinator"]), flush=True)
        if "million" in asked.what:
            found["million"] = measure_million(Path(directory))
            print(million_table(found["million"]), flush=True)
    found["load_after"] = os.getloadavg()
    _save(found)
    return 0


def _side_by_side(asked: argparse.Namespace, directory: Path) -> Sequence[Row]:
    rows = []
    for workload in WORKLOADS:
        if workload.name not in asked.what:
            continue
        if workload.needs_pdk and kit() is None:
            print(f"{workload.name}: skipped, PDK_ROOT does not name a directory with sky130A", flush=True)
            continue
        rows.append(
            measure(
                workload, directory, asked.jobs, asked.rounds, full=asked.full, rivals=not asked.no_rivals
            )
        )
        print(side_by_side_table(rows[-1:]), flush=True)
    if len(rows) > 1:
        print(side_by_side_table(rows), flush=True)
    return rows


def _arguments() -> argparse.Namespace:
    known = [*(workload.name for workload in WORKLOADS), *OTHERS]
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", help=f"any of {', '.join(known)} (default: all)")
    parser.add_argument("--full", action="store_true", help="no samples: every contestant runs every case")
    parser.add_argument("--rounds", type=int, default=2, help="rounds, of which the best counts")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="cases at once")
    parser.add_argument("--no-rivals", action="store_true", help="without spicelib and pytest-xdist")
    parser.add_argument("--ngspice", metavar="PROGRAM", help="an ngspice other than the one in PATH")
    parser.add_argument("--directory", help="where to work (default: the system's temporary directory)")
    asked = parser.parse_args()
    unknown = set(asked.what) - set(known)
    if unknown:
        parser.error(f"no such workload: {', '.join(sorted(unknown))}")
    asked.what = asked.what or known
    return asked


def _save(found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d%H%M%S')}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    print(f"saved {path.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    sys.exit(main())
