"""The simulations of operating points: a list of the circuit once, then one simulation for each case."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from simorc.operating_point.deck import LISTING, SHOWN
from simorc.operating_point.table import FILE, read_operating_point
from simorc.simulators.job import Callbacks, Job
from simorc.simulators.ngspice.operating_points import KnownCircuits, OperatingPoints
from simorc.simulators.others.worker import UNHEARD
from simorc.simulators.outcome import FailureKind, Outcome

DONE = Outcome.completed({"gain": 2.0}, seconds=1.0)
SHOWN_TEXT = " Resistor: r\n     device r1 r2\n      model R R\n          i 1 1\n"
HEADER = """Title: t
Plotname: Operating Point
Flags: real
No. Variables: 2
No. Points: 1
Variables:
\t0\tv(a)\tvoltage
\t1\ti(@{device}[i])\tcurrent
Values:
0\t1.0
\t{value}

"""


@dataclass
class Simulated:
    """Stands for the simulator: the circuit it lists, and the jobs it got."""

    device: str = "r1"
    answers: list[Outcome] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    async def run(self, job: Job, callbacks: Callbacks) -> Outcome:
        self.jobs.append(job)
        assert job.operating_point is None
        assert job.directory.parent.is_dir()
        listing = f"     1 : t\n     2 : {self.device} a 0 1k\n"
        if self._lists(job):
            (job.directory / LISTING).write_text(listing)
            (job.directory / SHOWN).write_text(SHOWN_TEXT)
        job.log.write_text(f"note\n{listing}")
        job.raw.write_text(HEADER.format(device=self.device, value=len(self.jobs)))
        return self.answers.pop(0) if self.answers else Outcome.completed()

    @staticmethod
    def _lists(job: Job) -> bool:
        return LISTING in job.deck

    @property
    def kinds(self) -> list[str]:
        return ["list" if self._lists(job) else "solve" for job in self.jobs]


@pytest.fixture
def simulated() -> Simulated:
    return Simulated()


@pytest.fixture
def points(simulated: Simulated, tmp_path: Path) -> OperatingPoints:
    return OperatingPoints(simulated.run, tmp_path / "warm" / "op", KnownCircuits())


def _job(root: Path, case_id: int, value: str = "1k") -> Job:
    directory = root / "results" / str(case_id)
    directory.mkdir(parents=True)
    deck = f"t\nR1 a 0 {value}\n.tran 1n 1u\n.end\n"
    partners = lambda: [(deck.replace(value, "7k"), None)]  # noqa: E731
    return Job(case_id, directory, deck, marked=deck, partners=partners, operating_point=frozenset({"i"}))


def _added(points: OperatingPoints, job: Job, outcome: Outcome = DONE) -> Outcome:
    return anyio.run(points.added, outcome, job, UNHEARD)


def test_the_circuit_is_listed_once_for_cases_that_differ_in_numbers(
    points: OperatingPoints, simulated: Simulated, tmp_path: Path
) -> None:
    for case_id, value in ((1, "1k"), (2, "2.5meg"), (3, "3e-3")):
        job = _job(tmp_path, case_id, value)
        outcome = _added(points, job)
        assert outcome._replace(seconds=1.0) == DONE
        assert outcome.seconds > 1.0
        assert read_operating_point(job.directory / FILE).device("r1").quantity("id") == case_id + 1
        assert [path.name for path in job.directory.iterdir()] == [FILE]
    assert simulated.kinds == ["list", "solve", "solve", "solve"]
    listed, solved = simulated.jobs[:2]
    assert listed.forced_cold
    assert not solved.forced_cold
    assert solved.marked == solved.deck
    assert [deck for deck, _ in solved.partners()] == [solved.deck.replace("1k", "7k")]  # type: ignore[misc]
    assert not (tmp_path / "warm" / "op").exists()


def test_a_case_with_another_circuit_is_listed_again(
    points: OperatingPoints, simulated: Simulated, tmp_path: Path
) -> None:
    _added(points, _job(tmp_path, 1))
    simulated.device = "r2"
    job = _job(tmp_path, 2)
    assert _added(points, job).status == "completed"
    assert simulated.kinds == ["list", "solve", "solve", "list", "solve"]
    assert [each.instance for each in read_operating_point(job.directory / FILE).devices] == ["r2"]


@pytest.mark.parametrize("answers", [[], [Outcome.completed()]])
def test_a_case_without_operating_point_fails(
    points: OperatingPoints, simulated: Simulated, tmp_path: Path, answers: list[Outcome]
) -> None:
    failed = Outcome.failed(FailureKind.NO_CONVERGENCE, "no convergence in the operating point")
    simulated.answers = [*answers, failed]
    job = _job(tmp_path, 1)
    outcome = _added(points, job)
    assert (outcome.status, outcome.kind) == ("failed", FailureKind.NO_CONVERGENCE)
    assert outcome.message == "operating point: no convergence in the operating point"
    assert outcome.measurements == DONE.measurements
    assert not (job.directory / FILE).exists()


def test_a_file_that_cannot_be_written_fails_the_case(points: OperatingPoints, tmp_path: Path) -> None:
    job = _job(tmp_path, 1)
    (job.directory / FILE).mkdir()
    outcome = _added(points, job)
    assert outcome.status == "failed"
    assert "cannot write the operating point" in outcome.message
