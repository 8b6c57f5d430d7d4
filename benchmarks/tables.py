"""What was measured, as tables of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.sidebyside import Row

CONTESTANTS = ("xargs", "simorc warm", "simorc cold", "spicelib", "pytest-xdist")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(
        [lines[0].rstrip(), "  ".join("-" * width for width in widths), *map(str.rstrip, lines[1:])]
    )


def side_by_side_table(rows: Sequence[Row]) -> str:
    """Wall-clock seconds of each contestant, how often simorc warm fits into them, and the identity check."""
    ratios = ("cases only", "cold/warm", "xargs/warm", "wanted", "CPU x/w")
    heading = ("work", *CONTESTANTS, *ratios, "same bytes")
    body = [
        (
            row.workload.title,
            *(_seconds(row, name) for name in CONTESTANTS),
            f"{row.simulating:.2f} s {row.measured['xargs'].wall / row.simulating:.1f}x",
            f"{row.ratio('simorc cold'):.1f}x",
            f"{row.ratio('xargs'):.1f}x",
            f"{row.workload.target:g}x",
            f"{row.measured['xargs'].cpu / row.measured['simorc warm'].cpu:.1f}x",
            str(row.identity),
        )
        for row in rows
    ]
    note = (
        "~ scaled from a sample of the cases. cases only: simorc warm without starting its programs, and\n"
        "the ratio of xargs to that. cold/warm: of simorc itself, which uses cut decks both ways.\n"
        "CPU x/w: the ratio in CPU seconds of all processes."
    )
    return "\n".join(["", table([heading, *body]), note, ""])


def _seconds(row: Row, name: str) -> str:
    if name not in row.measured:
        return "-"
    sampled = f"~ ({row.sampled[name]})" if name in row.sampled else ""
    return f"{row.measured[name].wall:.2f} s{sampled}"


def overhead_table(found: Mapping[str, Any]) -> str:
    rows = [("mode", "cases", "wall", "runner CPU per case", "simulator CPU per case", "beside ngspice")]
    rows += [
        (
            mode,
            str(one["cases"]),
            f"{one['wall']:.2f} s",
            f"{one['runner_ms']:.2f} ms",
            f"{one['simulator_ms']:.2f} ms",
            "ok (< 2 ms)" if one["runner_ms"] < 2 else "ABOVE 2 ms",
        )
        for mode, one in found.items()
    ]
    return "\n" + table(rows) + "\n"


def coordinator_table(found: Mapping[str, float]) -> str:
    """The runner alone: CPU time per case, and how many cases a second it feeds."""
    rows = [
        ("the runner, workers that answer at once", "measured", "wanted"),
        ("CPU per case", f"{found['runner_ms']:.3f} ms", "0.04 ms"),
        ("cases that one runner feeds", f"{found['feeds']:,.0f} a second of its CPU", "15,000"),
    ]
    return "\n" + table(rows) + "\n"


def million_table(found: Mapping[str, Any]) -> str:
    rows = [("1,000,000 cases", "measured", "wanted")]
    rows += [(name, f"{one['measured']:g} {one['unit']}", f"{one['wanted']}") for name, one in found.items()]
    return "\n" + table(rows) + "\n"
