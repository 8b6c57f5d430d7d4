"""Programs that leave the files a simulator would, and cases run on them."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from simorc.simulators.job import Callbacks, Job, Limits
from simorc.simulators.others.registry import adapter_called
from simorc.simulators.others.worker import ProgramWorker
from simorc.simulators.outcome import Outcome

DECK = "* rc\nv1 in 0 pulse(0 1)\nr1 in out 1k\nc1 out 0 1n\n.tran 1n 1u\n.meas tran vmax max v(out)\n.end\n"


def write_fake(path: Path, body: str) -> Path:
    """A program of `body`, Python run in the case's directory with `argv`."""
    path.write_text(f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\nargv = sys.argv\n{body}")
    path.chmod(0o755)
    return path


def simulated(name: str, program: Path, directory: Path, deck: str = DECK, **limits: float) -> Outcome:
    directory.mkdir()
    told: list[int] = []
    callbacks = Callbacks(told.append, told.append, lambda _: None, lambda *_: None)
    bench = ProgramWorker(adapter_called(name), str(program))
    outcome = anyio.run(bench.run, Job(1, directory, deck, Limits(**limits)), callbacks)  # type: ignore[arg-type]
    assert len(told) in (0, 2)
    return outcome


def leaves(files: dict[str, str], said: str = "") -> str:
    written = "".join(f"Path({name!r}).write_text({text!r})\n" for name, text in files.items())
    raw = (
        "Title: rc\nPlotname: Transient Analysis\nFlags: real\nNo. Variables: 2\nNo. Points: 2\nVariables:\n"
    )
    raw += "\t0\ttime\ttime\n\t1\tv(out)\tvoltage\n"
    values = "Values:\n0\t0.0\n\t0.0\n1\t1e-6\n\t0.95\n"
    return f"{written}Path('results.raw').write_text({raw + values!r})\nprint({said!r})\n"
