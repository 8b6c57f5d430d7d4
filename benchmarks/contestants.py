"""Who runs the decks: simorc, and what people use today.

Each contestant gets the same decks, the same number of jobs and the same quiet OpenMP environment. The decks
are those of a cold simorc run, so that the simulator has the same work; only where `write` puts the
waveforms differs, because xargs and spicelib run in one directory.

CACE (2.13) is not among them: it netlists every testbench through xschem 3 (``--tcl``, ``-o``, ``-N``) with a
complete process kit, so it cannot be given these decks.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import Took, quiet_environment, timed
from benchmarks.workloads import Workload

SIMORC = (sys.executable, "-m", "simorc")
_SPICELIB = """
import sys
from pathlib import Path
from spicelib.sim.sim_runner import SimRunner
from spicelib.simulators.ngspice_simulator import NGspiceSimulator
jobs, decks = int(sys.argv[1]), sys.argv[2:]
runner = SimRunner(simulator=NGspiceSimulator, parallel_sims=jobs, output_folder="spicelib", verbose=False)
for deck in decks:
    runner.run(deck, wait_resource=True)
runner.wait_completion()
"""


class Arena:
    """One workload's project, its decks made once by a cold run, ready for every contestant."""

    def __init__(self, workload: Workload, directory: Path, jobs: int) -> None:
        self.workload = workload
        self.project = directory / workload.name
        self.jobs = jobs
        shutil.rmtree(self.project, ignore_errors=True)
        self.project.mkdir(parents=True)
        workload.make(self.project)

    @property
    def flat(self) -> Path:
        """The decks of all cases side by side, as deep below the project as a case's directory is."""
        return self.project / "rivals" / "of" / "all" / "cases"

    def lay_out(self, run: Path, case_ids: Sequence[int]) -> None:
        """Copy the decks of `run` for the rivals; case 17 becomes 17.spice and writes 17.raw."""
        shutil.rmtree(self.flat, ignore_errors=True)
        self.flat.mkdir(parents=True)
        init = run / "inputs" / "spiceinit"
        if init.exists():
            shutil.copyfile(init, self.flat / ".spiceinit")
        for case_id in case_ids:
            deck = (run / "results" / str(case_id) / "netlist.spice").read_text()
            (self.flat / f"{case_id}.spice").write_text(
                deck.replace("write results.raw", f"write {case_id}.raw")
            )

    # Contestants --------------------------------------------------------------------------------------

    def simorc(self, warm: str, case_ids: Sequence[int] = ()) -> tuple[Took, Path]:
        """``simorc run SWEEP``: build, runner, follower, everything. The run's directory comes with it."""
        before = set(self._runs())
        command = [*SIMORC, "run", self.workload.sweep, "--warm", warm, "--jobs", str(self.jobs), "--json"]
        if case_ids and len(case_ids) < self.workload.cases:
            command += ["--case", ",".join(map(str, case_ids))]
        took = timed(self._accepting_violations(command), self.project)
        (run,) = set(self._runs()) - before
        return took, run

    def xargs(self, case_ids: Sequence[int]) -> Took:
        """``xargs -P<jobs> -n1 ngspice -b``, output thrown away: nothing is faster with cold processes."""
        (self.flat / "list").write_text("".join(f"{case_id}.spice\n" for case_id in case_ids))
        for case_id in case_ids:  # the decks append to what an earlier round has written
            (self.flat / f"{case_id}.raw").unlink(missing_ok=True)
        line = f"xargs -P{self.jobs} -n1 ngspice -b < list > /dev/null 2>&1"
        return timed(("bash", "-c", line), self.flat)

    def spicelib(self, case_ids: Sequence[int]) -> Took:
        """spicelib's SimRunner with the same number of parallel simulations."""
        decks = [f"{case_id}.spice" for case_id in case_ids]
        took = timed((sys.executable, "-c", _SPICELIB, str(self.jobs), *decks), self.flat)
        shutil.rmtree(self.flat / "spicelib", ignore_errors=True)
        return took

    def pytest(self, case_ids: Sequence[int]) -> Took:
        """pytest-xdist on the module that `simorc build` generates."""
        before = set(self._runs())
        subprocess.run(
            (*SIMORC, "build", self.workload.sweep), cwd=self.project, stdout=subprocess.DEVNULL, check=True
        )
        (run,) = set(self._runs()) - before
        module = f"test_{self.workload.sweep}.py"
        (run / "chosen.py").write_text(_chosen(case_ids))
        plain = (
            "-q",
            "-n",
            str(self.jobs),
            "-p",
            "no:cacheprovider",
            "--rootdir",
            ".",
            "-p",
            "chosen",
            module,
        )
        environment = quiet_environment()
        environment["PYTHONPATH"] = ":".join([str(run), *(path for path in sys.path if path)])
        took = timed((sys.executable, "-m", "pytest", *plain), run, environment=environment)
        shutil.rmtree(run)
        return took

    def _runs(self) -> list[Path]:
        simulations = self.project / "simulations"
        return [path for path in simulations.iterdir() if path.is_dir()] if simulations.is_dir() else []

    def _accepting_violations(self, command: Sequence[str]) -> Sequence[str]:
        """A violated spec (exit code 3) is a result here, not a failure."""
        return (
            "bash",
            "-c",
            '"$@" > /dev/null; code=$?; [ $code = 3 ] && exit 0; exit $code',
            "run",
            *command,
        )


def _chosen(case_ids: Sequence[int]) -> str:
    """A pytest plugin that keeps these cases of the module only."""
    return (
        f"KEPT = set({json.dumps(list(case_ids))})\n"
        "def pytest_collection_modifyitems(items):\n"
        "    items[:] = [item for item in items if item.callspec.params['case_id'] in KEPT]\n"
    )
