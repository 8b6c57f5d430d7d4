"""What a run came to, as JSON: verdict, spec sheet, failures, and the values that trends show.

Digests are computed in a process of their own, because a frame of a hundred thousand cases takes a second,
and are kept in the user's cache directory for as long as the run's files do not change.
"""

from __future__ import annotations

import hashlib
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import platformdirs

from simorc.dashboard.overview import journal_stamp
from simorc.errors import SimorcError
from simorc.files import read_json, stamp_of, write_json
from simorc.rundir.layout import RunLayout
from simorc.text import message_line, plain

if TYPE_CHECKING:
    from simorc.results.open_run import OpenRun

Digest: TypeAlias = dict[str, Any]
FORMAT = 2
_NICE = 10


def politely() -> None:
    """For the process that computes: the simulations of this machine come first."""
    with suppress(OSError):
        os.nice(_NICE)


def digest(path: str, cache: str | None = None) -> Digest:
    """The digest of the run directory `path`, from the cache where that is still right."""
    layout = RunLayout(Path(path))
    directory = Path(cache) if cache else platformdirs.user_cache_path("simorc") / "dashboard"
    kept = directory / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.json"
    # While a runner writes, its journal changes and the file does not: nothing is kept then, nor taken.
    stamp = None if journal_stamp(layout) else list(stamp_of(layout.database) or ())
    with suppress(OSError, ValueError):
        found = read_json(kept)
        if stamp and found.get("format") == FORMAT and found.get("stamp") == stamp:
            return found
    made = _digest(layout)
    made |= {"format": FORMAT, "stamp": stamp}
    if stamp and journal_stamp(layout) is None:
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
            write_json(kept, made, durable=False)
    return made


def report(path: str) -> str:
    """The HTML report of the run directory `path`."""
    from simorc.reports.html import html_report
    from simorc.results.open_run import OpenRun

    return html_report(OpenRun(RunLayout(Path(path))))


def _digest(layout: RunLayout) -> Digest:
    from simorc.reports.html import spec_row
    from simorc.reports.wording import overall
    from simorc.results.open_run import OpenRun
    from simorc.rundir.store.failure_groups import failures_of

    run = OpenRun(layout)
    try:
        git = run.manifest.git
        return {
            "error": "",
            "created": plain(run.manifest.created),
            "testbench": plain(run.manifest.testbench),
            "commit": "" if git is None else plain(git.commit[:10]) + ("+" if git.dirty else ""),
            "verdict": overall(run.spec_results, run.case_counts, stopped=bool(run.stopped)),
            "met": [sum(each.passed for each in run.spec_results), len(run.spec_results)],
            "yield": run.yields.text if run.yields is not None else "",
            "specs": [spec_row(run, each) for each in run.spec_results],
            "values": _values(run),
            "failures": [
                {
                    "kind": plain(each.kind),
                    "message": message_line(each.message),
                    "count": each.count,
                    "first": each.first_case,
                }
                for each in failures_of(layout)
            ],
            "warnings": [{"kind": plain(each.kind), "cases": each.cases} for each in run.warnings],
            "cautions": [plain(text) for text in (*run.mixture_lines, *run.unvaried)],
        }
    except SimorcError as error:
        return {"error": plain(error.message)}


def _values(run: OpenRun) -> dict[str, dict[str, Any]]:
    """Of each measurement as shown: least, mean and greatest finite value, unit, and the specs' limits."""
    from simorc.plots.from_run import limits_of

    found: dict[str, dict[str, Any]] = {}
    for name in run.frame.measurements:
        values = run.frame.values(name) * run.scale(name)
        there = [value for value in values.tolist() if math.isfinite(value)]
        if there:
            found[plain(name)] = {
                "unit": plain(run.unit(name)),
                "least": min(there),
                "mean": math.fsum(there) / len(there),
                "most": max(there),
                "limits": [[each.value, plain(each.label), each.violated] for each in limits_of(run, name)],
            }
    return found
