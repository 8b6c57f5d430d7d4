"""Digital designs: ten small problems, each with a right design in two styles and six wrong designs.

python -m benchmarks.digital [--seeds N] [--mutants N] [PROBLEM ...]; needs iverilog and pyslang. With yosys
and yosys-abc, survivors that are proved to do the same are not counted. Times are CPU seconds by the number
of usable CPUs, because other work on the machine does not change them much.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "engine"), str(REPOSITORY)]

from ruamel.yaml import YAML  # noqa: E402 - after the path is set

from benchmarks.tables import table  # noqa: E402
from simorc.config.project import Project  # noqa: E402
from simorc.cpus import usable_cpus  # noqa: E402
from simorc.pipeline.build import build_pipeline_run  # noqa: E402
from simorc.pipeline.loop import conduct  # noqa: E402
from simorc.pipeline.rundir.attempt_log import Line, read_trace  # noqa: E402
from simorc.pipeline.rundir.manifest import open_pipeline_run  # noqa: E402
from simorc.pipeline.tools import Unwatched  # noqa: E402

PROBLEMS = Path(__file__).resolve().parent / "digital_problems"
STYLES = ("plain", "other")
WANTED_KILLED, WANTED_QUALIFY, WANTED_STUBS, WANTED_COUNTEREXAMPLE = 0.95, 5.0, 0.3, 5.0
_PATIENCE = 120.0


@dataclass(frozen=True)
class Problem:
    """One problem: a directory with contract.yaml, its model, plain.sv, other.sv and bugs.yaml."""

    directory: Path

    @property
    def name(self) -> str:
        return self.directory.name

    def design(self, style: str) -> str:
        """The right design in one of the styles."""
        return (self.directory / f"{style}.sv").read_text(encoding="utf-8")

    def contract(self) -> dict[str, Any]:
        """The contract as it is written."""
        read: dict[str, Any] = YAML(typ="safe").load(self.directory / "contract.yaml")
        return read

    def bugs(self) -> Iterator[tuple[str, str]]:
        """Each violation of the specification by its description, with the wrong design."""
        design = self.design("plain")
        for each in YAML(typ="safe").load(self.directory / "bugs.yaml"):
            old = each["old"].replace("\\n", "\n")
            if design.count(old) != 1:
                raise ValueError(f"{self.name}: {each['bug']}: its text occurs {design.count(old)} times")
            yield each["bug"], design.replace(old, each["new"].replace("\\n", "\n"))


def problems(names: Sequence[str] = ()) -> list[Problem]:
    """The problems in order, or those named."""
    found = [Problem(each) for each in sorted(PROBLEMS.iterdir()) if (each / "contract.yaml").is_file()]
    return [each for each in found if not names or each.name in names]


def attempts(
    problem: Problem, design: str, directory: Path, *, seed: int = 1, qualify: Mapping[str, Any] | None = None
) -> list[Line]:
    """Verify a design in a new project below `directory`; the lines of the run's attempt log."""
    root = Path(tempfile.mkdtemp(prefix=f"{problem.name}_", dir=directory))
    contract = problem.contract()
    contract["stimulus"] = {**contract.get("stimulus", {}), "seed": seed}
    if "model" in contract:
        (root / "model.py").write_text((problem.directory / "model.py").read_text(encoding="utf-8"))
    (root / "contract.yaml").write_text(json.dumps(contract))  # JSON is YAML
    (root / "design.sv").write_text(design)
    stages: dict[str, Any] = {name: {"enable": False} for name in ("generate", "format", "lint")}
    stages |= {"testbench": {"timeout": _PATIENCE}, "simulation": {"timeout": _PATIENCE}}
    stages["qualify"] = {"enable": False} if qualify is None else qualify
    pipeline = {"top": problem.name, "rtl": "design.sv", "contract": "contract.yaml", "stages": stages}
    (root / "sim_setup.yaml").write_text(json.dumps({"pipelines": {problem.name: pipeline}}))
    run = open_pipeline_run(build_pipeline_run(Project.load(root), problem.name))
    conduct(run, Unwatched())
    return list(read_trace(run.layout.trace))


@dataclass(frozen=True)
class Style:
    """What the vectors notice of one right design's mutants."""

    metrics: Mapping[str, Any]
    survivors: Sequence[str]
    false_alarms: int

    @property
    def killed(self) -> str:
        killable = self.metrics["mutants"] - self.metrics["equivalent"]
        return f"{self.metrics['killed']}/{killable}"

    def seconds(self, *parts: str) -> float:
        """CPU seconds of parts of the stage (`stub`, `mutant`, `proof`) by the number of CPUs."""
        return sum(float(self.metrics[f"{part}_cpu"]) for part in parts) / usable_cpus()


def measure_style(problem: Problem, style: str, directory: Path, seeds: int, mutants: int) -> Style:
    """Qualify the testbench with a right design, and simulate it with further seeds."""
    design = problem.design(style)
    trace = attempts(problem, design, directory, qualify={"mutants": mutants})
    line = trace[-1]
    if line["stage"] != "qualify" or line["kind"] not in (None, "weak_testbench"):
        raise RuntimeError(f"{problem.name}, {style}: {line['stage']}: {line['kind']}: {line['message']}")
    (found,) = directory.glob(f"{problem.name}_*/pipeline_runs/*/{line['artefacts']['survivors']}")
    survivors = [each for each in found.read_text().splitlines()[1:] if each]
    found.unlink()
    alarms = sum(
        attempts(problem, design, directory, seed=seed)[-1]["status"] != "passed"
        for seed in range(2, 2 + seeds)
    )
    return Style(line["metrics"], survivors, alarms)


def _cpu_of_programs() -> float:
    times = os.times()
    return times.children_user + times.children_system


def unnoticed(problem: Problem, directory: Path) -> tuple[list[str], float]:
    """The violations of the specification that are not found, and the slowest counterexample in seconds."""
    missed, slowest = [], 0.0
    for bug, design in problem.bugs():
        began = _cpu_of_programs()
        line = attempts(problem, design, directory)[-1]
        if line["kind"] != "test_failed" or "counterexample" not in line["artefacts"]:
            missed.append(f"{bug}: {line['kind'] or 'passed'} {line['message']}".rstrip())
        slowest = max(slowest, (_cpu_of_programs() - began) / usable_cpus())
    return missed, slowest


HEADING = (
    "problem",
    *(f"{what} {style}" for style in STYLES for what in ("killed", "same", "stubs", "mutants", "proofs")),
    "false alarms",
    "bugs found",
    "counterexample",
    "",
)


def row(problem: Problem, directory: Path, seeds: int, mutants: int) -> tuple[tuple[str, ...], list[str]]:
    """One line of the table, and what a person should look at."""
    cells, notes, good = [problem.name], [], True
    alarms = 0
    for name in STYLES:
        style = measure_style(problem, name, directory, seeds, mutants)
        metrics, alarms = style.metrics, alarms + style.false_alarms
        cells += [style.killed, str(metrics["equivalent"])]
        cells += [f"{style.seconds(part):.2f} s" for part in ("stub", "mutant", "proof")]
        notes += [f"{problem.name}, {name}: {each}" for each in style.survivors]
        good &= metrics["score"] >= WANTED_KILLED and metrics["stubs"] == metrics["stubs_noticed"]
        good &= style.seconds("stub", "mutant") <= WANTED_QUALIFY and style.seconds("stub") <= WANTED_STUBS
    missed, slowest = unnoticed(problem, directory)
    total = len(list(problem.bugs()))
    good &= not missed and not alarms and slowest <= WANTED_COUNTEREXAMPLE
    notes += [f"{problem.name}: not found: {each}" for each in missed]
    cells += [f"{alarms} of {seeds * len(STYLES)}", f"{total - len(missed)}/{total}", f"{slowest:.1f} s"]
    return (*cells, "ok" if good else "NOT MET"), notes


def main() -> int:
    """Measure the problems that were asked for, and print them."""
    parser = argparse.ArgumentParser(prog="benchmarks.digital", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("problems", nargs="*", help="names of problems (default: all)")
    parser.add_argument("--seeds", type=int, default=20, help="further seeds for each right design")
    parser.add_argument("--mutants", type=int, default=80, help="the most mutants of each right design")
    asked = parser.parse_args()
    rows, notes = [HEADING], []
    with tempfile.TemporaryDirectory(prefix="simorc-digital-") as directory:
        for problem in problems(asked.problems):
            cells, found = row(problem, Path(directory), asked.seeds, asked.mutants)
            rows.append(cells)
            notes += found
            print(" ".join(cells), flush=True)
    print(f"\n{table(rows)}\n")
    print("\n".join(notes))
    print(
        f"wanted: {100 * WANTED_KILLED:.0f} % of the killable mutants, no false alarm, every bug found, "
        f"stubs and mutants in {WANTED_QUALIFY:g} s, stubs in {WANTED_STUBS:g} s, "
        f"counterexample in {WANTED_COUNTEREXAMPLE:g} s"
    )
    return 0 if all(cells[-1] == "ok" for cells in rows[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())
