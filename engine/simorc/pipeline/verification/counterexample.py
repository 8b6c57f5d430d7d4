"""Shortens a failed simulation of vectors to few cycles, and shows it as a table.

The oracle gives the expected outputs of every shorter stimulus, and the simulator judges each.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.files import write_json
from simorc.pipeline.batches import BatchCommand, made, run_batch
from simorc.pipeline.outcome import StageFailed
from simorc.pipeline.tools import find_tool, log_lines
from simorc.pipeline.verification.oracles import Expected
from simorc.pipeline.verification.stimulus import RESET_ROWS, Row
from simorc.pipeline.verification.vectors import Vectors, ask_oracle, write_vectors
from simorc.pipeline.workplace import Workplace

TABLE, LANES = "counterexample.txt", "counterexample.json"
WITHIN = 4.0
"""Seconds that shortening may take."""
_MISMATCH = re.compile(
    r"ERROR: cycle (?P<row>\d+), (?P<phase>before|after) the edge: "
    r"(?P<port>\w+) is (?P<got>[01xzXZ]+), expected (?P<expected>[01xX]+)"
)
_ROW = re.compile(r"ROW (\d+) (before|after)((?: [01xzXZ]+)+)")
_MOST_CHUNKS = 16


@dataclass(frozen=True)
class Mismatch:
    """The first difference in a simulation's log. `got` and `expected` are bits."""

    row: int
    phase: str
    port: str
    got: str
    expected: str


def first_mismatch(log: Path) -> Mismatch | None:
    """The first mismatch that a vectors testbench reported, None if there is none."""
    for line in log_lines(log):
        match = _MISMATCH.match(line.strip())
        if match:
            return Mismatch(int(match["row"]), match["phase"], match["port"], match["got"], match["expected"])
    return None


class Shortener:
    """Finds fewer rows that still fail. `sim` is the compiled simulation in the place's output."""

    def __init__(
        self, place: Workplace, contract: ResolvedContract, sim: Path, clock: Callable[[], float]
    ) -> None:
        self._place = place
        self._contract = contract
        self._sim = sim
        self._clock = clock
        self._work = place.directory / "shorter"
        self._round = 0
        self._until = clock() + WITHIN

    def shorten(self, vectors: Vectors, mismatch: Mismatch) -> Vectors:
        """The shortest failing stimulus found in time."""
        best = _cut(vectors, mismatch.row + 1)
        if self._contract.oracle == "steps":
            return best  # expected values belong to their steps: only the end is cut off
        chunks = 2
        while self._clock() < self._until:
            candidates = list(_without_chunks(best.rows, chunks, bool(self._contract.reset)))
            shorter = self._first_failing(candidates)
            if shorter is not None:
                best, chunks = shorter, max(2, chunks - 1)
            elif chunks >= len(best.rows):
                break
            else:
                chunks = min(len(best.rows), chunks * 2)
        simpler = self._first_failing(list(_with_zeros(best.rows))) if self._clock() < self._until else None
        return simpler or best

    def _first_failing(self, candidates: Sequence[Sequence[Row]]) -> Vectors | None:
        if not candidates:
            return None
        wanted = {"sequences": [list(rows) for rows in candidates]}
        computed = ask_oracle(self._place, self._contract, "shorter", wanted)
        logs = self.simulate(computed, "+simorc_errors=1")
        for vectors, log in zip(computed, logs, strict=True):
            mismatch = first_mismatch(log)
            if mismatch is not None:
                return _cut(vectors, mismatch.row + 1)
        return None

    def simulate(self, computed: Sequence[Vectors], *plusargs: str) -> list[Path]:
        """The logs of simulations of several stimuli."""
        self._round += 1
        jobs, logs = [], []
        for number, vectors in enumerate(computed):
            directory = made(self._work / f"{self._round}_{number}")
            write_vectors(directory, self._contract, vectors)
            logs.append(directory / "simulation.log")
            rows = f"+simorc_rows={len(vectors.rows)}"
            argv = [find_tool("vvp"), "-n", str(self._sim), rows, *plusargs]
            seconds = self._place.definition.simulation.timeout
            jobs.append([BatchCommand(argv, str(directory), str(logs[-1]), seconds)])
        run_batch(self._place, "shorter_runs", jobs, seconds=self._place.definition.simulation.timeout)
        return logs

    def clean(self) -> None:
        """Remove the working files."""
        shutil.rmtree(self._work, ignore_errors=True)


def _cut(vectors: Vectors, rows: int) -> Vectors:
    return Vectors(vectors.rows[:rows], vectors.expected[:rows])


def _without_chunks(rows: Sequence[Row], chunks: int, has_reset: bool) -> Iterator[list[Row]]:
    """The rows without one part each, the largest parts first; the first reset stays."""
    kept = RESET_ROWS if has_reset else 0
    head, body = list(rows[:kept]), list(rows[kept:])
    size = max(1, len(body) // chunks)
    starts = range(0, len(body), size)
    if len(starts) > _MOST_CHUNKS * 4:
        starts = starts[: _MOST_CHUNKS * 4]
    for start in starts:
        yield head + body[:start] + body[start + size :]


def _with_zeros(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows with inputs at 0: as many as possible first."""
    count = len(rows[0].inputs) if rows else 0
    for left in range(count):
        yield [
            replace(row, inputs=tuple(0 if n == left else v for n, v in enumerate(row.inputs)))
            for row in rows
        ]


def explain(
    place: Workplace,
    contract: ResolvedContract,
    vectors: Vectors,
    log: Path,
    sim: Path,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, str]:
    """Shorten the failure that a log reports; returns the artefacts: a table and the lanes."""
    mismatch = first_mismatch(log)
    if mismatch is None:
        return {}
    work = Shortener(place, contract, sim, clock)
    try:
        shortest = work.shorten(vectors, mismatch)
        (shown,) = work.simulate([shortest], "+simorc_show")
        lanes = lanes_of(contract, shortest, shown)
    except StageFailed:
        return {}  # the failure stands as it is; only its short form is missing
    finally:
        work.clean()
    write_json(place.directory / LANES, lanes)
    (place.directory / TABLE).write_text(table(lanes), encoding="utf-8")
    return {"counterexample": TABLE, "counterexample_lanes": LANES}


def lanes_of(contract: ResolvedContract, vectors: Vectors, log: Path) -> dict[str, Any]:
    """Every port over the rows, as bits: inputs, and the expected and the given values of outputs."""
    got = _got(log)
    first = first_mismatch(log)
    resets = {}
    if contract.reset is not None:
        active = contract.reset.active
        resets[contract.reset.port] = [str(active if row.reset else 1 - active) for row in vectors.rows]
    inputs = {
        port.name: [format(row.inputs[n], f"0{port.width}b") for row in vectors.rows]
        for n, port in enumerate(contract.inputs)
    }
    outputs = {
        port.name: {
            "expected": [_pair(n, port.width, each.before, each.after) for each in vectors.expected],
            "got": [
                [got.get((row, phase), {}).get(n) for phase in ("before", "after")]
                for row in range(len(vectors.rows))
            ],
        }
        for n, port in enumerate(contract.outputs)
    }
    return {
        "module": contract.module,
        "ticks": [row.tick for row in vectors.rows],
        "inputs": {**resets, **inputs},
        "outputs": outputs,
        "first": None if first is None else vars(first),
    }


def _pair(index: int, width: int, before: Expected, after: Expected) -> list[str | None]:
    return [None if each[index] is None else format(each[index], f"0{width}b") for each in (before, after)]


def _got(log: Path) -> dict[tuple[int, str], dict[int, str]]:
    found = {}
    for line in log_lines(log):
        match = _ROW.match(line.strip())
        if match:
            found[int(match[1]), match[2]] = dict(enumerate(match[3].split()))
    return found


def table(lanes: dict[str, Any]) -> str:
    """The counterexample as a table of cycles, in hexadecimal; the output at fault shows both values."""
    names = [*lanes["inputs"], *lanes["outputs"]]
    lines = [["cycle", "edge", *names]]
    first = lanes["first"] or {}
    for row, tick in enumerate(lanes["ticks"]):
        for place, phase in enumerate(("before", "after") if tick else ("before",)):
            cells = [str(row), phase if tick else "none"]
            cells += [shown(bits[row]) for bits in lanes["inputs"].values()]
            for output in lanes["outputs"].values():
                cells.append(_compared(output["expected"][row][place], output["got"][row][place]))
            lines.append(cells)
        if first and row == first["row"]:
            break
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    note = "Values are hexadecimal. Outputs are those of the design; 3!=4 means 3 where 4 is expected."
    return f"{text}\n{note}\n"


def _compared(expected: str | None, got: str | None) -> str:
    if got is None:
        return "?"
    if expected is None or expected == got:
        return shown(got)
    return f"{shown(got)}!={shown(expected)}"


def shown(bits: str) -> str:
    """Bits in hexadecimal; unknown ones as they are."""
    return format(int(bits, 2), "x") if set(bits) <= {"0", "1"} else bits
